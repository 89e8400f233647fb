"""Idle sessions, known devices, attempts to sign in, second factors, and links to a new password.

Revision: 0003.
"""

import sqlalchemy as sa
from alembic import op

from backend.platform.row_security import let_system

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What lets a person in belongs to no workspace: only the system reaches it.
TABLES = (
    "known_device",
    "sign_in_attempt",
    "sign_in_challenge",
    "second_factor",
    "recovery_code",
    "password_reset",
)


def upgrade() -> None:
    """Create them."""
    _moment("user_account", "password_changed_at")
    _moment("user_account", "second_factor_at")
    # Who is signed in at this moment counts as seen now.
    _moment("session", "last_seen_at", server_default=sa.func.now(), nullable=False)
    op.alter_column("session", "last_seen_at", server_default=None)
    op.create_index(op.f("ix_session_user_id"), "session", ["user_id"], unique=False)
    _create_attempts()
    _create_second_factors()
    _create_password_resets()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(let_system(table, "ALL"))


def downgrade() -> None:
    """Remove them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index(op.f("ix_session_user_id"), table_name="session")
    op.drop_column("session", "last_seen_at")
    op.drop_column("user_account", "second_factor_at")
    op.drop_column("user_account", "password_changed_at")


def _moment(table: str, name: str, *, nullable: bool = True, server_default: object = None) -> None:
    column = sa.Column(
        name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default
    )
    op.add_column(table, column)


def _create_attempts() -> None:
    op.create_table(
        "known_device",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("user_id", "token_hash"),
    )
    op.create_index(
        op.f("ix_known_device_token_hash"), "known_device", ["token_hash"], unique=False
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_began_at"), "sign_in_attempt", ["began_at"], unique=False
    )
    op.create_table(
        "sign_in_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        op.f("ix_sign_in_challenge_user_id"), "sign_in_challenge", ["user_id"], unique=False
    )


def _create_second_factors() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("user_id", "code_hash"),
    )


def _create_password_resets() -> None:
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("for_workspace_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["for_workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_password_reset_user_id"), "password_reset", ["user_id"], unique=False)
