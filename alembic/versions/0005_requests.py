"""Answers kept for repeated requests.

Revision: 0005.
"""

import sqlalchemy as sa
from alembic import op

from backend.platform.row_security import let_system, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

EXPIRED = "expires_at <= now()"


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "kept_answer",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "key_id", "name_hash"),
    )
    op.create_index("kept_answer_expires_at_idx", "kept_answer", ["expires_at"])
    for statement in protect("kept_answer"):
        op.execute(statement)
    # What has expired is deleted for all workspaces at once.
    op.execute(let_system("kept_answer", "SELECT", rows=EXPIRED))
    op.execute(let_system("kept_answer", "DELETE", rows=EXPIRED))


def downgrade() -> None:
    """Remove them."""
    op.drop_table("kept_answer")
