"""The audit log: a sentence for every action, filters in the address, cells safe to open."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.auth import ActorKind, AuditAction, AuditVerdict
from backend.kit.csv_file import csv_text
from leadflow_app.pages.audit import rows, words
from leadflow_app.pages.audit.rows import AuditFilters, Known
from tests.ui._settings_views import ID, OTHER, entry_view
from tests.ui._views import CLOCK, NOW

NO_FILTERS = AuditFilters()
ARROW = "\N{RIGHTWARDS ARROW}"


def shown(action, known=None, **given):
    return rows.entry_row(entry_view(action, **given), NO_FILTERS, CLOCK, known or {})


def test_every_action_has_a_sentence():
    assert set(words.SENTENCES) == set(AuditAction)


def test_every_action_can_be_filtered_by_its_area():
    assert {action.value.partition(".")[0] for action in AuditAction} == set(words.AREAS)


def test_an_action_of_another_version_is_written_as_it_is_named():
    assert words.sentence("robot.built") == "Robot built"
    assert words.more("robot.built", {}) == ""


@pytest.mark.parametrize("action", AuditAction)
def test_an_entry_without_details_has_words_too(action):
    assert isinstance(words.more(action, {}), str)


@pytest.mark.parametrize(
    ("action", "details", "told"),
    [
        ("user.role_changed", {"from": "operator", "to": "admin"}, "From operator to admin"),
        ("user.invited", {"role": "viewer"}, "As viewer"),
        ("api_key.created", {"scopes": "leads:read, leads:write"}, "Leads: read and write"),
        ("api_key.created", {"scopes": "all"}, "Everything"),
        ("audit.verified", {"is_intact": True, "entries": 1}, "Intact, 1 entry"),
        ("audit.verified", {"is_intact": False, "broken_at": 5}, "Broken at entry 5"),
        ("contact.erased", {"contact": 1, "message": 12}, "13 rows"),
        ("list.exported", {"list": "audit", "rows": 1200}, "Audit, 1,200 rows"),
        (
            "workspace.changed",
            {"timezone": "UTC -> Asia/Tokyo"},
            f"Timezone: UTC {ARROW} Asia/Tokyo",
        ),
        ("sign_in.succeeded", {"second_factor": "recovery code"}, "With a recovery code"),
        ("sign_in.failed", {"step": "password"}, "Wrong password"),
        ("session.revoked", {"sessions": 3}, "3 sessions"),
        ("rule.changed", {"version": 4}, "Version 4"),
        ("secrets.rotated", {"resealed": 2, "broken": 1}, "2 values sealed, 1 could not be opened"),
        (
            "retention.changed",
            {"raw_days_before": 90, "raw_days": 30, "text_days_before": None, "text_days": 365},
            (
                f"Raw deliveries: 90 days {ARROW} 30 days; "
                f"Words of messages: for ever {ARROW} 365 days"
            ),
        ),
    ],
)
def test_details_are_told_in_words(action, details, told):
    assert words.more(action, details) == told


def test_the_address_is_read_and_written_back():
    query = {"who": str(ID), "what": "user", "from": "2026-01-01", "to": "2026-01-07"}
    filters = AuditFilters.read(query)
    assert filters.first == date(2026, 1, 1)
    assert filters.href == (f"/settings/audit?who={ID}&what=user&from=2026-01-01&to=2026-01-07")


@given(st.dictionaries(st.sampled_from(["who", "what", "from", "to", "before"]), st.text()))
def test_nonsense_in_an_address_asks_for_nothing(query):
    filters = AuditFilters.read(query)
    assert filters.what in {"", *words.AREAS}
    assert filters.query(CLOCK)
    assert filters.page.limit == rows.PAGE


@pytest.mark.parametrize("before", ["nonsense", "WyJ4Il0", "W10", "W1tdXQ"])
def test_a_cursor_of_another_list_begins_at_the_newest(before):
    assert AuditFilters.read({"before": before}).before == ""


def test_days_are_the_workspaces_own():
    query = AuditFilters(first=date(2026, 3, 1), last=date(2026, 3, 1)).query(CLOCK)
    assert (query.starts_at.isoformat(), query.ends_at.isoformat()) == (
        "2026-03-01T00:00:00+01:00",
        "2026-03-02T00:00:00+01:00",
    )


@pytest.mark.parametrize(
    ("subject", "details", "name", "href"),
    [
        (f"user:{ID}", {}, "Themselves", ""),
        (f"user:{OTHER}", {}, "Somebody who left", ""),
        (f"api_key:{OTHER}", {"name": "Shop"}, "Shop", "/settings/api-keys"),
        (f"rule:{OTHER}", {"name": "Asks for the price"}, "Asks for the price", ""),
        (f"contact:{OTHER}", {}, "A contact", ""),
        (f"invitation:{OTHER}", {}, "An invitation", "/settings/users?state=invited"),
        (f"workspace:{OTHER}", {}, "This workspace", "/settings/workspace"),
        ("retention", {}, "Retention", "/settings/privacy"),
        (f"session:{OTHER}", {}, "", ""),
        ("", {}, "", ""),
    ],
)
def test_what_an_entry_is_about_is_named_and_never_by_its_id(subject, details, name, href):
    row = shown("user.added", subject=subject, details=details)
    assert (row.subject, row.subject_href) == (name, href)


def test_a_colleague_is_named_and_linked():
    known = {str(OTHER): Known("Bo Example", "/settings/users?q=bo%40example.com")}
    row = shown("user.disabled", known, subject=f"user:{OTHER}")
    assert (row.subject, row.subject_href) == ("Bo Example", known[str(OTHER)].href)


def test_whoever_acted_is_a_filter_and_the_system_is_not():
    assert shown("user.added").who_href == f"/settings/audit?who={ID}"
    system = shown("rule.created", actor_kind=ActorKind.SYSTEM, actor_id=None)
    assert system.who_href == ""


def test_whoever_is_chosen_is_among_the_choices():
    filters = AuditFilters(who=str(ID))
    screen = rows.audit_screen([entry_view("user.added")], filters, CLOCK, {})
    assert [(one.value, one.label) for one in screen.people] == [(str(ID), "Ana Example")]
    nothing = rows.audit_screen([], filters, CLOCK, {})
    assert [one.label for one in nothing.people] == ["Somebody who left"]


def test_a_page_further_back_leads_to_the_newest():
    before = "WyI3Il0"
    filters = AuditFilters.read({"what": "user", "before": before})
    assert filters.before == before
    assert rows.audit_screen([], filters, CLOCK, {}).newest_href == "/settings/audit?what=user"


def test_a_log_that_is_whole_says_how_much_was_checked():
    found = rows.verdict(AuditVerdict(is_intact=True, entries=1204), CLOCK)
    assert found.is_intact
    assert "1,204 entries checked" in found.text
    assert found.at.text == "13:00"


def test_a_log_that_is_broken_says_where_and_why():
    given = AuditVerdict(is_intact=False, entries=16, broken_at=17, reason="the entry was changed")
    found = rows.verdict(given, CLOCK)
    assert not found.is_intact
    assert "the entry was changed, at entry 17" in found.text
    assert "16 entries, intact" in found.text


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_of_the_file_is_a_formula(name):
    entry = entry_view("user.added", actor_name=name, occurred_at=NOW)
    header, line = csv_text(rows.COLUMNS, rows.cells([entry])).splitlines()
    assert header.split(",") == list(rows.COLUMNS)
    assert f"'{name}" in line
