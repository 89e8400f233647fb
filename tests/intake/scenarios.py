"""Stories that a provider could tell: a few people, who may turn out to be one, and their talk.

A story is a list of deliveries of one item each. Its people are telephone numbers and user ids
drawn from a small pool, so that two of them are often named together, one after the other. Times
are whole minutes of a few days, so that many are equal and midnights lie between them.
"""

from datetime import timedelta

from hypothesis import strategies as st

from tests.factories import NOON, envelope

PHONES = ("16505550001", "16505550002", "16505550003", "491700000004")
USER_IDS = ("US.11111111111111111111", "US.22222222222222222222", "US.33333333333333333333")
TEXTS = (
    "hello",
    "What does it cost?",
    "I want to buy it",
    "The price, then I order",
    "\u202eمرحبا\u202c 🙂",
)
STATUSES = ("sent", "delivered", "read", "failed")
REFERRAL = {"source_type": "ad", "source_id": "ad 1", "source_url": "https://fb.me/1"}

minutes = st.integers(0, 4 * 24 * 4).map(lambda quarter: 15 * quarter)
persons = st.one_of(
    st.tuples(st.sampled_from(PHONES), st.none()),
    st.tuples(st.none(), st.sampled_from(USER_IDS)),
    st.tuples(st.sampled_from(PHONES), st.sampled_from(USER_IDS)),
)
names = st.sampled_from(({}, {"name": "Ana"}, {"name": "Bo"}, {"name": "Bo", "username": "bo"}))
targets = st.integers(0, 11)


def _named(**fields):
    return {name: value for name, value in fields.items() if value is not None}


@st.composite
def said(draw):
    """A text of a customer, perhaps from an ad or about an earlier message."""
    phone, user_id = draw(persons)
    item = {
        "at": draw(minutes),
        "type": "text",
        "text": {"body": draw(st.sampled_from(TEXTS))},
        **_named(**{"from": phone, "from_user_id": user_id}),
    }
    match draw(st.sampled_from(("plain", "plain", "ad", "quote"))):
        case "ad":
            item["referral"] = REFERRAL
        case "quote":
            item["context"] = {"id": draw(targets)}
    profile = draw(names)
    introduced = [{"profile": profile, **_named(wa_id=phone, user_id=user_id)}] if profile else []
    return "messages", item, introduced


@st.composite
def answered(draw):
    """A text that the business wrote on its own telephone."""
    phone, user_id = draw(persons)
    item = {
        "at": draw(minutes),
        "from": "15550783881",
        "type": "text",
        "text": {"body": "Ten dollars"},
        **_named(to=phone, to_user_id=user_id),
    }
    return "message_echoes", item, []


@st.composite
def reported(draw):
    """A step of a message, perhaps before it and perhaps of none that ever comes."""
    outcome = draw(st.sampled_from(STATUSES))
    item = {"at": draw(minutes), "id": draw(targets), "status": outcome}
    if outcome == "failed":
        item["errors"] = [{"code": 131047, "title": "Re-engagement message"}]
    return "statuses", item | {"recipient_id": PHONES[0]}, []


@st.composite
def annotated(draw):
    """A reaction to a message, an edit or a revocation of it, perhaps before it."""
    kind = draw(st.sampled_from(("reaction", "edit", "revoke")))
    target = draw(targets)
    edited = {"type": "text", "text": {"body": draw(st.sampled_from(TEXTS))}}
    what = {
        "reaction": {"message_id": target, "emoji": draw(st.sampled_from(("👍", "")))},
        "edit": {"original_message_id": target, "message": edited},
        "revoke": {"original_message_id": target},
    }
    return "messages", {"at": draw(minutes), "from": PHONES[0], "type": kind, kind: what[kind]}, []


@st.composite
def renamed(draw):
    """The same person under another number or user id."""
    if draw(st.booleans()):
        old, new = draw(st.permutations(PHONES))[:2]
        change = {"from": old, "system": {"type": "user_changed_number", "wa_id": new}}
    else:
        old, new = draw(st.permutations(USER_IDS))[:2]
        change = {
            "from_user_id": old,
            "system": {"type": "user_changed_user_id", "user_id": new},
        }
    change["system"]["body"] = f"User changed from {old} to {new}"
    return "messages", {"at": draw(minutes), "type": "system", **change}, []


def stories():
    """Return a strategy for stories: lists of deliveries."""
    items = st.one_of(said(), said(), answered(), reported(), annotated(), renamed())
    return st.lists(items, min_size=1, max_size=12).map(_as_deliveries)


def _as_deliveries(items):
    return [_delivery(number, *item) for number, item in enumerate(items)]


def _delivery(number, kind, item, people):
    """Give an item its id and its time, and turn the numbers of its targets into their ids."""
    item = dict(item)
    at = NOON + timedelta(minutes=item.pop("at"))
    named = {"id": f"wamid.{number}", "timestamp": str(int(at.timestamp())), **_pointed(item)}
    delivery = envelope(people=people)
    change = delivery["entry"][0]["changes"][0]
    change["value"][kind] = [named]
    if kind == "message_echoes":
        change["field"] = "smb_message_echoes"
    return delivery


def _pointed(node):
    if not isinstance(node, dict):
        return node
    return {
        key: f"wamid.{value}" if isinstance(value, int) and key != "code" else _pointed(value)
        for key, value in node.items()
    }
