"""`leadflow sandbox` against the product's own processes."""

import asyncio
import http.client
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import typer

from backend import cli, rehearsal, sandbox_cli
from backend.channels import Provider, list_channels
from backend.kit.errors import Unavailable
from backend.rehearsal import Rehearsal, RehearsalInvalid
from backend.sandbox import FaultPlan
from backend.sandbox.posting import NotLoopback
from tests.factories import create_channel, run_as
from tests.faults._system import Process, Web, running
from tests.laws import assert_lawful

LOOPBACK = "127.0.0.0/8"
ROUGH = FaultPlan(
    throttled_share=0.3,
    duplicate_share=0.5,
    duplicate_times=2,
    reorder_seconds=1,
    early_status_share=0.5,
    stranger_share=0.5,
    hidden_number_share=0.3,
    outage_after_seconds=0.5,
    outage_seconds=1,
)


@pytest.fixture
def web(workspace, monkeypatch):
    assert workspace
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", LOOPBACK)
    with running(Web()) as process:
        monkeypatch.setenv("LEADFLOW_PORT", str(process.port))
        yield process


@pytest.fixture
def worker(web):
    assert web
    with running(Process("worker")) as process:
        yield process


def now():
    return datetime.now(UTC)


def rehearsed(actor, web, **given):
    asked = Rehearsal(conversations=8, seconds=60, **given)
    door = f"http://127.0.0.1:{web.port}"
    outcome = asyncio.run(rehearsal.rehearse(actor, asked, door=door, clock=now))
    return outcome, {row.name: row.count for row in outcome.rows}


@pytest.mark.usefixtures("worker")
def test_a_bad_day_loses_and_doubles_nothing(actor, web):
    outcome, counts = rehearsed(actor, web, plan=ROUGH, replies=4)
    assert outcome.agrees, outcome
    assert counts["sent"] == counts["accepted once"] == 24
    assert counts["replies"] == 4
    assert counts["statuses"] >= 12
    assert counts["duplicates"] > 0
    assert_lawful()


@pytest.mark.usefixtures("worker")
def test_the_channel_of_a_rehearsal_is_out_of_use_afterwards(actor, web):
    rehearsed(actor, web, provider=Provider.TWILIO)
    rehearsed(actor, web, provider=Provider.TWILIO)
    found = run_as(actor, list_channels).items
    assert [(one.name, one.is_active) for one in found] == [
        ("Rehearsal 1", False),
        ("Rehearsal 2", False),
    ]


@pytest.mark.usefixtures("web")
def test_without_a_worker_the_command_says_what_is_unfinished(capsys):
    with pytest.raises(typer.Exit) as ended:
        sandbox_cli.rehearse(conversations=2, replies=0, seconds=6, is_calm=True, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert ended.value.exit_code == 1
    assert (said["agrees"], said["acknowledged"], said["accepted_once"]) == (False, 6, 0)
    assert (said["lost"], said["unfinished"]) == (6, 6)
    assert "ran out" in said["note"]


@pytest.mark.usefixtures("worker")
def test_replies_that_may_not_call_this_machine_are_left_out_in_words(capsys, monkeypatch):
    monkeypatch.delenv("LEADFLOW_ALLOW_PRIVATE_TARGETS")
    sandbox_cli.rehearse(conversations=2, seconds=60, is_calm=True)
    said = capsys.readouterr().out
    assert "LEADFLOW_ALLOW_PRIVATE_TARGETS" in said
    assert said.splitlines()[-1] == "Both books agree."


@pytest.mark.usefixtures("database")
def test_nothing_is_rehearsed_while_leadflow_is_not_running(monkeypatch):
    monkeypatch.setenv("LEADFLOW_PORT", "9")
    with pytest.raises(Unavailable, match="start it first"):
        sandbox_cli.rehearse()


def test_made_up_customers_do_not_join_real_ones_unasked(actor, web, workspace):
    assert web
    credentials = {"app_secret": "s", "verify_token": "t", "phone_number_id": "1"}
    run_as(actor, create_channel, provider=Provider.WHATSAPP_CLOUD, credentials=credentials)
    with pytest.raises(sandbox_cli.RealCustomers):
        sandbox_cli.rehearse(conversations=1, seconds=5)
    with pytest.raises(typer.Exit):
        sandbox_cli.rehearse(conversations=1, seconds=3, is_calm=True, workspace=str(workspace.id))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversations", 0),
        ("conversations", 100_000),
        ("messages_each", 21),
        ("replies", 201),
        ("seconds", 0),
        ("seconds", 3_601),
    ],
)
def test_a_rehearsal_is_bounded(actor, field, value):
    asked = Rehearsal(**{"conversations": 1, field: value})
    with pytest.raises(RehearsalInvalid) as refused:
        asyncio.run(rehearsal.rehearse(actor, asked, door="http://127.0.0.1:1", clock=now))
    assert refused.value.field == field


def test_a_leadflow_elsewhere_is_not_rehearsed_against(actor):
    asked = Rehearsal(conversations=1)
    with pytest.raises(NotLoopback):
        asyncio.run(rehearsal.rehearse(actor, asked, door="http://192.0.2.1", clock=now))
    assert not any(one.is_active for one in run_as(actor, list_channels).items)


def test_the_mock_has_no_door_to_rehearse_at(actor):
    with pytest.raises(RehearsalInvalid) as refused:
        rehearsal.connect(actor, Provider.MOCK, "http://127.0.0.1:1", name="Sandbox")
    assert "whatsapp_cloud" in refused.value.expected


@pytest.mark.usefixtures("web")
def test_the_sandbox_says_where_it_listens_and_ends_cleanly(actor):
    command = [sys.executable, "-m", "backend.cli", "sandbox", f"--port={free_port()}"]
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline()
            (channel,) = run_as(actor, list_channels).items
            assert channel.is_active
            assert line.endswith("for the channel Sandbox 1.\n")
            assert ledger_at(line.split()[4]) == {"calls": [], "sends": [], "webhooks": []}
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=20)[0]
        assert process.returncode == 0
        assert rest.endswith("The sandbox is over; Sandbox 1 is out of use.\n")
        assert not run_as(actor, list_channels).items[0].is_active


def test_the_command_line_knows_both():
    names = {group.name: group.typer_instance for group in cli.app.registered_groups}
    assert [one.name for one in names["sandbox"].registered_commands] == ["rehearse"]


def free_port():
    return Web().port


def ledger_at(address):
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/ledger")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
