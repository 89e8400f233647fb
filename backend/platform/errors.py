"""What can be wrong before LeadFlow has even begun.

    LeadFlowError
    |-- Invalid
    |   `-- SettingsError    an environment variable is wrong
    `-- Unavailable
        `-- SetupError       the machine does not offer what LeadFlow needs

Both are one sentence for the person at the keyboard.
"""

from backend.kit.errors import Invalid, Unavailable


class SettingsError(Invalid):
    """An environment variable has a value that LeadFlow cannot use."""


class SetupError(Unavailable):
    """Something the machine has to offer is missing: a directory, a program, space, a port."""
