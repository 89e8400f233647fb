"""The words of a channel's card and of its check list."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.channels import (
    ChannelView,
    Fault,
    Feature,
    HealthView,
    Platform,
    Provider,
    SendOutcome,
    TemplateStatus,
    TemplateView,
)
from backend.inbox import ChannelFigures, Failure
from leadflow_app import channel_words
from leadflow_app.pages.channel_setup import rows as setup
from leadflow_app.pages.channels import rows
from tests.ui._views import CLOCK, ID, NOW

AGO = NOW - timedelta(hours=1)


def channel(**given):
    return ChannelView(
        **{
            "id": ID,
            "name": "Sales",
            "platform": Platform.WHATSAPP,
            "provider": Provider.WHATSAPP_CLOUD,
            "address": "+12065550111",
            "settings": {},
            "is_active": True,
            "is_checked": True,
            "can_reply": True,
            "features": frozenset(Feature),
            "webhook_path": "/webhooks/x",
            "webhook_url": "https://leadflow.example/webhooks/x",
            "last_inbound_at": AGO,
            "created_at": NOW,
        }
        | given
    )


def health(**given):
    return HealthView(channel_id=ID, **given)


def card(*, may_change=True, figures=None, lag=None, old=False, of=None, **given):
    known = rows.Condition(
        channel=of or channel(),
        health=health(**given),
        figures=figures or ChannelFigures(),
        lag_since=lag,
        has_old_secret=old,
    )
    return rows.card(known, CLOCK, may_change=may_change)


def checks(*, of=None, templates=(), **given):
    known = setup.Known(
        channel=of or channel(),
        health=health(**given),
        templates=templates,
        written_first=3,
        has_old_secret=False,
    )
    return {one.key: one for one in setup.checking(known, CLOCK).checks}


def template(**given):
    return TemplateView(
        **{
            "id": ID,
            "channel_id": ID,
            "provider_template_id": "1",
            "name": "hello",
            "language": "en",
            "category": "MARKETING",
            "status": TemplateStatus.APPROVED,
            "quality": None,
            "components": (),
            "reason": "was low",
            "synced_at": NOW,
        }
        | given
    )


def test_a_channel_without_a_problem_is_healthy():
    row = card(quality="green", checked_at=AGO)
    assert (row.state, row.problems) == ("well", [])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"check_error": "Refused (code 190)."}, "code 190"),
        ({"token_expires_at": NOW + timedelta(days=2)}, "ends"),
        ({"token_expires_at": NOW - timedelta(days=2)}, "ended"),
        ({"restriction": "Sending is blocked."}, "blocked"),
        ({"quality": "red"}, "quality"),
        ({"last_refused_at": AGO, "last_refused_reason": "wrong signature"}, "wrong signature"),
        ({"warnings": ("The name is under review.",)}, "under review"),
    ],
    ids=["check", "token-soon", "token-over", "restriction", "quality", "signature", "warning"],
)
def test_what_needs_somebody_is_said_on_the_card(given, words):
    row = card(**given)
    assert row.state == "ill"
    assert words in row.problems[0]


@pytest.mark.parametrize(
    "given",
    [
        {"token_expires_at": NOW + timedelta(days=30)},
        {"last_refused_at": AGO, "last_verified_at": NOW},
        {"last_refused_at": NOW - timedelta(days=3)},
    ],
    ids=["token-far", "verified-since", "long-ago"],
)
def test_what_is_over_or_far_is_no_problem(given):
    assert card(**given).problems == []


def test_a_long_lag_is_a_problem_and_a_short_one_a_figure():
    assert "wait to be processed" in card(lag=NOW - timedelta(minutes=5)).problems[0]
    assert card(lag=NOW - timedelta(seconds=5)).problems == []


def test_an_unused_channel_complains_of_nothing_and_can_be_taken_into_use():
    row = card(of=channel(is_active=False), check_error="no")
    assert (row.state, row.problems) == ("idle", [])
    assert [one.value for one in row.actions] == ["rename", "activate"]


def test_only_who_may_change_a_channel_is_offered_to():
    assert card(may_change=False).actions == []
    assert "retire" in [one.value for one in card(old=True).actions]


def test_a_channel_that_nobody_wrote_to_waits():
    assert card(of=channel(last_inbound_at=None)).state == "waiting"


def test_failures_stand_by_cause():
    figures = ChannelFigures(failures=(Failure("131047: Too late", 2), Failure("", 1)))
    said = card(figures=figures).failures
    assert said == ["2 messages: 131047: Too late", "1 message: no cause was given"]


@pytest.mark.parametrize(
    ("limit", "used", "said"),
    [(1000, 3, "997 of 1,000 people left"), (2, 5, "0 of 2 people left")],
)
def test_the_allowance_is_what_is_left(limit, used, said):
    assert channel_words.allowance(limit, used) == said


def test_an_unknown_limit_is_no_limit_to_count_from():
    assert "no limit known" in channel_words.allowance(None, 3)


def test_at_first_everything_waits():
    found = checks(of=channel(is_checked=False, last_inbound_at=None))
    assert {one.state for one in found.values()} == {"waiting"}
    assert list(found) == [
        "accepted",
        "handshake",
        "signature",
        "message",
        "templates",
        "limits",
        "test",
    ]


def test_every_line_turns_green():
    found = checks(
        handshake_at=NOW,
        last_verified_at=NOW,
        checked_at=NOW,
        quality="green",
        templates_synced_at=NOW,
        test_sent_at=NOW,
    )
    assert {one.state for one in found.values()} == {"done"}


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("accepted", {"check_error": "Refused."}, "anew"),
        (
            "handshake",
            {"last_refused_at": AGO, "last_refused_reason": "the verify token is wrong"},
            "Copy the token",
        ),
        (
            "signature",
            {"last_refused_at": AGO, "last_refused_reason": "the signature is wrong"},
            "wrong signature",
        ),
        ("signature", {"probe_error": "The address answered 404."}, "404"),
        ("templates", {"templates_error": "Refused (code 10)."}, "code 10"),
        ("limits", {"checked_at": AGO, "quality": "red"}, "Low"),
        ("limits", {"checked_at": AGO, "restriction": "Blocked."}, "Blocked"),
    ],
)
def test_what_is_wrong_is_red_with_what_to_do(key, given, words):
    row = checks(**given)[key]
    assert row.state == "failed"
    assert words in row.text


def test_what_a_provider_does_not_offer_is_not_waited_for():
    bare = channel(features=frozenset(), can_reply=False)
    found = checks(of=bare)
    assert list(found) == ["accepted", "signature", "message"]
    assert found["accepted"].state == "off"


def test_a_reason_stands_only_beside_what_may_not_be_sent():
    assert setup.template_row(template()).reason == ""
    paused = setup.template_row(template(status=TemplateStatus.PAUSED))
    assert (paused.reason, paused.state_label) == ("was low", "Paused")


@pytest.mark.parametrize("fault", list(Fault))
def test_a_refused_test_says_code_and_what_to_do(fault):
    outcome = SendOutcome(code="131047", title="Too late.", fault=fault)
    said = setup.outcome_words(outcome)
    assert "code 131047" in said
    assert said.endswith(setup.NEXT_STEPS[fault])


def test_an_unknown_test_says_to_look_first():
    assert "Look at the phone" in setup.outcome_words(SendOutcome(is_unknown=True, title="late"))
    taken = replace(SendOutcome(), provider_message_id="m1")
    assert setup.outcome_words(taken) == "The provider took it as m1."


def test_an_empty_field_counts_as_left_out():
    form = {"name": " A ", "credentials.app_secret": "", "credentials.waba_id": " 1 ", "x": "y"}
    given = setup.wanted(Provider.WHATSAPP_CLOUD, form, "token")
    assert given.name == "A"
    assert given.credentials == {"waba_id": "1", "verify_token": "token"}
    assert given.settings == {}
