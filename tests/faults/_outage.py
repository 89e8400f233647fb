"""What a provider has to deliver after an outage: hours of talk, told from a seed.

People write, some under a number and some under a user id that later turns out to be theirs. The
business answers on its own telephone, and those answers have statuses. Texts are quoted, edited,
taken back and reacted to.
"""

import json
import random
from datetime import timedelta

from tests.factories import NOON, envelope

HOURS = 8
BUSINESS = "15550783881"
MESSAGES_EACH = 20
TEXTS = ("hello", "What does it cost?", "I want to buy it", "thanks", "The price, then I order")
STATUSES = ("sent", "delivered", "read", "failed")
REFERRAL = {"source_type": "ad", "source_id": "ad 1", "source_url": "https://fb.me/1"}
KINDS = ("text",) * 13 + ("echo",) * 2 + ("status",) * 3 + ("reaction", "edit")


def outage(count, *, seed):
    """Return so many deliveries of one item each, no two alike, in the order of their times."""
    chance = random.Random(seed)
    told = _Talk(chance, people=max(2, count // MESSAGES_EACH))
    seconds = sorted(chance.randrange(HOURS * 3600) for _ in range(count))
    return [told.next(number, second) for number, second in enumerate(seconds)]


def at_once(deliveries, count, *, seed):
    """Return so many bodies of these deliveries, each at least once, shuffled.

    Half of the repetitions have the bytes of the first, the others say the same in other bytes.
    """
    chance = random.Random(seed)
    again = chance.choices(deliveries, k=count - len(deliveries))
    bodies = [written(delivery) for delivery in deliveries]
    bodies += [written(delivery, spaces=number % 2) for number, delivery in enumerate(again)]
    chance.shuffle(bodies)
    return bodies


def written(delivery, *, spaces=0):
    """Write a delivery as bytes; with spaces, other bytes that say the same."""
    return json.dumps(delivery).encode() + b" " * spaces


def packed(deliveries, size):
    """Put so many deliveries into one, as a provider does that lags behind."""
    for start in range(0, len(deliveries), size):
        taken = deliveries[start : start + size]
        yield {**taken[0], "entry": [entry for one in taken for entry in one["entry"]]}


class _Talk:
    """One item after the other, each about what was said before."""

    def __init__(self, chance, *, people):
        self._chance = chance
        self._people = people
        self._texts = []
        self._echoes = []

    def next(self, number, second):
        """Tell the next item as a delivery."""
        kind = self._chance.choice(KINDS)
        if (kind != "text" and not self._texts) or (kind == "status" and not self._echoes):
            kind = "text"
        head = {
            "id": f"wamid.{number}",
            "timestamp": str(int((NOON + timedelta(seconds=second)).timestamp())),
        }
        return getattr(self, f"_{kind}")(head)

    def _someone(self):
        """Return who: one in four is known by a user id, too, which stands alone now and then."""
        number = self._chance.randrange(self._people)
        phone = {"from": f"1650{number:07}"}
        if number % 4:
            return phone
        user_id = {"from_user_id": f"US.{number:020}"}
        return self._chance.choice((phone, user_id, phone | user_id))

    def _text(self, head):
        item = {**head, **self._someone(), "type": "text"}
        item["text"] = {"body": self._chance.choice(TEXTS)}
        if self._chance.random() < 0.05:
            item["referral"] = REFERRAL
        elif self._texts and self._chance.random() < 0.1:
            item["context"] = {"id": self._chance.choice(self._texts)["id"]}
        self._texts.append(item)
        return envelope(messages=[item])

    def _echo(self, head):
        to = self._chance.choice(self._texts)
        names = {"from": "to", "from_user_id": "to_user_id"}
        whom = {said: to[name] for name, said in names.items() if name in to}
        item = {**head, **whom, "from": BUSINESS, "type": "text", "text": {"body": "Ten dollars"}}
        self._echoes.append(item)
        delivery = envelope()
        change = delivery["entry"][0]["changes"][0]
        change["field"] = "smb_message_echoes"
        change["value"]["message_echoes"] = [item]
        return delivery

    def _status(self, head):
        item = {**head, "id": self._chance.choice(self._echoes)["id"]}
        item["status"] = self._chance.choice(STATUSES)
        item["recipient_id"] = "16500000000"
        if item["status"] == "failed":
            item["errors"] = [{"code": 131047, "title": "Re-engagement message"}]
        return envelope(statuses=[item])

    def _reaction(self, head):
        return self._about(head, "reaction", message_id=None, emoji="👍")

    def _edit(self, head):
        message = {"type": "text", "text": {"body": self._chance.choice(TEXTS)}}
        return self._about(head, "edit", original_message_id=None, message=message)

    def _about(self, head, kind, **what):
        """Tell an item about an earlier text by whoever wrote that."""
        target = self._chance.choice(self._texts)
        who = {name: target[name] for name in ("from", "from_user_id") if name in target}
        said = {name: target["id"] if value is None else value for name, value in what.items()}
        return envelope(messages=[{**head, **who, "type": kind, kind: said}])
