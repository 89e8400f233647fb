"""Letting people in from the machine that LeadFlow runs on."""

import pytest

from backend import auth, cli
from backend.auth import NoAccount
from tests.auth.at_the_door import EMAIL, add_second_factor, sign_in
from tests.factories import create_user, run_as

NEW = "seven green bicycles"


@pytest.fixture
def ana(actor):
    return run_as(actor, create_user, email=EMAIL)


@pytest.mark.usefixtures("ana")
def test_a_link_is_printed_under_the_public_address(monkeypatch, capsys):
    monkeypatch.setenv("LEADFLOW_PUBLIC_URL", "https://leads.example.com")
    cli.reset_password(EMAIL)
    address, _, token = capsys.readouterr().out.strip().partition("?token=")
    assert address == "https://leads.example.com/auth/reset"
    auth.reset_password(token=token, password=NEW)
    assert isinstance(sign_in(password=NEW), auth.SignedIn)


def test_a_second_factor_is_taken_away(ana, capsys):
    add_second_factor(ana)
    cli.reset_second_factor(EMAIL)
    assert "password alone" in capsys.readouterr().out
    assert isinstance(sign_in(), auth.SignedIn)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("command", [cli.reset_password, cli.reset_second_factor])
def test_nobody_is_let_in_as_nobody(command):
    with pytest.raises(NoAccount, match="nobody signs in as"):
        command("nobody@leadflow.example")
