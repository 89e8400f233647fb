"""Working as a team: who has a conversation, who is in it, drafts, notes; what people are told.

Revision: 0017.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import let_system, protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "notification",
    "conversation_entry",
    "conversation_reading",
    "conversation_draft",
    "conversation_presence",
    "quick_reply",
    "bulk_change",
)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """Return a column that holds a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def own(*columns: sa.Column[object]) -> tuple[sa.Column[object], ...]:
    """Return the columns of a table whose rows belong to a workspace."""
    return (
        *columns,
        sa.Column("workspace_id", sa.Uuid(), sa.ForeignKey("workspace.id"), nullable=False),
    )


def person(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """Return a column that names a person."""
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("user_account.id"), nullable=nullable)


def upgrade() -> None:
    """Create them."""
    _notifications()
    _columns()
    _entries()
    _of_one_person()
    _of_all()
    for table in TABLES:
        for statement in protect(table):
            op.execute(statement)
    op.execute(let_system("conversation", "SELECT", rows="snoozed_until IS NOT NULL"))
    op.execute(let_system("conversation_presence", "DELETE"))
    op.execute(let_system("conversation_presence", "SELECT"))


def _notifications() -> None:
    op.create_table(
        "notification",
        *own(sa.Column("id", sa.Uuid(), primary_key=True)),
        person("user_id"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        moment("created_at"),
        moment("read_at", nullable=True),
    )
    mine = ["workspace_id", "user_id"]
    op.create_index(
        "notification_workspace_id_user_id_id_idx", "notification", [*mine, sa.text("id DESC")]
    )
    op.create_index(
        "notification_unread_idx",
        "notification",
        mine,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("notification_key_key", "notification", [*mine, "key"], unique=True)
    op.create_index(
        "notification_workspace_id_subject_idx", "notification", ["workspace_id", "subject"]
    )


def _columns() -> None:
    op.add_column("conversation", moment("snoozed_until", nullable=True))
    op.add_column("conversation", moment("snoozed_at", nullable=True))
    op.add_column("message", sa.Column("send_key", sa.Uuid(), nullable=True))
    latest = [sa.text("last_message_at DESC"), sa.text("id DESC")]
    op.create_index(
        "conversation_assignee_idx",
        "conversation",
        ["workspace_id", "assignee_id", *latest],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "conversation_waiting_idx",
        "conversation",
        ["workspace_id", *latest],
        postgresql_where=sa.text("state = 'open' AND last_direction = 'in'"),
    )
    op.create_index(
        "conversation_snoozed_idx",
        "conversation",
        ["workspace_id", "snoozed_until"],
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index(
        "message_conversation_id_send_key_key",
        "message",
        ["conversation_id", "send_key"],
        unique=True,
        postgresql_where=sa.text("send_key IS NOT NULL"),
    )


def _entries() -> None:
    op.create_table(
        "conversation_entry",
        *own(sa.Column("id", sa.Uuid(), primary_key=True)),
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        person("author_id", nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(none_as_null=True), nullable=False),
        moment("created_at"),
    )
    op.create_index(
        "conversation_entry_conversation_idx",
        "conversation_entry",
        ["workspace_id", "conversation_id", sa.text("created_at DESC"), sa.text("id DESC")],
    )


def _in_a_conversation() -> tuple[sa.Column[object], ...]:
    place = sa.ForeignKey("conversation.id", ondelete="CASCADE")
    return own(
        sa.Column("conversation_id", sa.Uuid(), place, primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("user_account.id"), primary_key=True),
    )


def _of_one_person() -> None:
    op.create_table("conversation_reading", *_in_a_conversation(), moment("read_until"))
    op.create_table(
        "conversation_draft",
        *_in_a_conversation(),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("send_key", sa.Uuid(), nullable=False),
        moment("began_at"),
        moment("updated_at"),
    )
    op.create_table(
        "conversation_presence",
        *_in_a_conversation(),
        moment("seen_until"),
        moment("writes_until", nullable=True),
    )
    for table, second in (("reading", "user_id"), ("draft", "user_id"), ("presence", "seen_until")):
        name = f"conversation_{table}"
        op.create_index(f"{name}_workspace_id_idx", name, ["workspace_id", second])


def _of_all() -> None:
    op.create_table(
        "quick_reply",
        *own(sa.Column("id", sa.Uuid(), primary_key=True)),
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        person("author_id", nullable=True),
        moment("updated_at"),
    )
    op.create_index(
        "quick_reply_workspace_id_shortcut_key",
        "quick_reply",
        ["workspace_id", "shortcut"],
        unique=True,
    )
    op.create_table(
        "bulk_change",
        *own(sa.Column("id", sa.Uuid(), primary_key=True)),
        person("author_id", nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("after", postgresql.JSONB(none_as_null=True), nullable=False),
        moment("created_at"),
        moment("undone_at", nullable=True),
    )
    op.create_index(
        "bulk_change_workspace_id_created_at_idx", "bulk_change", ["workspace_id", "created_at"]
    )


def downgrade() -> None:
    """Remove them."""
    op.execute("DROP POLICY IF EXISTS system_select ON conversation")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("message_conversation_id_send_key_key", "message")
    op.drop_column("message", "send_key")
    for name in ("snoozed", "waiting", "assignee"):
        op.drop_index(f"conversation_{name}_idx", "conversation")
    op.drop_column("conversation", "snoozed_at")
    op.drop_column("conversation", "snoozed_until")
