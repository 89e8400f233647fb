"""Retention, and receipts of what was erased.

Revision: 0006.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.add_column("contact", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "webhook_event", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "retention_policy",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("raw_days", sa.Integer(), nullable=False),
        sa.Column("text_days", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    op.create_table(
        "erasure_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("erased_by", sa.String(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tables", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "erasure_receipt_workspace_id_contact_id_key",
        "erasure_receipt",
        ["workspace_id", "contact_id"],
        unique=True,
    )
    op.create_index(
        "erasure_receipt_workspace_id_erased_at_idx",
        "erasure_receipt",
        ["workspace_id", sa.literal_column("erased_at DESC"), sa.literal_column("id DESC")],
    )
    for table in ("retention_policy", "erasure_receipt"):
        for statement in protect(table):
            op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("erasure_receipt")
    op.drop_table("retention_policy")
    op.drop_column("webhook_event", "redacted_at")
    op.drop_column("contact", "erased_at")
