"""The audit log, and what API keys tell of themselves.

Revision: 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backend.platform.row_security import APPLICATION_ROLE, protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
KEEP_ENTRIES = """
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""
KEEP_HEAD = """
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""
HEAD_ADVANCES = """
CREATE TRIGGER audit_head_advances BEFORE UPDATE ON audit_head
FOR EACH ROW WHEN (NEW.sequence <= OLD.sequence OR NEW.workspace_id <> OLD.workspace_id)
EXECUTE FUNCTION refuse_audit_change()
"""
REVOKE = f"""
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM {APPLICATION_ROLE};
        REVOKE DELETE, TRUNCATE ON audit_head FROM {APPLICATION_ROLE};
    END IF;
END $$
"""  # noqa: S608  our own constant


def upgrade() -> None:
    """Create a log that only grows, and let keys tell who made and who used them."""
    _create_entry()
    op.create_table(
        "audit_head",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    for table in ("audit_entry", "audit_head"):
        for statement in protect(table):
            op.execute(statement)
    for statement in (REFUSE, KEEP_ENTRIES, KEEP_HEAD, HEAD_ADVANCES, REVOKE):
        op.execute(statement)
    _extend_key()


def _create_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("workspace_id", "sequence"),
    )
    for column in ("actor_id", "subject", "occurred_at"):
        name = f"audit_entry_workspace_id_{column}_idx"
        op.create_index(name, "audit_entry", ["workspace_id", column, "sequence"])
    op.create_index(
        "audit_entry_workspace_id_action_idx",
        "audit_entry",
        ["workspace_id", "action", "sequence"],
        postgresql_ops={"action": "text_pattern_ops"},
    )


def _extend_key() -> None:
    text = {"server_default": sa.text("''"), "nullable": False}
    op.add_column("api_key", sa.Column("creator_name", sa.String(), **text))
    op.add_column("api_key", sa.Column("last_used_address", sa.String(), **text))
    op.add_column("api_key", sa.Column("created_by", sa.Uuid(), nullable=True))
    op.add_column("api_key", sa.Column("previous_key_hash", sa.String(), nullable=True))
    moment = sa.DateTime(timezone=True)
    op.add_column("api_key", sa.Column("previous_expires_at", moment, nullable=True))
    op.create_foreign_key(
        "api_key_created_by_fkey", "api_key", "user_account", ["created_by"], ["id"]
    )
    op.create_unique_constraint("api_key_previous_key_hash_key", "api_key", ["previous_key_hash"])
    op.drop_index("ix_api_key_workspace_id", table_name="api_key")
    op.create_index(
        "api_key_workspace_id_created_at_idx", "api_key", ["workspace_id", "created_at", "id"]
    )


def downgrade() -> None:
    """Remove all that."""
    op.create_index("ix_api_key_workspace_id", "api_key", ["workspace_id"])
    op.drop_index("api_key_workspace_id_created_at_idx", table_name="api_key")
    for column in (
        "creator_name",
        "last_used_address",
        "created_by",
        "previous_key_hash",
        "previous_expires_at",
    ):
        op.drop_column("api_key", column)
    op.drop_table("audit_entry")
    op.drop_table("audit_head")
    op.execute("DROP FUNCTION refuse_audit_change()")
