"""How every table writes its types; `Table` is the base of them all."""

from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import SQLModel

Timestamp = DateTime(timezone=True)
TextList = ARRAY(Text)
Json = JSONB(none_as_null=True)


class Table(SQLModel):
    """A row; subclasses say `table=True` and their table's name."""

    if TYPE_CHECKING:
        # SQLModel declares a factory here; a plain name is what SQLAlchemy wants.
        __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]
