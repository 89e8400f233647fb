"""`leadflow doctor --adapter`: what is offered, what was checked, and the exit code."""

from dataclasses import replace

import pytest
import typer

from backend import adapters_cli, cli
from backend.channels import ChannelInvalid, Verdict


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def test_the_doctor_says_what_an_adapter_offers_and_how_it_did(capsys):
    with pytest.raises(typer.Exit) as ended:
        cli.doctor(adapter="twilio")
    said = lines(capsys)
    assert ended.value.exit_code == 0
    assert said[0] == "twilio"
    assert "     offered     send_text" in said
    assert "     not offered look_up" in said
    assert "ok   a changed byte of the body is a forgery" in said
    assert not [line for line in said if line.startswith("bad")]


def test_what_a_provider_cannot_do_is_not_asked(capsys):
    assert adapters_cli.examine("mock")
    assert "--   its own delivery is genuine: not with this provider" in lines(capsys)


def test_all_adapters_are_examined(capsys):
    assert adapters_cli.examine("all")
    assert {"mock", "whatsapp_cloud", "twilio"} <= set(lines(capsys))


def test_a_failure_is_told_and_fails(capsys, monkeypatch):
    passed = Verdict("every status is read", is_asked=True, findings=())
    failed = replace(passed, findings=("read is heard as sent",))
    monkeypatch.setattr(adapters_cli, "check_adapter", lambda _: (failed,))
    with pytest.raises(typer.Exit) as ended:
        cli.doctor(adapter="twilio")
    assert ended.value.exit_code == 1
    assert lines(capsys)[-2:] == ["bad  every status is read", "       read is heard as sent"]


def test_an_adapter_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ChannelInvalid) as refused:
        adapters_cli.examine("telegraph")
    assert refused.value.message == "there is no adapter telegraph"
    assert "twilio" in refused.value.expected
