"""What people agreed to, and which words of theirs say so.

Revision: 0021.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "consent_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"]),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    latest = [sa.text("occurred_at DESC"), sa.text("id DESC")]
    op.create_index(
        "consent_event_said_idx",
        "consent_event",
        ["workspace_id", "contact_id", "purpose", *latest],
    )
    op.create_index(
        "consent_event_message_key",
        "consent_event",
        ["workspace_id", "message_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_table(
        "consent_setting",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("stop_words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("start_words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("confirms", sa.Boolean(), nullable=False),
        sa.Column("stopped_text", sa.String(), nullable=False),
        sa.Column("started_text", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    for table in ("consent_event", "consent_setting"):
        for statement in protect(table):
            op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("consent_setting")
    op.drop_table("consent_event")
