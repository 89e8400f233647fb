"""Workspaces: started by people, changed by admins, chosen on the command line."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from backend import analytics, auth, intake
from backend.analytics import DailyQuery
from backend.analytics.tasks import roll_up_marked
from backend.auth import (
    Actor,
    BadName,
    BadSetting,
    NotPermitted,
    NoWorkspace,
    Role,
    SeveralWorkspaces,
    TooManyWorkspaces,
)
from backend.auth.workspaces import MAX_OWNED
from backend.intake import SimulatedMessage
from backend.kit.money import CURRENCIES, is_currency
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.people import deeds
from tests.factories import (
    NOON,
    create_user,
    create_workspace,
    deliver,
    envelope,
    message,
    phone_number,
    run_as,
)
from tests.laws import assert_lawful

NOBODYS = "01a2063a-857d-77f7-be3b-43dfe8c1937b"


def start(actor, name="Second", **settings):
    return run_as(actor, auth.start_workspace, name=name, **settings)


def change(actor, **settings):
    return run_as(actor, auth.update_workspace, **settings)


def choose(wanted=None):
    with unit_of_work(SYSTEM) as uow:
        return auth.choose_workspace(uow, wanted)


# Starting one


def test_anybody_starts_a_workspace_and_owns_it(operator):
    made = start(operator, " Bakery ", timezone="Europe/Lisbon", currency="EUR")
    assert (made.name, made.timezone, made.currency) == ("Bakery", "Europe/Lisbon", "EUR")
    inside = Actor.system(made.id)
    founder = run_as(inside, auth.get_member, operator.user_id)
    assert (founder.role, founder.is_owner) == (Role.ADMIN, True)
    assert [(one.action, one.actor_name) for one in deeds(inside, "workspace:")] == [
        ("workspace.created", operator.name)
    ]


def test_a_new_workspace_does_not_change_where_one_is(operator):
    with unit_of_work(operator) as uow:
        auth.start_workspace(uow, operator, name="Second")
        assert uow.workspace_id == operator.workspace_id
        assert auth.get_workspace(uow, operator).id == operator.workspace_id
        assert uow.execute("SELECT count(*) FROM workspace").scalar_one() == 1


def test_only_a_person_starts_a_workspace(actor):
    with pytest.raises(NotPermitted):
        start(actor)


def test_one_person_owns_a_limited_number(operator):
    for number in range(MAX_OWNED):
        start(operator, f"Number {number}")
    with pytest.raises(TooManyWorkspaces, match="20"):
        start(operator)


def test_the_limit_holds_at_the_same_moment(operator):
    for number in range(MAX_OWNED - 1):
        start(operator, f"Number {number}")
    barrier = Barrier(3)

    def attempt(_):
        barrier.wait()
        try:
            return start(operator)
        except TooManyWorkspaces:
            return None

    with ThreadPoolExecutor(3) as pool:
        made = [one for one in pool.map(attempt, range(3)) if one]
    assert len(made) == 1


# Changing one


def test_an_admin_changes_what_is_given_and_nothing_else(admin):
    changed = change(admin, name="Bakery", currency="EUR")
    assert (changed.name, changed.timezone, changed.currency) == ("Bakery", "UTC", "EUR")
    assert run_as(admin, auth.get_workspace) == changed
    assert change(admin) == changed
    assert change(admin, name="Bakery") == changed
    assert [one.action for one in deeds(admin, "workspace:")] == ["workspace.changed"]
    assert deeds(admin, "workspace:")[0].details["currency"] == "USD -> EUR"


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_nobody_else_changes_it(actor, role):
    person = run_as(actor, create_user, role=role)
    with pytest.raises(NotPermitted):
        change(person, name="Mine")


@pytest.mark.parametrize("name", ["", "  ", "n" * 121])
def test_a_workspace_has_a_name(admin, name):
    with pytest.raises(BadName):
        change(admin, name=name)
    with pytest.raises(BadName):
        start(admin, name)


@pytest.mark.parametrize(
    "timezone",
    ["", "Mars/Base", "europe/lisbon", "Europe", "../etc/passwd", "UTC+3", "localtime", "\x00"],
)
def test_what_is_no_timezone_is_refused(admin, timezone):
    with pytest.raises(BadSetting) as refused:
        change(admin, timezone=timezone)
    assert refused.value.field == "timezone"
    with pytest.raises(BadSetting):
        start(admin, timezone=timezone)


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "XAU", "DEM", "E R"])
def test_what_is_no_currency_is_refused(admin, currency):
    with pytest.raises(BadSetting) as refused:
        change(admin, currency=currency)
    assert refused.value.field == "currency"


def test_the_currencies_are_three_capitals_each():
    assert {"EUR", "USD", "JPY", "INR", "BRL", "XOF"} < CURRENCIES
    assert all(len(code) == 3 and code.isupper() and is_currency(code) for code in CURRENCIES)
    assert len(CURRENCIES) > 150


# Figures follow the timezone


@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_days_are_counted_again_in_the_new_timezone(admin, actor, whatsapp_channel, timezone):
    written = [
        message(at=NOON + timedelta(hours=11 * number), sender=f"1650557{number:04}")
        for number in range(6)
    ]
    deliver(actor, whatsapp_channel, envelope(messages=written))
    roll_up_marked()
    before = figures(admin)
    change(admin, timezone=timezone)
    assert waiting(admin)
    roll_up_marked()
    assert figures(admin) != before
    assert sum(day.messages_in for day in figures(admin)) == len(written)
    with unit_of_work(actor) as uow:
        assert analytics.drifted_days(uow, actor.workspace_id) == []
    assert_lawful()


def figures(actor):
    query = DailyQuery(from_day=NOON.date() - timedelta(7), to_day=NOON.date() + timedelta(7))
    return [
        day for day in run_as(actor, analytics.daily, query, PageRequest()).items if day.messages_in
    ]


def waiting(actor):
    marks = "SELECT count(*) FROM analytics_mark"
    return run_as(actor, lambda uow, _: uow.execute(marks).scalar_one())


def test_what_comes_in_meanwhile_is_counted_in_the_new_timezone_too(admin, actor, mock_channel):
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(actor) as uow:
            hour = uow.now.hour
            elsewhere = "Pacific/Kiritimati" if hour >= 10 else "Pacific/Pago_Pago"
            intake.simulate_inbound(uow, actor, written_to(mock_channel))
            uow.close()
            changing = pool.submit(change, admin, timezone=elsewhere)
            with pytest.raises(TimeoutError):
                changing.result(timeout=0.5)
        assert changing.result().timezone == elsewhere
    roll_up_marked()
    assert_lawful()
    (day,) = [day for day in run_as(admin, analytics.overview).days if day.messages_in]
    with unit_of_work(actor) as uow:
        assert day.day == uow.now.astimezone(ZoneInfo(elsewhere)).date()


def written_to(channel):
    return SimulatedMessage(channel_id=channel.id, text="hello", sender=phone_number())


def test_other_changes_count_nothing_again(admin, actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message()]))
    roll_up_marked()
    change(admin, name="Bakery", timezone="UTC")
    assert waiting(admin) == 0


# Choosing one


@pytest.mark.usefixtures("database")
def test_before_the_first_start_there_is_none_to_choose():
    with pytest.raises(NoWorkspace, match="make run"):
        choose()


def test_the_only_one_is_chosen_without_a_word(workspace):
    assert choose() == workspace


def test_of_several_one_is_named(workspace):
    with unit_of_work(SYSTEM) as uow:
        other = create_workspace(uow)
    with pytest.raises(SeveralWorkspaces) as refused:
        choose()
    assert all(str(one.id) in refused.value.message for one in (workspace, other))
    assert choose(str(other.id)) == other
    assert choose(f" {other.name.upper()} ") == other


def test_a_name_that_two_have_is_not_enough(workspace):
    with unit_of_work(SYSTEM) as uow:
        auth.create_workspace(uow, name=workspace.name)
    with pytest.raises(SeveralWorkspaces):
        choose(workspace.name)
    assert choose(str(workspace.id)) == workspace


@pytest.mark.parametrize("wanted", ["nobody's", NOBODYS, "%", "\x00"])
def test_what_is_not_there_is_not_chosen(workspace, wanted):
    assert workspace
    with pytest.raises(NoWorkspace):
        choose(wanted)
