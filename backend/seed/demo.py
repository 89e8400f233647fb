"""A mock channel and a few rules, so that everything can be tried in two minutes."""

from typing import Any

from backend import auth, channels, rules
from backend.auth import Actor
from backend.channels import ChannelInput, Platform, Provider
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import RuleInput

CHANNEL = ChannelInput(
    name="Mock WhatsApp",
    platform=Platform.WHATSAPP,
    provider=Provider.MOCK,
    address="+12065550100",
)


def _mentions(*phrases: str) -> dict[str, Any]:
    return {"field": "text", "operator": "contains_any", "value": list(phrases)}


RULES = (
    RuleInput(
        name="Asks for the price",
        priority=10,
        comment="A customer who asks what it costs is a lead worth answering first.",
        definition={
            "if": _mentions("price", "prices", "pricing", "cost", "costs", "quote", "how much"),
            "then": [
                {"action": "add_tag", "tag": "pricing"},
                {"action": "add_points", "points": 20, "reason": "Asked for the price"},
                {"action": "set_stage", "stage": "qualified"},
            ],
        },
    ),
    RuleInput(
        name="Wants to buy",
        priority=20,
        comment="Words of somebody who has made up their mind.",
        definition={
            "if": _mentions("buy", "order", "purchase", "book it"),
            "then": [
                {"action": "add_tag", "tag": "buyer"},
                {"action": "add_points", "points": 30, "reason": "Wants to buy"},
                {"action": "set_stage", "stage": "qualified"},
            ],
        },
    ),
    RuleInput(
        name="Came from an ad",
        priority=30,
        comment="Tapped a click-to-WhatsApp ad before writing.",
        definition={
            "if": {"field": "referral", "operator": "exists"},
            "then": [
                {"action": "add_tag", "tag": "ad"},
                {"action": "add_points", "points": 10, "reason": "Came from an ad"},
            ],
        },
    ),
    RuleInput(
        name="Keeps writing",
        priority=90,
        comment="Interest that lasts: a little for each day on which they write.",
        definition={
            "if": {"all": []},
            "then": [
                {
                    "action": "add_points",
                    "points": 1,
                    "cadence": "daily",
                    "reason": "Wrote to us that day",
                }
            ],
        },
    ),
)


def plant_demo(uow: UnitOfWork) -> None:
    """Give the first workspace a mock channel and rules, unless it has any channel already."""
    actor = Actor.system(auth.sole_workspace(uow).id)
    uow.enter(actor)
    if channels.list_channels(uow, actor, PageRequest(limit=1)).items:
        return
    channels.create_channel(uow, actor, CHANNEL)
    for given in RULES:
        rules.enable(uow, actor, rules.create_rule(uow, actor, given).id)
