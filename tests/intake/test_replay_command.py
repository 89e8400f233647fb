"""`leadflow replay` says what would change, does it when told to, and has its exit code."""

import pytest
import typer
from typer.testing import CliRunner

from backend import intake
from backend.intake import EventQuery
from backend.kit.errors import Invalid
from backend.kit.paging import PageRequest
from backend.replay_cli import replay
from tests.factories import deliver, envelope, message, run_as, store


@pytest.fixture
def leadflow(actor):
    """Return what runs the command in the actor's workspace; returns exit code and output."""
    app = typer.Typer()
    app.command()(replay)

    def run(*options):
        workspace = ("--workspace", str(actor.workspace_id))
        result = CliRunner().invoke(app, [*options, *workspace])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def states(actor):
    found = run_as(actor, intake.list_events, EventQuery(), PageRequest()).items
    return sorted(event.state for event in found)


def test_it_shows_and_writes_nothing_unless_told_to_commit(leadflow, actor, whatsapp_channel):
    store(actor, whatsapp_channel, envelope(messages=[message()]))
    for options in ((), ("--dry-run",)):
        code, output = leadflow(*options)
        assert code == 0
        assert "dry replay of 1 deliveries" in output
        assert "created         1 message" in output
    assert states(actor) == ["received"]
    code, output = leadflow("--commit", "--channel", str(whatsapp_channel.id))
    assert (code, states(actor)) == (0, ["processed"])
    assert "finished: 1 read, 0 failed" in output
    assert "Nothing would change." in leadflow()[1]


def test_a_delivery_that_fails_is_named_and_is_exit_code_1(leadflow, actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, b"{")
    (event,) = run_as(actor, intake.list_events, EventQuery(), PageRequest()).items
    code, output = leadflow("--event", str(event.id))
    assert code == 1
    assert f"failed   webhook_event {event.id}" in output
    assert leadflow("--to", event.received_at.isoformat())[0] == 0
    assert leadflow("--from", event.received_at.isoformat())[0] == 1


@pytest.mark.parametrize(
    ("option", "value"), [("--event", "1"), ("--channel", "x"), ("--from", "noon"), ("--to", "x")]
)
@pytest.mark.usefixtures("actor")
def test_what_is_no_id_or_moment_is_named(leadflow, option, value):
    with pytest.raises(Invalid) as refused:
        leadflow(option, value)
    assert refused.value.field == option.removeprefix("--")
