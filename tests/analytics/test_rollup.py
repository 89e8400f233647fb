"""The daily figures are the fold of the facts, where the team's days begin and end."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend import analytics, leads
from backend.analytics import DailyQuery
from backend.analytics.tasks import roll_up_marked
from backend.auth import Actor
from backend.channels import Provider
from backend.kit.errors import Invalid
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery, Stage
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import (
    NOON,
    WHATSAPP_CREDENTIALS,
    create_channel,
    create_workspace,
    deliver,
    envelope,
    message,
    run_as,
    say,
    status,
)
from tests.laws import assert_lawful

SENDER = "+12065550123"

# A midnight that does not exist, a day of 25 hours, one of 23, and a zone of odd minutes.
DAYS = [
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Asia/Kathmandu", date(2026, 3, 2)),
    ("Atlantic/Azores", date(2026, 10, 25)),  # midnight strikes twice
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Apia", date(2011, 12, 31)),
    ("UTC", date(2026, 3, 2)),
]


def place(timezone):
    """Make a workspace of some timezone with a WhatsApp number."""
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow, timezone=timezone).id)
    number = run_as(
        actor, create_channel, provider=Provider.WHATSAPP_CLOUD, credentials=WHATSAPP_CREDENTIALS
    )
    return actor, number


def daily(actor, from_day=date(2000, 1, 1), length=400):
    query = DailyQuery(from_day=from_day, to_day=from_day + timedelta(days=length))
    return run_as(actor, analytics.daily, query, PageRequest(limit=200)).items


def days(actor, name, around=NOON):
    """Return what was counted under a name on each day that has any of it."""
    rows = daily(actor, from_day=around.date() - timedelta(days=200))
    return {row.day: getattr(row, name) for row in rows if getattr(row, name)}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("timezone", "day"), DAYS)
def test_a_message_counts_on_its_local_day(timezone, day):
    actor, number = place(timezone)
    zone = ZoneInfo(timezone)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
    moments = [noon + timedelta(minutes=15 * step) for step in range(-160, 160)]
    deliver(actor, number, envelope(messages=[message(at=at) for at in moments]))
    roll_up_marked()
    expected = Counter(at.astimezone(zone).date() for at in moments)
    assert days(actor, "messages_in", around=noon) == expected
    assert_lawful()


def test_nothing_is_counted_before_the_rollup_and_once_after_it(actor, mock_channel):
    say(actor, mock_channel, timestamp=NOON)
    assert days(actor, "messages_in") == {}
    roll_up_marked()
    roll_up_marked()
    assert days(actor, "messages_in") == {NOON.date(): 1}


def test_a_late_message_changes_its_own_day(actor, mock_channel):
    say(actor, mock_channel, timestamp=NOON)
    roll_up_marked()
    say(actor, mock_channel, timestamp=NOON - timedelta(days=9))
    roll_up_marked()
    assert days(actor, "messages_in") == {NOON.date(): 1, NOON.date() - timedelta(days=9): 1}
    assert_lawful()


def test_a_lead_that_began_earlier_moves_to_that_day(actor, mock_channel):
    say(actor, mock_channel, sender=SENDER, timestamp=NOON)
    roll_up_marked()
    say(actor, mock_channel, sender=SENDER, timestamp=NOON - timedelta(days=2))
    roll_up_marked()
    earlier = NOON.date() - timedelta(days=2)
    assert days(actor, "leads_new") == days(actor, "conversations") == {earlier: 1}
    assert_lawful()


@pytest.mark.parametrize(
    ("stage", "counted"),
    [
        (Stage.QUALIFIED, {"leads_qualified"}),
        (Stage.CONVERTED, {"leads_qualified", "leads_converted"}),
        (Stage.LOST, {"leads_lost"}),
    ],
)
def test_a_stage_set_by_hand_counts_today(actor, operator, mock_channel, stage, counted):
    landed = say(actor, mock_channel, timestamp=NOON)
    roll_up_marked()
    run_as(operator, leads.set_stage, landed.lead_id, stage=stage)
    roll_up_marked()
    today = date.fromisoformat(run_as(actor, lambda uow, _: uow.now.date().isoformat()))
    for name in ("leads_qualified", "leads_converted", "leads_lost"):
        found = {row.day: getattr(row, name) for row in daily(actor, today)}
        assert found.get(today, 0) == (name in counted)
    assert_lawful()


def test_a_stage_taken_back_counts_no_more(actor, operator, mock_channel):
    landed = say(actor, mock_channel, timestamp=NOON)
    run_as(operator, leads.set_stage, landed.lead_id, stage=Stage.CONVERTED)
    roll_up_marked()
    run_as(operator, leads.set_stage, landed.lead_id, stage=Stage.NURTURED)
    roll_up_marked()
    assert sum(row.leads_converted for row in daily(actor, date(2026, 1, 1))) == 0
    assert_lawful()


@pytest.mark.usefixtures("demo_rules")
def test_a_lead_qualifies_on_the_day_of_the_message(actor, whatsapp_channel):
    later = message(text="the price?", at=NOON)
    earlier = message(text="the price?", at=NOON - timedelta(days=3))
    deliver(actor, whatsapp_channel, envelope(messages=[later]))
    roll_up_marked()
    deliver(actor, whatsapp_channel, envelope(messages=[earlier]))
    roll_up_marked()
    assert days(actor, "leads_qualified") == {NOON.date() - timedelta(days=3): 1}


def test_statuses_count_on_the_day_of_their_message(actor, whatsapp_channel):
    ours = {**message(id="wamid.out", sender="15550783881"), "to": "16505551234"}
    echo = envelope()
    change = echo["entry"][0]["changes"][0]
    change["field"] = "smb_message_echoes"
    change["value"]["message_echoes"] = [ours]
    deliver(actor, whatsapp_channel, echo)
    roll_up_marked()
    read = status(message_id="wamid.out", status="read", at=NOON + timedelta(days=2))
    deliver(actor, whatsapp_channel, envelope(statuses=[read]))
    roll_up_marked()
    (row,) = daily(actor, NOON.date())
    assert (row.messages_out, row.delivered, row.read, row.failed) == (1, 1, 1, 0)


def test_people_who_turn_out_to_be_one_are_counted_as_one(actor, whatsapp_channel):
    user_id = "US.13491208655302741918"
    by_phone = message(at=NOON)
    by_id = {**message(at=NOON - timedelta(days=1)), "from_user_id": user_id}
    del by_id["from"]
    deliver(actor, whatsapp_channel, envelope(messages=[by_phone, by_id]))
    roll_up_marked()
    assert sum(days(actor, "leads_new").values()) == 2
    both = {**message(at=NOON + timedelta(days=1)), "from_user_id": user_id}
    deliver(actor, whatsapp_channel, envelope(messages=[both]))
    roll_up_marked()
    earliest = NOON.date() - timedelta(days=1)
    assert days(actor, "leads_new") == days(actor, "conversations") == {earliest: 1}
    assert_lawful()


def test_rollups_at_the_same_time_as_messages_end_right(actor, mock_channel):
    stop, failures = threading.Event(), []

    def roll():
        try:
            while not stop.is_set():
                roll_up_marked()
        except Exception as error:  # noqa: BLE001  shown by the assertion below
            failures.append(error)

    rollers = [threading.Thread(target=roll) for _ in range(2)]
    for roller in rollers:
        roller.start()
    for number in range(40):
        say(actor, mock_channel, timestamp=NOON + timedelta(minutes=number))
    stop.set()
    for roller in rollers:
        roller.join()
    roll_up_marked()
    assert failures == []
    assert days(actor, "messages_in") == {NOON.date(): 40}
    assert_lawful()


def test_a_rollback_of_the_rollup_keeps_the_marks(actor, mock_channel):
    say(actor, mock_channel, timestamp=NOON)
    with pytest.raises(ZeroDivisionError):
        run_as(actor, _roll_up_and_fail)
    with unit_of_work(SYSTEM) as uow:
        assert analytics.waiting_workspaces(uow) == [actor.workspace_id]


def _roll_up_and_fail(uow, actor):
    assert analytics.roll_up(uow, actor.workspace_id) == 1
    raise ZeroDivisionError


def test_days_page_latest_first_and_by_channel(actor, mock_channel):
    other = run_as(actor, create_channel)
    for channel in (mock_channel, other):
        for number in range(3):
            say(actor, channel, timestamp=NOON + timedelta(days=number))
    roll_up_marked()
    seen, cursor = [], None
    query = DailyQuery(from_day=NOON.date(), to_day=NOON.date() + timedelta(days=9))
    while True:
        page = run_as(actor, analytics.daily, query, PageRequest(limit=4, cursor=cursor))
        seen += [(row.day, row.channel_id) for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(set(seen)) == len(seen) == 6
    assert [day for day, _ in seen] == sorted((day for day, _ in seen), reverse=True)
    mine = DailyQuery(from_day=query.from_day, to_day=query.to_day, channel_id=other.id)
    rows = run_as(actor, analytics.daily, mine, PageRequest()).items
    assert [row.channel_id for row in rows] == [other.id] * 3


@pytest.mark.parametrize("length", [-1, 401])
def test_a_reversed_or_endless_period_is_refused(actor, length):
    with pytest.raises(Invalid):
        daily(actor, length=length)


def test_no_lead_is_left_out_of_the_count(actor, mock_channel):
    for number in range(5):
        say(actor, mock_channel, timestamp=NOON + timedelta(days=number % 2))
    roll_up_marked()
    found = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    assert sum(days(actor, "leads_new").values()) == len(found) == 5
