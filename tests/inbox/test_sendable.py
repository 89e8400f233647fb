"""What may be sent now, and how long a refused reply waits: pure rules."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.channels import Fault, Feature, TemplateStatus
from backend.inbox.sendable import (
    LONGEST_WAIT,
    Obstacle,
    ReplyKind,
    Situation,
    concerns_channel,
    next_step,
    wait_before,
    why_not,
)
from backend.inbox.templating import (
    TemplateValues,
    button_values,
    needs_of,
    rendered,
    what_is_wrong,
)
from tests.factories import NOON

FREE = [ReplyKind.TEXT, ReplyKind.MEDIA, ReplyKind.BUTTONS]
EVERYTHING = frozenset(kind.feature for kind in ReplyKind)
ID = UUID("01890000-0000-7000-8000-0000000003e7")
COMPONENTS = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
    {"type": "BODY", "text": "Hello {{2}}, {{1}} is on its way, {{2}}."},
    {"type": "FOOTER", "text": "Example Store"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Thanks"},
            {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}"},
        ],
    },
]
VALUES = TemplateValues(header=("7",), body=("a chair", "Ana"), buttons=("7",))


def situation(*, closed=False, features=EVERYTHING):
    ends = NOON if closed else NOON + timedelta(microseconds=1)
    return Situation(channel_name="Sales", features=features, window_expires_at=ends, now=NOON)


@pytest.mark.parametrize("kind", ReplyKind)
def test_everything_that_is_offered_may_be_sent_in_the_window(kind):
    assert why_not(kind, situation(), template=TemplateStatus.APPROVED) is None


@pytest.mark.parametrize("kind", FREE)
def test_after_the_window_only_a_template_may_be_sent(kind):
    found = why_not(kind, situation(closed=True))
    assert found.obstacle is Obstacle.WINDOW_CLOSED
    assert "template" in found.instead
    assert why_not(ReplyKind.TEMPLATE, situation(closed=True)) is None


def test_where_no_templates_are_offered_none_is_suggested():
    features = frozenset({Feature.SEND_TEXT})
    found = why_not(ReplyKind.TEXT, situation(closed=True, features=features))
    assert "template" not in found.instead


def test_before_the_customer_writes_there_is_no_window():
    never = Situation(channel_name="Sales", features=EVERYTHING, window_expires_at=None, now=NOON)
    assert why_not(ReplyKind.TEXT, never).obstacle is Obstacle.WINDOW_CLOSED


@pytest.mark.parametrize(
    "status", [one for one in TemplateStatus if one is not TemplateStatus.APPROVED]
)
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
def test_only_an_approved_template_may_be_sent(status, closed):
    found = why_not(ReplyKind.TEMPLATE, situation(closed=closed), template=status)
    assert found.obstacle is Obstacle.NOT_APPROVED
    assert status in found.message


@pytest.mark.parametrize("kind", ReplyKind)
def test_what_a_provider_does_not_offer_may_not_be_sent(kind):
    found = why_not(kind, situation(features=EVERYTHING - {kind.feature}))
    assert found.obstacle is Obstacle.NOT_OFFERED
    assert "Sales" in found.message


@pytest.mark.parametrize("fault", Fault)
def test_every_refusal_has_a_next_step(fault):
    assert next_step(fault).endswith(".")


def test_the_channel_is_marked_when_its_admin_has_to_act():
    marked = {fault for fault in Fault if concerns_channel(fault)}
    assert marked == {Fault.AUTH, Fault.CONFIG, Fault.ACCOUNT}


def test_waits_grow_up_to_a_limit():
    waits = [wait_before(attempt, ID, asked=None) for attempt in range(1, 12)]
    assert waits[0] >= timedelta(seconds=2)
    assert waits[3] > waits[0]
    assert max(waits) <= LONGEST_WAIT


def test_replies_refused_together_come_back_apart():
    others = {wait_before(3, UUID(int=ID.int + number), asked=None) for number in range(20)}
    assert len(others) == 20


def test_the_provider_is_not_asked_sooner_than_it_said():
    assert wait_before(1, ID, asked=90) == timedelta(seconds=90)


def test_a_template_names_the_values_it_takes():
    needs = needs_of(COMPONENTS)
    assert (needs.header, needs.body, needs.buttons) == (("1",), ("1", "2"), ((1, "Track"),))
    assert needs.count == 4


def test_named_variables_are_taken_in_their_order():
    assert needs_of([{"type": "BODY", "text": "{{name}} owes {{sum}}"}]).body == ("name", "sum")


def test_a_header_that_is_a_file_is_told():
    assert needs_of([{"type": "HEADER", "format": "IMAGE"}]).file == "image"


def test_a_template_is_written_as_the_customer_reads_it():
    said = "Order 7\n\nHello Ana, a chair is on its way, Ana.\n\nExample Store"
    assert rendered(COMPONENTS, VALUES) == said


def test_a_button_ends_in_its_value():
    (button,) = button_values(needs_of(COMPONENTS), VALUES)
    assert (button.index, button.value) == (1, "7")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (TemplateValues(header=("7",), body=("one",), buttons=("7",)), "body"),
        (TemplateValues(body=("one", "two"), buttons=("7",)), "header"),
        (TemplateValues(header=("7",), body=("one", "two")), "buttons"),
        (TemplateValues(header=("7",), body=("one", ""), buttons=("7",)), "body.2"),
        (TemplateValues(header=("7",), body=("one\ntwo", "x"), buttons=("7",)), "body.1"),
        (TemplateValues(header=("7",), body=("x" * 1025, "x"), buttons=("7",)), "body.1"),
    ],
    ids=["too few", "no header", "no link", "empty", "two lines", "too long"],
)
def test_values_that_do_not_fit_are_named(values, field):
    assert what_is_wrong(needs_of(COMPONENTS), values)[0] == field
    assert what_is_wrong(needs_of(COMPONENTS), VALUES) is None
