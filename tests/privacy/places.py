"""A person, a neighbour in the same deliveries, and a look into every column there is."""

import base64
import dataclasses

from backend import inbox, leads
from tests.factories import deliver, envelope, message, run_as, say, status

PHONE = "16505557777"
NAME = "Quintessa Example"
WORDS = "I live at number nine"
NEIGHBOUR = "16505558888"
NEIGHBOURS_NAME = "Ned Example"
NEIGHBOURS_WORDS = "the neighbour speaks"
CLICK = "click-of-quintessa"
TEXT_COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c
JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
  AND c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY')
  AND c.table_name NOT LIKE 'huey%'
"""


def wamid(phone, suffix):
    """Make an id as WhatsApp does: the number is inside, in base64."""
    return "wamid." + base64.b64encode(f"HBgL{phone}FQIA{suffix}".encode()).decode()


ASKED = wamid(PHONE, "ask")
REACTED = wamid(PHONE, "react")
TRACES = (PHONE, NAME, WORDS, ASKED, REACTED, CLICK, ASKED.removeprefix("wamid.")[:20])


@dataclasses.dataclass(frozen=True)
class Scene:
    """Who acts, the two numbers, the deliveries, and what was said."""

    actor: object
    channel: object
    bodies: tuple
    contact_id: object
    neighbour_id: object


def person(phone, name):
    return {"wa_id": phone, "profile": {"name": name}}


def play(actor, operator, channel, mock_channel) -> Scene:
    """Let the person and the neighbour write, some of it in one delivery."""
    ad = {"source_type": "ad", "source_id": "7", "ctwa_clid": CLICK}
    bodies = (
        envelope(
            messages=[
                message(id=ASKED, sender=PHONE, text=f"price? {WORDS}", referral=ad),
                message(sender=NEIGHBOUR, text=NEIGHBOURS_WORDS),
            ],
            people=[person(PHONE, NAME), person(NEIGHBOUR, NEIGHBOURS_NAME)],
        ),
        envelope(
            messages=[
                message(
                    id=REACTED,
                    sender=PHONE,
                    type="reaction",
                    reaction={"message_id": ASKED, "emoji": "+1"},
                )
            ],
            people=[person(PHONE, NAME)],
        ),
        envelope(
            statuses=[status(message_id=wamid(PHONE, "lost"), status="sent", recipient=PHONE)]
        ),
    )
    deliver(actor, channel, *bodies)
    said = say(actor, mock_channel, f"again: {WORDS}", sender=f"+{PHONE}", profile_name=NAME)
    run_as(
        operator, inbox.reply, said.conversation_id, content=inbox.TextReply(f"You said {WORDS}")
    )
    run_as(operator, leads.add_tags, said.lead_id, tags=["Quintessa Example"])
    found = run_as(actor, _contacts)
    return Scene(actor, channel, bodies, found[f"+{PHONE}"], found[f"+{NEIGHBOUR}"])


def _contacts(uow, _actor):
    return {row.phone: row.id for row in uow.execute("SELECT id, phone FROM contact")}


def traces(superuser, wanted=TRACES) -> dict[str, list[str]]:
    """Return in which columns of which tables something of the person still stands."""
    found = {}
    for table, column, kind in superuser.execute(TEXT_COLUMNS).fetchall():
        shown = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
        rows = superuser.execute(f"SELECT {shown} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
        everything = "\n".join(row[0] for row in rows)
        hits = [one for one in wanted if one in everything]
        if hits:
            found[f"{table}.{column}"] = hits
    return found
