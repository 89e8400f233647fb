"""What can go wrong with rules.

NotFound
`-- RuleNotFound
Invalid
`-- RuleInvalid      the definition, name or priority; names the place
Conflict
`-- RuleNameTaken
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class RuleNotFound(NotFound):
    """Missing, or another workspace's."""


class RuleInvalid(Invalid):
    """A rule that cannot mean anything."""


class RuleNameTaken(Conflict):
    """Two rules with one name."""
