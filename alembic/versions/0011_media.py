"""Files of messages.

Revision: 0011.
"""

import sqlalchemy as sa
from alembic import op

from backend.platform.row_security import let_system, protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UNDONE = "state IN ('waiting', 'fetching', 'erased')"


def upgrade() -> None:
    """Create the table; the system sees which rows have work waiting, and no others."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("provider_media_id", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("filename", sa.String(), nullable=True),
        sa.Column("claimed_type", sa.String(), nullable=True),
        sa.Column("claimed_sha256", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", moment, nullable=False),
        sa.Column("lease_until", moment, nullable=True),
        sa.Column("mime_type", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("storage_key", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    key = ["message_id", "position"]
    op.create_index("media_message_id_position_key", "media", key, unique=True)
    op.create_index("media_workspace_id_message_id_idx", "media", ["workspace_id", "message_id"])
    op.create_index(
        "media_waiting_idx",
        "media",
        ["workspace_id", "next_attempt_at"],
        postgresql_where=sa.text(UNDONE),
    )
    for statement in protect("media"):
        op.execute(statement)
    op.execute(let_system("media", "SELECT", rows=UNDONE))


def downgrade() -> None:
    """Forget the files; their copies stay where they are stored."""
    op.drop_table("media")
