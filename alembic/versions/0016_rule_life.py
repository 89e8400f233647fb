"""Rules that are archived, and backtests.

Revision: 0016.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import let_system, protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    """Return a column that holds a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def document(name: str) -> sa.Column[object]:
    """Return a column that holds JSON."""
    return sa.Column(name, postgresql.JSONB(none_as_null=True), nullable=False)


def upgrade() -> None:
    """Create them."""
    op.add_column("rule", moment("archived_at"))
    op.drop_index("rule_workspace_id_name_key", "rule")
    op.create_index(
        "rule_workspace_id_name_key",
        "rule",
        ["workspace_id", "name"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    for name, kind in (("undone_at", "timestamptz"), ("undone_by", "varchar")):
        op.execute(f"ALTER TABLE rule_run ADD COLUMN IF NOT EXISTS {name} {kind}")
    op.create_index(
        "rule_run_rule_version_id_idx",
        "rule_run",
        ["rule_version_id", "lead_id"],
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "backtest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=True),
        document("drafts"),
        document("rules"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("position", sa.Uuid(), nullable=True),
        document("counted"),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=False),
        moment("created_at", nullable=False),
        moment("started_at"),
        moment("finished_at"),
        moment("lease_until"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("backtest_workspace_id_id_idx", "backtest", ["workspace_id", "id"])
    op.create_index(
        "backtest_active_key",
        "backtest",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    for statement in protect("backtest"):
        op.execute(statement)
    op.execute(let_system("backtest", "SELECT", rows="finished_at IS NULL"))


def downgrade() -> None:
    """Remove them; of rules with one name, only the one in use keeps it."""
    op.drop_table("backtest")
    op.drop_index("rule_run_rule_version_id_idx", "rule_run")
    for name in ("undone_at", "undone_by"):
        op.execute(f"ALTER TABLE rule_run DROP COLUMN IF EXISTS {name}")
    op.execute("UPDATE rule SET name = name || ' ' || id WHERE archived_at IS NOT NULL")
    op.drop_index("rule_workspace_id_name_key", "rule")
    op.create_index("rule_workspace_id_name_key", "rule", ["workspace_id", "name"], unique=True)
    op.drop_column("rule", "archived_at")
