"""Leads of a stage by score, and leads of an owner by activity, read off an index.

Revision: 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INDEXES = {
    "lead_workspace_id_stage_score_idx": ("workspace_id", "stage", "score DESC", "id DESC"),
    "lead_workspace_id_owner_id_last_activity_at_idx": (
        "workspace_id",
        "owner_id",
        "last_activity_at DESC",
        "id DESC",
    ),
}


def upgrade() -> None:
    """Create them."""
    for name, columns in INDEXES.items():
        op.create_index(name, "lead", [sa.text(column) for column in columns])


def downgrade() -> None:
    """Remove them."""
    for name in INDEXES:
        op.drop_index(name, "lead")
