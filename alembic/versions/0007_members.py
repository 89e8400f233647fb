"""Members and invitations.

Revision: 0007.
"""

import sqlalchemy as sa
from alembic import op

from backend.platform.row_security import let_system, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Without a scope this transaction would see no membership at all.
AS_SYSTEM = "SELECT set_config('leadflow.scope', 'system', true)"
AS_NOBODY = "SELECT set_config('leadflow.scope', '', true)"
# Who was an admin first owns the workspace.
FIRST_ADMINS = """
UPDATE membership AS m SET is_owner = true
WHERE m.role = 'admin' AND m.user_id = (
    SELECT a.user_id FROM membership AS a
    WHERE a.workspace_id = m.workspace_id AND a.role = 'admin'
    ORDER BY a.created_at, a.user_id LIMIT 1
)
"""


def upgrade() -> None:
    """Give every workspace an owner, and make room for invitations."""
    for name in ("is_owner", "is_disabled"):
        column = sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)
        op.add_column("membership", column)
    for statement in (AS_SYSTEM, FIRST_ADMINS, AS_NOBODY):
        op.execute(statement)
    op.create_check_constraint(
        "membership_owner_is_active_admin",
        "membership",
        "NOT is_owner OR (role = 'admin' AND NOT is_disabled)",
    )
    op.create_index(
        "membership_workspace_id_owner_key",
        "membership",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("is_owner"),
    )
    op.create_index(
        "membership_workspace_id_created_at_idx",
        "membership",
        ["workspace_id", "created_at", "user_id"],
    )
    _create_invitation()


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("inviter_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.ForeignKeyConstraint(["invited_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        "invitation_workspace_id_email_key",
        "invitation",
        ["workspace_id", sa.literal_column("lower(email)")],
        unique=True,
    )
    op.create_index(
        "invitation_workspace_id_created_at_idx",
        "invitation",
        ["workspace_id", "created_at", "id"],
    )
    for statement in protect("invitation"):
        op.execute(statement)
    # Whoever answers an invitation is nobody yet, and knows its token only.
    op.execute(let_system("invitation", "SELECT", rows="expires_at > now()"))


def downgrade() -> None:
    """Take them away."""
    op.drop_table("invitation")
    op.drop_index("membership_workspace_id_created_at_idx", table_name="membership")
    op.drop_index("membership_workspace_id_owner_key", table_name="membership")
    op.drop_constraint("membership_owner_is_active_admin", "membership")
    op.drop_column("membership", "is_disabled")
    op.drop_column("membership", "is_owner")
