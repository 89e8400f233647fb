"""What is written for every message is written with less beside it (decision 0018).

Revision: 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Each of them hangs on a row that names the workspace, and the row's own policy compares it with
# the transaction's.
HOT = (
    "lead_event",
    "message",
    "message_annotation",
    "message_status",
    "rule_run",
    "score_entry",
    "touch",
    "webhook_event",
)
BY_STATE = "webhook_event_workspace_id_state_sequence_idx"
BY_DIRECTION = "message_conversation_id_direction_sent_at_idx"
QUARANTINED = "webhook_event_quarantined_idx"
COLUMNS = ["workspace_id", sa.text("sequence DESC")]

# As PostgreSQL writes the policies of before down, and in a query of its own, which it works out
# once for a statement and not once for every row.
WORKSPACE = "(NULLIF(current_setting('leadflow.workspace_id'::text, true), ''::text))::uuid"
SYSTEM = "(current_setting('leadflow.scope'::text, true) = 'system'::text)"
ONCE_FOR_A_STATEMENT = r"""
DO $$ DECLARE
    policy record;
    clause text;
    said text;
BEGIN
    FOR policy IN SELECT * FROM pg_policies WHERE schemaname = current_schema() LOOP
        FOREACH clause IN ARRAY ARRAY['USING', 'WITH CHECK'] LOOP
            said := CASE clause WHEN 'USING' THEN policy.qual ELSE policy.with_check END;
            CONTINUE WHEN said IS NULL OR said ~ 'SELECT \((NULLIF\()?current_setting';
            said := replace(said, $ws${workspace}$ws$, $ws$(SELECT {workspace})$ws$);
            said := replace(said, $sys${system}$sys$, $sys$(SELECT {system})$sys$);
            EXECUTE format('ALTER POLICY %I ON %I %s (%s)',
                           policy.policyname, policy.tablename, clause, said);
        END LOOP;
    END LOOP;
END $$
""".replace("{workspace}", WORKSPACE).replace("{system}", SYSTEM)


def upgrade() -> None:
    """Let go of the second check of the same thing, and of an index over states that pass."""
    for table in HOT:
        op.drop_constraint(f"{table}_workspace_id_fkey", table, type_="foreignkey")
    op.execute(ONCE_FOR_A_STATEMENT)
    op.drop_constraint("rule_run_rule_id_fkey", "rule_run", type_="foreignkey")
    op.drop_index(BY_STATE, table_name="webhook_event")
    where = sa.text("state = 'quarantined'")
    op.create_index(QUARANTINED, "webhook_event", COLUMNS, postgresql_where=where)
    op.drop_index(BY_DIRECTION, table_name="message")


def downgrade() -> None:
    """Check twice again."""
    op.create_index(BY_DIRECTION, "message", ["conversation_id", "direction", "sent_at"])
    op.drop_index(QUARANTINED, table_name="webhook_event")
    op.create_index(BY_STATE, "webhook_event", ["workspace_id", "state", sa.text("sequence DESC")])
    op.create_foreign_key("rule_run_rule_id_fkey", "rule_run", "rule", ["rule_id"], ["id"])
    for table in HOT:
        op.create_foreign_key(
            f"{table}_workspace_id_fkey", table, "workspace", ["workspace_id"], ["id"]
        )
