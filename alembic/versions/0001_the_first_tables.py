"""The first tables.

Revision: 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "periodic_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "user_account_email_key", "user_account", [sa.literal_column("lower(email)")], unique=True
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
    )
    op.create_index(op.f("ix_api_key_workspace_id"), "api_key", ["workspace_id"], unique=False)
    op.create_table(
        "channel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("routing_key", sa.String(), nullable=False),
        sa.Column("credentials", sa.String(), nullable=False),
        sa.Column(
            "settings", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "channel_workspace_id_created_at_idx",
        "channel",
        ["workspace_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "channel_workspace_id_provider_routing_key_key",
        "channel",
        ["workspace_id", "provider", "routing_key"],
        unique=True,
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("bsuid", sa.String(), nullable=True),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "coalesce(display_name, '') || ' ' || coalesce(phone, '')"
                " || ' ' || coalesce(username, '')",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "contact_search_idx",
        "contact",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(
        "contact_workspace_id_last_seen_at_idx",
        "contact",
        ["workspace_id", sa.literal_column("last_seen_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "membership",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "user_id"),
    )
    op.create_index(op.f("ix_membership_user_id"), "membership", ["user_id"], unique=False)
    op.create_table(
        "rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("current_version_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rule_workspace_id_name_key", "rule", ["workspace_id", "name"], unique=True)
    op.create_index(
        "rule_workspace_id_priority_idx", "rule", ["workspace_id", "priority", "id"], unique=False
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        "session_workspace_id_user_id_idx", "session", ["workspace_id", "user_id"], unique=False
    )
    op.create_table(
        "analytics_daily",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("conversations", sa.Integer(), nullable=False),
        sa.Column("responded", sa.Integer(), nullable=False),
        sa.Column("messages_in", sa.Integer(), nullable=False),
        sa.Column("messages_out", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("leads_new", sa.Integer(), nullable=False),
        sa.Column("leads_qualified", sa.Integer(), nullable=False),
        sa.Column("leads_converted", sa.Integer(), nullable=False),
        sa.Column("leads_lost", sa.Integer(), nullable=False),
        sa.Column("rolled_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("workspace_id", "day", "channel_id"),
    )
    op.create_table(
        "analytics_mark",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "analytics_mark_workspace_id_idx", "analytics_mark", ["workspace_id", "id"], unique=False
    )
    op.create_table(
        "contact_identifier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "contact_identifier_workspace_id_kind_value_key",
        "contact_identifier",
        ["workspace_id", "kind", "value"],
        unique=True,
    )
    op.create_index(
        op.f("ix_contact_identifier_contact_id"), "contact_identifier", ["contact_id"], unique=False
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("unread_count", sa.Integer(), nullable=False),
        sa.Column("snippet", sa.String(), nullable=False),
        sa.Column("last_direction", sa.String(), nullable=False),
        sa.Column("last_kind", sa.String(), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("conversation_contact_id_idx", "conversation", ["contact_id"], unique=False)
    op.create_index(
        "conversation_one_open_key",
        "conversation",
        ["channel_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "conversation_workspace_id_channel_id_opened_at_idx",
        "conversation",
        ["workspace_id", "channel_id", "opened_at"],
        unique=False,
    )
    op.create_index(
        "conversation_workspace_id_last_message_at_idx",
        "conversation",
        ["workspace_id", sa.literal_column("last_message_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "conversation_workspace_id_state_last_message_at_idx",
        "conversation",
        [
            "workspace_id",
            "state",
            sa.literal_column("last_message_at DESC"),
            sa.literal_column("id DESC"),
        ],
        unique=False,
    )
    op.create_table(
        "message_annotation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("provider_message_id", sa.String(), nullable=False),
        sa.Column("target_provider_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "message_annotation_provider_message_id_key",
        "message_annotation",
        ["channel_id", "provider_message_id"],
        unique=True,
    )
    op.create_index(
        "message_annotation_target_idx",
        "message_annotation",
        ["channel_id", "target_provider_id"],
        unique=False,
    )
    op.create_index(
        "message_annotation_workspace_id_occurred_at_idx",
        "message_annotation",
        ["workspace_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "message_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("provider_message_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_title", sa.String(), nullable=True),
        sa.Column(
            "payload", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "message_status_step_key",
        "message_status",
        ["channel_id", "provider_message_id", "status", "occurred_at", "recipient"],
        unique=True,
    )
    op.create_index(
        "message_status_workspace_id_occurred_at_idx",
        "message_status",
        ["workspace_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "rule_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "definition", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["rule.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "rule_version_rule_id_number_key", "rule_version", ["rule_id", "number"], unique=True
    )
    op.create_index(
        "rule_version_workspace_id_created_at_idx",
        "rule_version",
        ["workspace_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("dedupe_key", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "headers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "webhook_event_channel_id_dedupe_key_key",
        "webhook_event",
        ["channel_id", "dedupe_key"],
        unique=True,
    )
    op.create_index(
        "webhook_event_received_idx",
        "webhook_event",
        ["workspace_id", "sequence"],
        unique=False,
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index(
        "webhook_event_workspace_id_sequence_idx",
        "webhook_event",
        ["workspace_id", sa.literal_column("sequence DESC")],
        unique=False,
    )
    op.create_index(
        "webhook_event_workspace_id_state_sequence_idx",
        "webhook_event",
        ["workspace_id", "state", sa.literal_column("sequence DESC")],
        unique=False,
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_send_id", sa.Uuid(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("value", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("qualified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("converted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(value IS NULL) = (currency IS NULL)", name="lead_value_has_currency"),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lead_contact_id_idx", "lead", ["contact_id"], unique=False)
    op.create_index("lead_conversation_id_idx", "lead", ["conversation_id"], unique=False)
    op.create_index(
        "lead_one_open_key",
        "lead",
        ["channel_id", "contact_id"],
        unique=True,
        postgresql_where=sa.text("stage NOT IN ('converted', 'lost')"),
    )
    op.create_index("lead_tags_idx", "lead", ["tags"], unique=False, postgresql_using="gin")
    op.create_index(
        "lead_workspace_id_converted_at_idx", "lead", ["workspace_id", "converted_at"], unique=False
    )
    op.create_index(
        "lead_workspace_id_last_activity_at_idx",
        "lead",
        ["workspace_id", sa.literal_column("last_activity_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "lead_workspace_id_lost_at_idx", "lead", ["workspace_id", "lost_at"], unique=False
    )
    op.create_index(
        "lead_workspace_id_opened_at_idx",
        "lead",
        ["workspace_id", sa.literal_column("opened_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "lead_workspace_id_qualified_at_idx", "lead", ["workspace_id", "qualified_at"], unique=False
    )
    op.create_index(
        "lead_workspace_id_score_idx",
        "lead",
        ["workspace_id", sa.literal_column("score DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "lead_workspace_id_stage_last_activity_at_idx",
        "lead",
        [
            "workspace_id",
            "stage",
            sa.literal_column("last_activity_at DESC"),
            sa.literal_column("id DESC"),
        ],
        unique=False,
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("snippet", sa.String(), nullable=False),
        sa.Column(
            "payload", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("provider_message_id", sa.String(), nullable=True),
        sa.Column("quoted_provider_id", sa.String(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_state", sa.String(), nullable=False),
        sa.Column("posting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("edited_text", sa.String(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "message_channel_id_provider_message_id_key",
        "message",
        ["channel_id", "provider_message_id"],
        unique=True,
    )
    op.create_index(
        "message_conversation_id_direction_sent_at_idx",
        "message",
        ["conversation_id", "direction", "sent_at"],
        unique=False,
    )
    op.create_index(
        "message_conversation_id_sent_at_idx",
        "message",
        ["conversation_id", sa.literal_column("sent_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "message_unsent_idx",
        "message",
        ["workspace_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("delivery_state IN ('queued', 'posting')"),
    )
    op.create_index(
        "message_workspace_id_channel_id_sent_at_idx",
        "message",
        ["workspace_id", "channel_id", "sent_at"],
        unique=False,
    )
    op.create_table(
        "lead_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column(
            "data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["lead.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_lead_event_message_id"), "lead_event", ["message_id"], unique=False)
    op.create_index(
        "lead_event_lead_id_occurred_at_idx",
        "lead_event",
        ["lead_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "lead_event_workspace_id_occurred_at_idx",
        "lead_event",
        ["workspace_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "rule_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column(
            "effects", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["lead.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["rule.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["rule_version.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rule_run_lead_id_idx", "rule_run", ["lead_id"], unique=False)
    op.create_index(
        "rule_run_message_id_rule_id_key", "rule_run", ["message_id", "rule_id"], unique=True
    )
    op.create_index(
        "rule_run_rule_id_occurred_at_idx", "rule_run", ["rule_id", "occurred_at"], unique=False
    )
    op.create_index(
        "rule_run_workspace_id_occurred_at_idx",
        "rule_run",
        ["workspace_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "score_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("cadence_key", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["lead.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_score_entry_message_id"), "score_entry", ["message_id"], unique=False)
    op.create_index(
        "score_entry_lead_id_cadence_key_key",
        "score_entry",
        ["lead_id", "cadence_key"],
        unique=True,
    )
    op.create_index(
        "score_entry_workspace_id_occurred_at_idx",
        "score_entry",
        ["workspace_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "touch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("headline", sa.String(), nullable=True),
        sa.Column("click_id", sa.String(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["lead.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "touch_lead_id_channel_key",
        "touch",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'channel'"),
    )
    op.create_index(
        "touch_lead_id_occurred_at_idx", "touch", ["lead_id", "occurred_at"], unique=False
    )
    op.create_index("touch_message_id_kind_key", "touch", ["message_id", "kind"], unique=True)
    op.create_index(
        "touch_workspace_id_occurred_at_idx", "touch", ["workspace_id", "occurred_at"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("touch_workspace_id_occurred_at_idx", table_name="touch")
    op.drop_index("touch_message_id_kind_key", table_name="touch")
    op.drop_index("touch_lead_id_occurred_at_idx", table_name="touch")
    op.drop_index(
        "touch_lead_id_channel_key",
        table_name="touch",
        postgresql_where=sa.text("kind = 'channel'"),
    )
    op.drop_table("touch")
    op.drop_index("score_entry_workspace_id_occurred_at_idx", table_name="score_entry")
    op.drop_index("score_entry_lead_id_cadence_key_key", table_name="score_entry")
    op.drop_index(op.f("ix_score_entry_message_id"), table_name="score_entry")
    op.drop_table("score_entry")
    op.drop_index("rule_run_workspace_id_occurred_at_idx", table_name="rule_run")
    op.drop_index("rule_run_rule_id_occurred_at_idx", table_name="rule_run")
    op.drop_index("rule_run_message_id_rule_id_key", table_name="rule_run")
    op.drop_index("rule_run_lead_id_idx", table_name="rule_run")
    op.drop_table("rule_run")
    op.drop_index("lead_event_workspace_id_occurred_at_idx", table_name="lead_event")
    op.drop_index("lead_event_lead_id_occurred_at_idx", table_name="lead_event")
    op.drop_index(op.f("ix_lead_event_message_id"), table_name="lead_event")
    op.drop_table("lead_event")
    op.drop_index("message_workspace_id_channel_id_sent_at_idx", table_name="message")
    op.drop_index(
        "message_unsent_idx",
        table_name="message",
        postgresql_where=sa.text("delivery_state IN ('queued', 'posting')"),
    )
    op.drop_index("message_conversation_id_sent_at_idx", table_name="message")
    op.drop_index("message_conversation_id_direction_sent_at_idx", table_name="message")
    op.drop_index("message_channel_id_provider_message_id_key", table_name="message")
    op.drop_table("message")
    op.drop_index("lead_workspace_id_stage_last_activity_at_idx", table_name="lead")
    op.drop_index("lead_workspace_id_score_idx", table_name="lead")
    op.drop_index("lead_workspace_id_qualified_at_idx", table_name="lead")
    op.drop_index("lead_workspace_id_opened_at_idx", table_name="lead")
    op.drop_index("lead_workspace_id_lost_at_idx", table_name="lead")
    op.drop_index("lead_workspace_id_last_activity_at_idx", table_name="lead")
    op.drop_index("lead_workspace_id_converted_at_idx", table_name="lead")
    op.drop_index("lead_tags_idx", table_name="lead", postgresql_using="gin")
    op.drop_index(
        "lead_one_open_key",
        table_name="lead",
        postgresql_where=sa.text("stage NOT IN ('converted', 'lost')"),
    )
    op.drop_index("lead_conversation_id_idx", table_name="lead")
    op.drop_index("lead_contact_id_idx", table_name="lead")
    op.drop_table("lead")
    op.drop_index("webhook_event_workspace_id_state_sequence_idx", table_name="webhook_event")
    op.drop_index("webhook_event_workspace_id_sequence_idx", table_name="webhook_event")
    op.drop_index(
        "webhook_event_received_idx",
        table_name="webhook_event",
        postgresql_where=sa.text("state = 'received'"),
    )
    op.drop_index("webhook_event_channel_id_dedupe_key_key", table_name="webhook_event")
    op.drop_table("webhook_event")
    op.drop_index("rule_version_workspace_id_created_at_idx", table_name="rule_version")
    op.drop_index("rule_version_rule_id_number_key", table_name="rule_version")
    op.drop_table("rule_version")
    op.drop_index("message_status_workspace_id_occurred_at_idx", table_name="message_status")
    op.drop_index("message_status_step_key", table_name="message_status")
    op.drop_table("message_status")
    op.drop_index(
        "message_annotation_workspace_id_occurred_at_idx", table_name="message_annotation"
    )
    op.drop_index("message_annotation_target_idx", table_name="message_annotation")
    op.drop_index("message_annotation_provider_message_id_key", table_name="message_annotation")
    op.drop_table("message_annotation")
    op.drop_index("conversation_workspace_id_state_last_message_at_idx", table_name="conversation")
    op.drop_index("conversation_workspace_id_last_message_at_idx", table_name="conversation")
    op.drop_index("conversation_workspace_id_channel_id_opened_at_idx", table_name="conversation")
    op.drop_index(
        "conversation_one_open_key",
        table_name="conversation",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("conversation_contact_id_idx", table_name="conversation")
    op.drop_table("conversation")
    op.drop_index(op.f("ix_contact_identifier_contact_id"), table_name="contact_identifier")
    op.drop_index("contact_identifier_workspace_id_kind_value_key", table_name="contact_identifier")
    op.drop_table("contact_identifier")
    op.drop_index("analytics_mark_workspace_id_idx", table_name="analytics_mark")
    op.drop_table("analytics_mark")
    op.drop_table("analytics_daily")
    op.drop_index("session_workspace_id_user_id_idx", table_name="session")
    op.drop_table("session")
    op.drop_index("rule_workspace_id_priority_idx", table_name="rule")
    op.drop_index("rule_workspace_id_name_key", table_name="rule")
    op.drop_table("rule")
    op.drop_index(op.f("ix_membership_user_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index("contact_workspace_id_last_seen_at_idx", table_name="contact")
    op.drop_index(
        "contact_search_idx",
        table_name="contact",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_table("contact")
    op.drop_index("channel_workspace_id_provider_routing_key_key", table_name="channel")
    op.drop_index("channel_workspace_id_created_at_idx", table_name="channel")
    op.drop_table("channel")
    op.drop_index(op.f("ix_api_key_workspace_id"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("workspace")
    op.drop_index("user_account_email_key", table_name="user_account")
    op.drop_table("user_account")
    op.drop_table("periodic_run")
