"""Deliveries on their way: made unlike each other, repeated, shuffled and split into batches."""

import copy
import json
import random

from backend import analytics, intake
from backend.auth import Actor
from backend.channels import Provider
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.seed.demo import RULES
from tests.factories import (
    WHATSAPP_CREDENTIALS,
    create_channel,
    create_rule,
    create_workspace,
    run_as,
    store,
)
from tests.vectors import WHATSAPP

REFERENCES = {"message_id", "original_message_id"}
CARRIERS = ("messages", "message_echoes")
QUIET = {"reaction", "edit", "revoke", "system"}


def unlike_deliveries():
    """Return the shipped deliveries by name, with ids as a provider gives them: each of its own.

    The files use one id over and over. Each message gets an id of its own, and whatever refers to
    an id (a quote, a reaction, an edit, a revocation, a status) the id of the first message that
    had it.
    """
    first = {}
    deliveries = copy.deepcopy(WHATSAPP)
    for name, delivery in deliveries.items():
        for item in _items(delivery, *CARRIERS):
            if item.get("type") not in QUIET:
                first.setdefault(item["id"], f"{item['id']}/{name}")
    for name, delivery in deliveries.items():
        for item in _items(delivery, *CARRIERS):
            item["id"] = f"{item['id']}/{name}"
            _point(item, first)
        for item in _items(delivery, "statuses"):
            item["id"] = first.get(item["id"], item["id"])
    return deliveries


def _items(delivery, *kinds):
    for entry in delivery["entry"]:
        for change in entry.get("changes", ()):
            for kind in kinds:
                yield from change["value"].get(kind, ())


def _point(node, first):
    """Point every reference inside an item at the message that is meant."""
    if isinstance(node, list):
        for inner in node:
            _point(inner, first)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in REFERENCES:
            node[key] = first.get(value, value)
        elif key == "context" and "id" in value:
            value["id"] = first.get(value["id"], value["id"])
        _point(value, first)


def new_scene():
    """Make a workspace with a WhatsApp number and the demo's rules; returns who acts and it."""
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow, timezone="America/Sao_Paulo").id)
    with unit_of_work(actor) as uow:
        for given in RULES:
            create_rule(uow, actor, given)
        number = create_channel(
            uow, actor, provider=Provider.WHATSAPP_CLOUD, credentials=WHATSAPP_CREDENTIALS
        )
    return actor, number


def deliver_in_order(actor, channel, deliveries):
    """Deliver each once, one at a time, and roll up."""
    for delivery in deliveries:
        store(actor, channel, delivery)
        intake.drain_workspace(actor.workspace_id)
    roll_up(actor)


def deliver_in_disorder(actor, channel, deliveries, *, chance: random.Random):
    """Deliver each one to five times in any order, any number at a time, and roll up.

    A repeated delivery has other bytes, so that it is not simply the same event.
    """
    copies = [(item, copy) for item in deliveries for copy in range(chance.randint(1, 5))]
    chance.shuffle(copies)
    while copies:
        size = chance.choice((1, 2, 5, 20, 100))
        taken, copies = copies[:size], copies[size:]
        store(actor, channel, *(_written(item, copy) for item, copy in taken))
        if chance.random() < 0.5:
            intake.drain_workspace(actor.workspace_id, batch_size=chance.choice((1, 3, 10, 200)))
        if chance.random() < 0.1:
            roll_up(actor)
    intake.drain_workspace(actor.workspace_id, batch_size=chance.choice((1, 3, 10, 200)))
    roll_up(actor)


def roll_up(actor):
    """Fold the days that are marked."""
    run_as(actor, lambda uow, actor: analytics.roll_up(uow, actor.workspace_id))


def _written(delivery, copy):
    return json.dumps(delivery, indent=copy or None).encode()
