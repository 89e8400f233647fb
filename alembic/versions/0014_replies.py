"""Replies that are tried again, and what customers were told was read.

Revision: 0014.
"""

import sqlalchemy as sa
from alembic import op

from backend.platform.row_security import let_system

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WAITING = "delivery_state IN ('queued', 'posting')"
UNSETTLED = "delivery_state = 'unknown' AND next_attempt_at IS NOT NULL"


def upgrade() -> None:
    """Remember attempts and refusals; the system sees which replies are to be looked up."""
    moment = sa.DateTime(timezone=True)
    op.add_column("message", sa.Column("attempts", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("next_attempt_at", moment, nullable=True))
    op.add_column("message", sa.Column("fault", sa.String(), nullable=True))
    op.add_column("message", sa.Column("resent_as", sa.Uuid(), nullable=True))
    op.add_column("conversation", sa.Column("told_read_until", moment, nullable=True))
    op.create_index(
        "message_unsettled_idx",
        "message",
        ["workspace_id", "next_attempt_at"],
        postgresql_where=sa.text(UNSETTLED),
    )
    _show_the_system(f"{WAITING} OR ({UNSETTLED})")


def downgrade() -> None:
    """Forget them."""
    _show_the_system(WAITING)
    op.drop_index("message_unsettled_idx", "message")
    op.drop_column("conversation", "told_read_until")
    for column in ("resent_as", "fault", "next_attempt_at", "attempts"):
        op.drop_column("message", column)


def _show_the_system(rows: str) -> None:
    op.execute("DROP POLICY IF EXISTS system_select ON message")
    op.execute(let_system("message", "SELECT", rows=rows))
