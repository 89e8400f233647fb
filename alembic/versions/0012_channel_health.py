"""How channels fare, and their message templates.

Revision: 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.platform.row_security import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    """Return a column that holds a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def words(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """Return a column that holds a text."""
    return sa.Column(name, sa.String(), nullable=nullable)


def json(name: str) -> sa.Column[object]:
    """Return a column that holds a document."""
    return sa.Column(name, postgresql.JSONB(none_as_null=True), nullable=False)


def upgrade() -> None:
    """Create them; what stands in a channel already was never checked."""
    is_checked = sa.Column("is_checked", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("channel", is_checked)
    op.alter_column("channel", "is_checked", server_default=None)
    _create_health()
    _create_templates()
    for table in ("channel_health", "template"):
        for statement in protect(table):
            op.execute(statement)


def _create_health() -> None:
    op.create_table(
        "channel_health",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        moment("handshake_at"),
        moment("first_verified_at"),
        moment("last_verified_at"),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        moment("last_refused_at"),
        words("last_refused_reason"),
        moment("checked_at"),
        words("check_error"),
        moment("probed_at"),
        words("probe_error"),
        words("display_number", nullable=True),
        words("verified_name", nullable=True),
        words("quality", nullable=True),
        sa.Column("messaging_limit", sa.Integer(), nullable=True),
        sa.Column("throughput", sa.Integer(), nullable=True),
        words("restriction", nullable=True),
        moment("token_expires_at"),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), nullable=False),
        json("known_at"),
        moment("test_sent_at"),
        moment("templates_synced_at"),
        words("templates_error"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_index("channel_health_workspace_id_idx", "channel_health", ["workspace_id"])


def _create_templates() -> None:
    op.create_table(
        "template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        words("provider_template_id"),
        words("name"),
        words("language"),
        words("category"),
        words("status"),
        words("quality", nullable=True),
        json("components"),
        words("reason", nullable=True),
        json("known_at"),
        moment("synced_at"),
        moment("created_at", nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "template_workspace_id_channel_id_name_language_key",
        "template",
        ["workspace_id", "channel_id", "name", "language"],
        unique=True,
    )
    op.create_index(
        "template_workspace_id_provider_template_id_idx",
        "template",
        ["workspace_id", "provider_template_id"],
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("template")
    op.drop_table("channel_health")
    op.drop_column("channel", "is_checked")
