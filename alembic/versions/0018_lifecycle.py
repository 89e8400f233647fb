"""What a workspace asks of its leads; why they were lost, stale, decayed or back.

Revision: 0018.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ADDED = {
    "loss_reason": sa.String(),
    "stale_at": sa.DateTime(timezone=True),
    "decayed_on": sa.Date(),
    "returned_from": sa.Uuid(),
}
INDEXES = (
    (
        "lead_not_stale_idx",
        ("workspace_id", "stage", "last_activity_at"),
        "stale_at IS NULL AND stage NOT IN ('converted', 'lost')",
    ),
    (
        "lead_decaying_idx",
        ("workspace_id", "COALESCE(decayed_on, '-infinity'::date)"),
        "score > 0 AND stage NOT IN ('converted', 'lost')",
    ),
    (
        "lead_returned_idx",
        ("workspace_id", "opened_at DESC", "id DESC"),
        "returned_from IS NOT NULL",
    ),
    (
        "lead_stale_idx",
        ("workspace_id", "last_activity_at DESC", "id DESC"),
        "stale_at IS NOT NULL",
    ),
)


def upgrade() -> None:
    """Create them."""
    for name, kind in ADDED.items():
        op.add_column("lead", sa.Column(name, kind, nullable=True))
    for name, columns, where in INDEXES:
        parts = [sa.text(column) for column in columns]
        op.create_index(name, "lead", parts, postgresql_where=sa.text(where))
    op.create_table(
        "lifecycle",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("warm_from", sa.Integer(), nullable=False),
        sa.Column("hot_from", sa.Integer(), nullable=False),
        sa.Column("rest", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("decays_after", sa.Date(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    for statement in protect("lifecycle"):
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("lifecycle")
    for name, _, _ in INDEXES:
        op.drop_index(name, "lead")
    for name in reversed(ADDED):
        op.drop_column("lead", name)
