"""Who is who: numbers as they are written, merges that can be undone, marks of who was erased.

Revision: 0010.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEW = ("contact_merge", "contact_arrival", "erased_identifier")


def upgrade() -> None:
    """Create them."""
    for name in ("shown", "came_with"):
        op.add_column("contact_identifier", sa.Column(name, sa.String(), nullable=True))
    _create_merge()
    op.create_table(
        "contact_arrival",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index(
        "contact_arrival_workspace_id_contact_id_idx",
        "contact_arrival",
        ["workspace_id", "contact_id"],
    )
    op.create_table(
        "erased_identifier",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "mark"),
    )
    for table in NEW:
        for statement in protect(table):
            op.execute(statement)


def _create_merge() -> None:
    op.create_table(
        "contact_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("absorbed_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("image", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("survivor_id", "absorbed_id"):
        op.create_index(
            f"contact_merge_workspace_id_{column}_idx",
            "contact_merge",
            ["workspace_id", column, "id"],
        )


def downgrade() -> None:
    """Take them away."""
    for table in reversed(NEW):
        op.drop_table(table)
    for name in ("came_with", "shown"):
        op.drop_column("contact_identifier", name)
