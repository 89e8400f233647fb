"""What can go wrong with imports and exports.

NotFound
|-- ImportNotFound
`-- ExportNotFound     never was, is another workspace's, or its file is gone
Invalid
|-- ExportTooLong      a sheet of Excel does not hold so many rows
|-- FileRefused        the file cannot be read: says why, and what would be right
`-- BadMapping         a column or a field that there is not, or one field twice
Conflict
`-- WrongStep          the import is not at this step
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class ImportNotFound(NotFound):
    """Missing, or another workspace's."""


class ExportNotFound(NotFound):
    """Missing, another workspace's, or expired."""


class ExportTooLong(Invalid):
    """More rows than a sheet holds."""


class FileRefused(Invalid):
    """The file cannot be read."""


class BadMapping(Invalid):
    """Columns and fields do not go together so."""


class WrongStep(Conflict):
    """The import is not at this step."""
