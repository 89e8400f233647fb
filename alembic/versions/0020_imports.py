"""Imports of leads with their rows, and exports.

Revision: 0020.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import let_system, protect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("lead_import", "lead_import_row", "lead_export")
IDLE = "finished_at IS NULL OR file_key IS NOT NULL"


def words(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    """Return columns of text."""
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def numbers(*names: str) -> list[sa.Column[int]]:
    """Return columns of counts."""
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def moments(*names: str) -> list[sa.Column[object]]:
    """Return columns of moments that may not have come yet."""
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in names]


def documents(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    """Return columns of JSON."""
    return [
        sa.Column(name, postgresql.JSONB(none_as_null=True), nullable=nullable) for name in names
    ]


def upgrade() -> None:
    """Create them."""
    _imports()
    _rows()
    _exports()
    for table in TABLES:
        for statement in protect(table):
            op.execute(statement)
    op.execute(let_system("lead_import", "SELECT", rows=f"{IDLE} OR erased_at IS NULL"))
    op.execute(let_system("lead_export", "SELECT", rows=IDLE))


def downgrade() -> None:
    """Remove them."""
    for table in ("lead_export", "lead_import_row", "lead_import"):
        op.drop_table(table)


def _imports() -> None:
    op.create_table(
        "lead_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        *words("state", "filename", "kind", "encoding", "separator"),
        *words("file_key", nullable=True),
        *documents("headers", "sample", "mapping"),
        *words("region", nullable=True),
        *words("choice"),
        sa.Column("total", sa.Integer(), nullable=True),
        *numbers("position", "created", "changed", "passed", "refused", "attempts"),
        *words("error", nullable=True),
        *words("requested_by"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *moments("step_at", "finished_at", "lease_until", "erased_at"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lead_import_workspace_id_id_idx", "lead_import", ["workspace_id", "id"])


def _rows() -> None:
    op.create_table(
        "lead_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        *words("person_key", nullable=True),
        *documents("given", "faults", "held_back", nullable=True),
        *words("twin", nullable=True),
        sa.Column("twin_row", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        *words("outcome", nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["lead_import.id"]),
        sa.PrimaryKeyConstraint("import_id", "row_number"),
    )
    table, place = "lead_import_row", ["import_id", "row_number"]
    op.create_index("lead_import_row_person_idx", table, ["import_id", "person_key", "row_number"])
    op.create_index("lead_import_row_key_idx", table, ["workspace_id", "person_key"])
    op.create_index("lead_import_row_contact_idx", table, ["workspace_id", "contact_id"])
    for name in ("faults", "twin"):
        where = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"lead_import_row_{name}_idx", table, place, postgresql_where=where)


def _exports() -> None:
    op.create_table(
        "lead_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        *words("state", "kind"),
        *documents("asked"),
        *words("file_key", nullable=True),
        *numbers("row_count", "attempts"),
        *words("error", nullable=True),
        *words("requested_by"),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *moments("finished_at"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        *moments("lease_until"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lead_export_workspace_id_id_idx", "lead_export", ["workspace_id", "id"])
