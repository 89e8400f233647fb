"""The filters of the list: what they leave, what they refuse, and that an index serves them."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event

from backend import leads
from backend.kit.paging import PageRequest
from backend.leads import BadLeadQuery, Band, LeadQuery, LeadSort, Stage
from backend.platform.database import engine
from tests.factories import create_user, run_as, say
from tests.seeded_leads import seed_leads
from tests.statements import statements

FEW, MANY = 200, 20_000  # with the one that is copied
ALL = PageRequest(limit=200)
ONE_PAGE = PageRequest(limit=50)
MOST_BUFFERS = 1_000  # a page of 50, each with its contact; the table has many times as many


@pytest.fixture
def first(actor, mock_channel):
    """Let one customer write."""
    say(actor, mock_channel)
    (lead,) = listed(actor, LeadQuery())
    return lead


@pytest.fixture
def few(actor, first):
    """Make a few hundred leads."""
    seed_leads(actor, first, FEW - 1)
    return listed(actor, LeadQuery())


def listed(actor, query, page=ALL):
    return run_as(actor, leads.list_leads, query, page).items


CASES = {
    "one stage": (LeadQuery(stages=(Stage.NEW,)), lambda lead: lead.stage == "new"),
    "two stages": (
        LeadQuery(stages=(Stage.NEW, Stage.LOST)),
        lambda lead: lead.stage in {"new", "lost"},
    ),
    "a score of nothing": (LeadQuery(score_to=0), lambda lead: lead.score <= 0),
    "a score from nothing": (LeadQuery(score_from=0, score_to=7), lambda lead: lead.score <= 7),
    "a range of scores": (
        LeadQuery(score_from=50, score_to=70),
        lambda lead: 50 <= lead.score <= 70,
    ),
    "a band": (LeadQuery(band=Band.HOT), lambda lead: lead.band is Band.HOT),
    "all tags": (LeadQuery(tags_all=(" RARE ",)), lambda lead: "rare" in lead.tags),
    "any tag": (LeadQuery(tags_any=("rare", "other")), lambda lead: "rare" in lead.tags),
    "no tag": (LeadQuery(tags_none=("common",)), lambda lead: "common" not in lead.tags),
    "both tags": (LeadQuery(tags_all=("rare", "common")), lambda _lead: False),
    "nobody's": (LeadQuery(is_unowned=True), lambda _lead: True),
    "somebody's": (LeadQuery(owner_id=uuid4()), lambda _lead: False),
    "text": (LeadQuery(search="customer 199"), lambda lead: lead.contact_name == "Customer 199"),
}


@pytest.mark.parametrize(("query", "is_wanted"), CASES.values(), ids=CASES.keys())
def test_a_filter_leaves_what_it_says(actor, few, query, is_wanted):
    found = listed(actor, query)
    assert len(few) == FEW
    wanted = [lead for lead in few if is_wanted(lead)]
    assert list(found) == wanted
    by_stage = Counter(lead.stage for lead in wanted)
    counts = run_as(actor, leads.count_leads, query)
    assert {count.stage: count.leads for count in counts} == {s: by_stage[s] for s in Stage}
    assert not any(count.is_more for count in counts)


def test_an_owners_leads_are_found(actor, few):
    owner = run_as(actor, create_user)
    change(actor, "owner_id = :value WHERE id = :id", value=owner.user_id, id=few[3].id)
    (found,) = listed(actor, LeadQuery(owner_id=owner.user_id))
    assert found.id == few[3].id
    assert len(listed(actor, LeadQuery(is_unowned=True))) == FEW - 1


def test_days_without_activity_are_counted_back_from_now(actor, few):
    change(actor, "last_activity_at = now() - interval '3 days' WHERE id <> :id", id=few[0].id)
    change(actor, "last_activity_at = now() WHERE id = :id", id=few[0].id)
    assert len(listed(actor, LeadQuery(idle_days=2))) == FEW - 1
    assert len(listed(actor, LeadQuery(idle_days=3))) == FEW - 1
    assert not listed(actor, LeadQuery(idle_days=4))


def change(actor, what, **values):
    run_as(actor, lambda uow, _actor: uow.execute(f"UPDATE lead SET {what}", values))  # noqa: S608


def test_an_activity_is_from_the_first_bound_to_before_the_second(actor, few):
    newest = few[0].last_activity_at
    active = LeadQuery(active_from=newest - timedelta(minutes=2), active_to=newest)
    assert [lead.id for lead in listed(actor, active)] == [lead.id for lead in few[1:3]]


REFUSED = {
    "min_score": LeadQuery(score_from=1, score_to=0),
    "owner": LeadQuery(owner_id=uuid4(), is_unowned=True),
    "idle_days": LeadQuery(idle_days=-1),
}


@pytest.mark.parametrize(("field", "query"), REFUSED.items(), ids=REFUSED.keys())
@pytest.mark.parametrize("use_case", [leads.list_leads, leads.count_leads])
def test_a_question_without_answer_is_refused_at_its_place(actor, use_case, field, query):
    page = (PageRequest(),) if use_case is leads.list_leads else ()
    with pytest.raises(BadLeadQuery) as refused:
        run_as(actor, use_case, query, *page)
    assert (refused.value.field, bool(refused.value.expected)) == (field, True)


SERVED = {
    "everything": LeadQuery(),
    "a stage": LeadQuery(stages=(Stage.QUALIFIED,)),
    "several stages": LeadQuery(stages=(Stage.NEW, Stage.NURTURED, Stage.QUALIFIED)),
    "mine": LeadQuery(owner_id=uuid4()),
    "a band": LeadQuery(band=Band.HOT),
    "a score": LeadQuery(score_from=100),
}


@pytest.fixture
def many(actor, first):
    """Make twenty thousand leads, and look into the middle of them."""
    seed_leads(actor, first, MANY - 1)


@pytest.mark.usefixtures("many")
def test_every_order_of_the_list_is_read_off_an_index(actor):
    for sort in LeadSort:
        for name, query in SERVED.items():
            asked = replace(query, sort=sort)
            page = run_as(actor, leads.list_leads, asked, ONE_PAGE)
            assert_served(actor, asked, ONE_PAGE, f"{name} by {sort}")
            if page.next_cursor:
                further = PageRequest(limit=50, cursor=page.next_cursor)
                assert_served(actor, asked, further, f"the second page of {name} by {sort}")


def assert_served(actor, query, page, name):
    plan = explained(actor, query, page)
    assert not re.search(r"Seq Scan on (lead|contact)\b", plan), f"{name}:\n{plan}"
    assert buffers(plan) < MOST_BUFFERS, f"{name}:\n{plan}"


def explained(actor, query, page):
    """Return the plan of the statement that a page of the list sends, as the application."""
    kept = []

    def keep(_connection, _cursor, statement, parameters, *_rest):
        if "FROM lead AS l" in statement:
            kept.append((statement, parameters))

    def explain(uow, actor):
        leads.list_leads(uow, actor, query, page)
        (statement, parameters) = kept[-1]
        assert uow.execute("SELECT current_user", {}).scalar_one() == "leadflow_app"
        explaining = f"EXPLAIN (ANALYZE, BUFFERS) {statement}"
        found = uow.session.connection().exec_driver_sql(explaining, parameters)
        return "\n".join(line for (line,) in found)

    event.listen(engine(), "before_cursor_execute", keep)
    try:
        return run_as(actor, explain)
    finally:
        event.remove(engine(), "before_cursor_execute", keep)


def buffers(plan):
    first = next(line for line in plan.splitlines() if "Buffers:" in line)
    return sum(int(count) for count in re.findall(r"(?:hit|read)=(\d+)", first))


@pytest.mark.usefixtures("many")
def test_counting_by_stage_is_one_statement_and_stops(actor, monkeypatch):
    with statements() as seen:
        counts = run_as(actor, leads.count_leads, LeadQuery())
    assert len([one for one in seen if "FROM lead" in one]) == 1
    assert sum(count.leads for count in counts) == MANY
    monkeypatch.setattr("backend.leads.service.MOST_COUNTED", 100)
    stopped = run_as(actor, leads.count_leads, LeadQuery())
    assert {(count.leads, count.is_more) for count in stopped} == {(100, True)}
