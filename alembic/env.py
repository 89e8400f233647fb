"""Run migrations on the connection that `backend.platform.migrations` hands over."""

from alembic import context

from backend.tables import metadata

QUEUE_TABLES = "huey_"


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the queue's own tables alone; Huey makes and owns them."""
    return not (kind == "table" and name is not None and name.startswith(QUEUE_TABLES))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_name=include_name,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
