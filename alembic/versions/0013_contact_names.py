"""Contacts found by their name, whatever its case, with an index that row security lets work.

Revision: 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEX = "contact_workspace_id_name_key_idx"


def upgrade() -> None:
    """Create it."""
    key = sa.Computed("left(lower(display_name), 200)", persisted=True)
    op.add_column("contact", sa.Column("name_key", sa.Text(), key, nullable=True))
    columns = ["workspace_id", "name_key", sa.text("last_seen_at DESC"), sa.text("id DESC")]
    op.create_index(INDEX, "contact", columns)


def downgrade() -> None:
    """Remove it."""
    op.drop_index(INDEX, "contact")
    op.drop_column("contact", "name_key")
