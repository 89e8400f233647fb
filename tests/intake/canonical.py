"""What deliveries amount to, apart from when and under which ids they were recorded.

Every row of the tables that deliveries fill, each id replaced by what it stands for: a contact by
its identifiers, a message by the provider's id, a lead by its contact. Two workspaces with equal
states took in the same deliveries.
"""

import json
import re

from tests.factories import run_as

TABLES = (
    "contact",
    "contact_identifier",
    "conversation",
    "message",
    "message_status",
    "message_annotation",
    "lead",
    "score_entry",
    "lead_event",
    "touch",
    "rule_run",
    "analytics_daily",
)

NAMES = """
WITH person AS (
    SELECT contact_id AS id, string_agg(kind || ' ' || value, ', ' ORDER BY kind, value) AS name
    FROM contact_identifier WHERE workspace_id = :workspace_id GROUP BY contact_id
)
SELECT id, 'this workspace' AS name FROM workspace WHERE id = :workspace_id
UNION ALL SELECT id, 'channel' FROM channel WHERE workspace_id = :workspace_id
UNION ALL SELECT id, name FROM rule WHERE workspace_id = :workspace_id
UNION ALL SELECT v.id, r.name || ', version ' || v.number
  FROM rule_version AS v JOIN rule AS r ON r.id = v.rule_id WHERE r.workspace_id = :workspace_id
UNION ALL SELECT id, provider_message_id FROM message WHERE workspace_id = :workspace_id
UNION ALL SELECT id, name FROM person
UNION ALL SELECT c.id, 'with ' || p.name FROM conversation AS c JOIN person AS p
  ON p.id = c.contact_id WHERE c.workspace_id = :workspace_id
UNION ALL SELECT l.id, 'lead of ' || p.name FROM lead AS l JOIN person AS p
  ON p.id = l.contact_id WHERE l.workspace_id = :workspace_id
"""

RECORDED = {"id", "created_at", "updated_at", "rolled_up_at", "came_with"}

# Points that count once, a tag and a stage are earned by the first matching message that is
# processed. What was earned is compared; by which of the messages is a matter of their order.
EARNED_BY = {"message_id", "occurred_at"}
EFFECTS = {"effects"}
# A provider counts in whole seconds. The moment of the first touch is compared; which of two
# messages of that moment stands for it is arbitrary.
STANDS_FOR_IT = {"message_id"}
# The rule that moved a lead first is named; another would have moved it, too.
MOVED_BY = {"data", "actor_name"}
# Whether two leads were one from the beginning or became one depends on the order.
MERGED = {"lead.merged", "lead.unmerged"}
REPEATED = {"tag.added", "stage.changed"}
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def canonical_state(actor):
    """Return every row that deliveries left in a workspace, by table, in one order."""
    return run_as(actor, _state)


def _state(uow, actor):
    scope = {"workspace_id": actor.workspace_id}
    names = {str(row.id): row.name for row in uow.execute(NAMES, scope)}
    return {table: _rows(uow, table, scope, names) for table in TABLES}


def _rows(uow, table, scope, names):
    found = uow.execute(f"SELECT * FROM {table} WHERE workspace_id = :workspace_id", scope)  # noqa: S608  ours
    kept = [dict(row) for row in found.mappings() if row.get("kind") not in MERGED]
    # Of two leads that became one, each may have been moved and tagged before.
    once = {_row(table, row, names) for row in kept if row.get("kind") in REPEATED}
    each = [_row(table, row, names) for row in kept if row.get("kind") not in REPEATED]
    return sorted([*once, *each])


def _row(table, row, names):
    hidden = RECORDED | _left_out(table, row)
    shown = {name: value for name, value in row.items() if name not in hidden}
    written = json.dumps(shown, default=str, sort_keys=True, ensure_ascii=False)
    return UUID_TEXT.sub(lambda found: names.get(found[0], found[0]), written)


def _left_out(table, row):
    match table, row.get("kind"):
        case "rule_run", _:
            hidden = EFFECTS
        case "touch", "channel":
            hidden = STANDS_FOR_IT
        case "lead_event", "stage.changed":
            hidden = EARNED_BY | MOVED_BY
        case "lead_event", "lead.opened" | "tag.added":
            hidden = EARNED_BY
        case "lead_event", "score.changed":
            hidden = _unless_each(row, row["data"]["cadence_key"])
        case "score_entry", _:
            hidden = _unless_each(row, row["cadence_key"])
        case _:
            hidden = set()
    return hidden


def _unless_each(row, cadence_key):
    """Points that every message earns belong to that message."""
    return set() if str(row["message_id"]) in cadence_key else EARNED_BY
