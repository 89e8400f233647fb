"""What can go wrong with people's data.

Invalid
`-- BadRetention       a time to keep something that is too short, or too long
"""

from backend.kit.errors import Invalid


class BadRetention(Invalid):
    """Says which setting, and what it may be."""
