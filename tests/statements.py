"""What reaches the database, to count."""

from contextlib import contextmanager

from sqlalchemy import event

from backend.platform.database import engine


@contextmanager
def statements():
    """Collect the statements that reach the database."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine(), "before_cursor_execute", note)
