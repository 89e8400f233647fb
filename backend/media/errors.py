"""What can go wrong with files.

NotFound
`-- MediaNotFound      no such file, not in this workspace, or not here yet
Invalid
`-- FileRefused        an upload that cannot be sent: its type or its size
"""

from backend.kit.errors import Invalid, NotFound


class MediaNotFound(NotFound):
    """No such file, not in this workspace, or nothing to show of it."""


class FileRefused(Invalid):
    """An uploaded file is of a type, or of a size, that cannot be sent."""
