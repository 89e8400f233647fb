"""The address under which a channel's provider knows us.

Revision: 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an empty address stand for the installation's own."""
    column = sa.Column("public_url", sa.String(), server_default="", nullable=False)
    op.add_column("channel", column)
    op.alter_column("channel", "public_url", server_default=None)


def downgrade() -> None:
    """Forget the addresses."""
    op.drop_column("channel", "public_url")
