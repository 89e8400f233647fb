"""Every number of the home screen is the number of rows that its list shows."""

from datetime import timedelta

import pytest

from backend import analytics, inbox, leads
from backend.analytics import TileKey
from backend.analytics.tasks import roll_up_marked
from backend.auth import Actor, ActorKind, NotPermitted
from backend.inbox import ConversationQuery
from backend.kit.errors import Invalid
from backend.kit.paging import PageRequest
from backend.leads import LeadMoment, LeadQuery, Stage
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import create_channel, create_workspace, run_as, say

MOMENTS = {
    TileKey.LEADS_NEW: LeadMoment.OPENED,
    TileKey.LEADS_QUALIFIED: LeadMoment.QUALIFIED,
    TileKey.LEADS_CONVERTED: LeadMoment.CONVERTED,
}
AGES = [0, 0, 1, 2, 5, 6, 7, 8, 13, 14, 27, 28, 40, 89, 90]


def tiles(actor, days=7):
    return {tile.key: tile for tile in run_as(actor, analytics.overview, days=days).tiles}


def now():
    with unit_of_work(SYSTEM) as uow:
        return uow.now


@pytest.fixture(params=["UTC", "America/Sao_Paulo", "Asia/Kathmandu"])
def team(request, database):
    """Make a workspace of some timezone with leads of many ages, some of them further."""
    assert database
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow, timezone=request.param).id)
    channel = run_as(actor, create_channel)
    for number, age in enumerate(AGES):
        landed = say(actor, channel, timestamp=now() - timedelta(days=age))
        if number % 3 == 0:
            stage = Stage.QUALIFIED if number % 2 else Stage.CONVERTED
            run_as(actor, leads.set_stage, landed.lead_id, stage=stage)
        if age == 0:
            run_as(
                actor, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten dollars")
            )
    roll_up_marked()
    return actor


@pytest.mark.parametrize("days", [1, 7, 28, 90])
def test_a_tile_counts_what_its_list_shows(team, days):
    overview = run_as(team, analytics.overview, days=days)
    page = PageRequest(limit=200)
    for tile in overview.tiles:
        if tile.key in MOMENTS:
            query = LeadQuery(
                moment=MOMENTS[tile.key],
                moment_from=overview.starts_at,
                moment_to=overview.ends_at,
            )
            assert tile.value == len(run_as(team, leads.list_leads, query, page).items)
    query = ConversationQuery(opened_from=overview.starts_at, opened_to=overview.ends_at)
    shown = run_as(team, inbox.list_conversations, query, page).items
    found = {tile.key: tile.value for tile in overview.tiles}
    assert found[TileKey.CONVERSATIONS] == len(shown)
    answered = [one for one in shown if one.first_responded_at]
    assert found[TileKey.REPLY_RATE] == pytest.approx(len(answered) / len(shown))


@pytest.mark.parametrize("days", [1, 7, 28, 90])
def test_the_chart_adds_up_to_the_tiles(team, days):
    overview = run_as(team, analytics.overview, days=days)
    assert [point.day for point in overview.days] == [
        overview.from_day + timedelta(days=number) for number in range(days)
    ]
    found = {tile.key: tile.value for tile in overview.tiles}
    assert sum(point.leads_new for point in overview.days) == found[TileKey.LEADS_NEW]
    assert sum(point.conversations for point in overview.days) == found[TileKey.CONVERSATIONS]
    assert overview.days[-1].messages_out == 2


def test_the_period_before_is_of_the_same_length(actor, mock_channel):
    for age in (0, 6, 7, 8, 13, 14):
        say(actor, mock_channel, timestamp=now() - timedelta(days=age))
    roll_up_marked()
    tile = tiles(actor)[TileKey.LEADS_NEW]
    assert (tile.value, tile.previous) == (2, 3)


def test_where_there_is_nothing_there_is_no_rate(actor):
    found = tiles(actor)
    assert found[TileKey.REPLY_RATE].value is None
    assert found[TileKey.FIRST_RESPONSE].value is None
    assert found[TileKey.LEADS_NEW].value == 0


def test_the_first_answer_is_timed_by_the_median(actor, mock_channel):
    for minutes in (10, 20, 60):
        at = now() - timedelta(minutes=minutes)
        landed = say(actor, mock_channel, timestamp=at)
        run_as(actor, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten dollars"))
    roll_up_marked()
    assert tiles(actor)[TileKey.FIRST_RESPONSE].value == pytest.approx(20 * 60, abs=5)


@pytest.mark.parametrize("days", [0, -1, 2, 365])
def test_an_odd_period_is_refused(actor, days):
    with pytest.raises(Invalid):
        run_as(actor, analytics.overview, days=days)


def test_a_key_without_the_scope_is_refused(actor):
    key = Actor(workspace_id=actor.workspace_id, kind=ActorKind.API_KEY, name="nothing")
    with pytest.raises(NotPermitted):
        run_as(key, analytics.overview)


def test_another_workspace_counts_nothing_of_ours(actor, mock_channel):
    say(actor, mock_channel)
    roll_up_marked()
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    assert tiles(stranger)[TileKey.LEADS_NEW].value == 0
    assert tiles(actor)[TileKey.LEADS_NEW].value == 1
