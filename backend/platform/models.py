"""The platform's own table: when each recurring task last ran."""

from datetime import datetime

from sqlmodel import Field

from backend.platform.columns import Table, Timestamp


class PeriodicRun(Table, table=True):
    """One row for each recurring task; a minute in which nobody ran is made up from it."""

    __tablename__ = "periodic_run"

    name: str = Field(primary_key=True)
    last_run_at: datetime = Field(sa_type=Timestamp)
    last_finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    last_error: str | None = None
    runs: int = 0
