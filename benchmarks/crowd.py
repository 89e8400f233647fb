"""A workspace with very many leads, written straight into the tables.

What the product would have written for it, except histories: contacts with their identifiers,
conversations, messages, leads. Nothing here is random: a row's number decides what is in it.
"""

from pathlib import Path

import psycopg

from backend.platform.embedded_postgres import DATABASE, connection
from benchmarks.place import Place

# A number becomes an id whose order is the order of numbers, as with UUID version 7.
ID = "lpad(to_hex({kind}), 8, '0')::text || '-0000-7000-8000-' || lpad(to_hex({n}), 12, '0')"
WORDS = """(ARRAY['hello','price','table','chair','delivery','tomorrow','please','green','order',
 'invoice','garden','lamp','visit','discount','size','colour','shop','wood','quick','thanks'])"""
FILL = (
    """
INSERT INTO contact (id, workspace_id, display_name, phone, last_seen_at, created_at)
SELECT {contact}, %(workspace)s, 'Person ' || n || ' Example',
       '+1206' || lpad(n::text, 7, '0'), {moment}, {moment}
FROM generate_series(1, %(leads)s) AS n
""",
    """
INSERT INTO contact_identifier (id, workspace_id, contact_id, kind, value, seen_at)
SELECT {identifier}, %(workspace)s, {contact}, 'phone', '+1206' || lpad(n::text, 7, '0'), {moment}
FROM generate_series(1, %(leads)s) AS n
""",
    """
INSERT INTO conversation (id, workspace_id, channel_id, contact_id, state, unread_count, snippet,
    last_direction, last_kind, last_message_at, opened_at, created_at)
SELECT {conversation}, %(workspace)s, %(channel)s, {contact},
       CASE WHEN n %% 3 = 0 THEN 'closed' ELSE 'open' END, n %% 4, 'a message',
       CASE WHEN n %% 2 = 0 THEN 'in' ELSE 'out' END, 'text', {moment}, {moment}, {moment}
FROM generate_series(1, %(leads)s) AS n
""",
    """
INSERT INTO message (id, workspace_id, channel_id, conversation_id, direction, kind, text, snippet,
    payload, provider_message_id, delivery_state, sent_at, created_at)
SELECT {message}, %(workspace)s, %(channel)s, {conversation_of},
       CASE WHEN m %% 3 = 0 THEN 'out' ELSE 'in' END, 'text', said.text, left(said.text, 100),
       '{{}}', 'made-' || m, 'delivered', {moment_of}, {moment_of}
FROM generate_series(1, %(messages)s) AS m
CROSS JOIN LATERAL (SELECT 'word' || m / 50 || ' ' || string_agg(
    {words}[1 + (m * 7 + place * (1 + m %% 13)) %% 20], ' ') AS text
  FROM generate_series(1, 8) AS place) AS said
""",
    """
INSERT INTO lead (id, workspace_id, channel_id, contact_id, conversation_id, stage, tags, score,
    opened_at, last_activity_at, qualified_at, converted_at, lost_at, created_at, updated_at)
SELECT {lead}, %(workspace)s, %(channel)s, {contact}, {conversation}, staged.stage,
       CASE WHEN n %% 10 = 0 THEN ARRAY['pricing'] WHEN n %% 997 = 0 THEN ARRAY['rare']
            ELSE ARRAY[]::text[] END,
       n %% 100, {moment}, {moment},
       CASE WHEN staged.stage IN ('qualified', 'converted') THEN {moment} END,
       CASE WHEN staged.stage = 'converted' THEN {moment} END,
       CASE WHEN staged.stage = 'lost' THEN {moment} END, {moment}, {moment}
FROM generate_series(1, %(leads)s) AS n
CROSS JOIN LATERAL (SELECT (ARRAY['new', 'new', 'new', 'new', 'qualified', 'qualified', 'nurtured',
    'converted', 'lost', 'lost'])[1 + n %% 10] AS stage) AS staged
""",
)
TABLES = ("contact", "contact_identifier", "conversation", "message", "lead")


def fill(place: Place, *, leads: int, messages: int) -> None:
    """Write so many leads, each with a contact and a conversation, and so many messages.

    The messages are spread evenly over the conversations; the newest lead has the newest.
    """
    names = {
        kind: "(" + ID.format(kind=number, n="n") + ")::uuid"
        for number, kind in enumerate(("contact", "identifier", "conversation", "lead"), 1)
    }
    names["message"] = "(" + ID.format(kind=9, n="m") + ")::uuid"
    names["conversation_of"] = (
        "(" + ID.format(kind=3, n="1 + (m - 1) * %(leads)s::bigint / %(messages)s") + ")::uuid"
    )
    names["moment"] = "now() - (%(leads)s - n) * interval '5 minutes'"
    names["moment_of"] = "now() - (%(messages)s - m) * interval '30 seconds'"
    numbers = {"leads": leads, "messages": messages}
    with psycopg.connect(_superuser(place.folder), autocommit=True) as database:
        for statement in FILL:
            written = statement.format(words=WORDS, **names)
            of = {"workspace": place.actor.workspace_id, "channel": place.channel.id}
            database.execute(written.encode(), numbers | of)
        for table in TABLES:
            database.execute(f"VACUUM ANALYZE {table}".encode())


def _superuser(folder: Path) -> str:
    found = connection(folder)
    if found is None:
        message = "the database server is not running"
        raise RuntimeError(message)
    return found.superuser_url(DATABASE)
