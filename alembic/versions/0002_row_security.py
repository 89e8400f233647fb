"""Row-level security on every table of a workspace.

Revision: 0002.
"""

from collections.abc import Iterable

from alembic import op

from backend.platform.row_security import WORKSPACE, let_system, protect, unprotect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "analytics_daily",
    "analytics_mark",
    "api_key",
    "channel",
    "contact",
    "contact_identifier",
    "conversation",
    "lead",
    "lead_event",
    "membership",
    "message",
    "message_annotation",
    "message_status",
    "rule",
    "rule_run",
    "rule_version",
    "score_entry",
    "session",
    "touch",
    "webhook_event",
)
# Who somebody is has to be found before there is a workspace to speak for.
ACCOUNTS = ("api_key", "membership", "session", "user_account", "workspace")
COLLEAGUES = f"""
EXISTS (SELECT 1 FROM membership AS m
        WHERE m.user_id = user_account.id AND m.workspace_id = {WORKSPACE})
"""  # noqa: S608  our own constant


def upgrade() -> None:
    """Show every transaction the rows of its workspace only."""
    for table in TABLES:
        _run(protect(table))
    _run(protect("workspace", column="id"))
    op.execute("ALTER TABLE user_account ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE user_account FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON user_account USING ({COLLEAGUES})")
    # A person is written before their membership, which makes them a colleague.
    op.execute("CREATE POLICY newcomers ON user_account FOR INSERT WITH CHECK (true)")
    for table in ACCOUNTS:
        op.execute(let_system(table, "ALL"))
    # A webhook names its channel, not its workspace; what it brings is stored for many at once.
    op.execute(let_system("channel", "SELECT"))
    op.execute(let_system("webhook_event", "INSERT"))
    # Who has work waiting.
    op.execute(let_system("webhook_event", "SELECT", rows="state = 'received'"))
    op.execute(let_system("analytics_mark", "SELECT"))
    waiting = "delivery_state IN ('queued', 'posting')"
    op.execute(let_system("message", "SELECT", rows=waiting))


def downgrade() -> None:
    """Show everything to everybody who connects."""
    op.execute("DROP POLICY newcomers ON user_account")
    for table in (*TABLES, "user_account", "workspace"):
        _run(unprotect(table))


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        op.execute(statement)
