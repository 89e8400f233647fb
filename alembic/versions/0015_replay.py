"""Replays as jobs; deliveries that were corrected or ignored.

Revision: 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import let_system, protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ADDED = {
    "corrected_body": sa.LargeBinary(),
    "corrected_by": sa.String(),
    "corrected_at": sa.DateTime(timezone=True),
    "ignored_by": sa.String(),
    "ignored_reason": sa.String(),
    "ignored_at": sa.DateTime(timezone=True),
}


def moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    """Return a column that holds a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Create them."""
    for name, kind in ADDED.items():
        op.add_column("webhook_event", sa.Column(name, kind, nullable=True))
    op.create_table(
        "replay_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("redacted", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("report", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        moment("created_at", nullable=False),
        moment("started_at"),
        moment("progressed_at"),
        moment("finished_at"),
        moment("lease_until"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("replay_run_workspace_id_id_idx", "replay_run", ["workspace_id", "id"])
    op.create_index(
        "replay_run_active_key",
        "replay_run",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    for statement in protect("replay_run"):
        op.execute(statement)
    op.execute(let_system("replay_run", "SELECT", rows="finished_at IS NULL"))


def downgrade() -> None:
    """Remove them."""
    op.drop_table("replay_run")
    for name in reversed(ADDED):
        op.drop_column("webhook_event", name)
