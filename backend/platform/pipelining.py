"""Statements that nobody waits for: PostgreSQL works on them while Python prepares the next ones.

    with pipelined(connection):
        connection.exec_driver_sql(update, values, execution_options=AHEAD)

A statement with `AHEAD` is sent and has no result; every other one waits for all before it, too.
What fails ahead is raised by the next one that waits, or by the end of the block.
Source: https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html
"""

import select
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.pq import ConnStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultExecutionContext

AHEAD: Mapping[str, Any] = {"leadflow_ahead": True}

_under_way: dict[int, psycopg.Pipeline] = {}  # by the id of a connection, which its block holds


@contextmanager
def pipelined(connection: Connection) -> Generator[None]:
    """Let statements with `AHEAD` be sent without waiting until the block ends.

    Raises what the last of them raised, as SQLAlchemy would, when the block ends without an error.
    """
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    with driver.pipeline() as pipeline:
        _under_way[id(driver)] = pipeline
        try:
            yield
            connection.exec_driver_sql("SELECT 1")  # waits for everything, and raises its fault
        finally:
            del _under_way[id(driver)]
            _push_out(driver)


def install(engine: Engine) -> None:
    """Have the connections of an engine able to be pipelined."""
    event.listen(engine, "do_execute", _send)


def _send(
    cursor: psycopg.Cursor[Any],
    statement: str,
    parameters: Mapping[str, Any],
    context: DefaultExecutionContext,
) -> bool:
    """Send a statement of a pipelined connection; false leaves it to SQLAlchemy."""
    pipeline = _under_way.get(id(cursor.connection))
    if pipeline is None:
        return False
    if context.execution_options.get("leadflow_ahead"):
        cursor.connection.cursor().execute(statement.encode(), parameters)
    else:
        cursor.execute(statement.encode(), parameters)
        _push_out(cursor.connection)
        pipeline.sync()
    return True


def _push_out(connection: psycopg.Connection[Any]) -> None:
    """Hand everything that waits in libpq over to the network.

    psycopg waits for answers although a long statement may not have left yet; then nobody speaks.
    Source: https://www.postgresql.org/docs/current/libpq-async.html#LIBPQ-PQFLUSH
    """
    wire = connection.pgconn
    if wire.status != ConnStatus.OK:
        return
    poll = select.poll()
    poll.register(wire.socket, select.POLLIN | select.POLLOUT)
    while wire.flush():
        if any(what & select.POLLIN for _, what in poll.poll()):
            wire.consume_input()
