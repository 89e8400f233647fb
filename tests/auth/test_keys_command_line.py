"""Keys from the command line of the machine."""

import contextlib

import pytest
import typer
from cryptography.fernet import Fernet

from backend import auth, cli, keys_cli
from backend.auth import NoApiKey
from backend.channels import Provider
from backend.platform.secrets import key_id, put_new_key_first, secret_keys
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import WHATSAPP_CREDENTIALS, create_channel, run_as


@pytest.fixture
def key(actor):
    return run_as(actor, auth.create_api_key, name="CRM", scopes=frozenset({"all"}))


@pytest.fixture
def sealed_channel(actor, monkeypatch, tmp_path):
    """Connect a channel, with the keys in a data directory of its own."""
    monkeypatch.setenv("LEADFLOW_DATA_DIR", str(tmp_path))
    return run_as(
        actor, create_channel, provider=Provider.WHATSAPP_CLOUD, credentials=WHATSAPP_CREDENTIALS
    )


def lose(actor, channel):
    """Write what no key opens in the place of a channel's credentials."""
    statement = "UPDATE channel SET credentials = 'lost' WHERE id = :id"
    run_as(actor, lambda uow, _: uow.execute(statement, {"id": channel.id}))


def holder(key):
    with unit_of_work(SYSTEM) as uow:
        return auth.actor_for_api_key(uow, key.key)


def test_keys_are_listed_without_their_secrets(key, capsys):
    keys_cli.list_api_keys()
    holder(key)
    keys_cli.list_api_keys()
    unused, used = capsys.readouterr().out.splitlines()
    assert unused.split() == [key.prefix, "active", "never", "CRM"]
    assert used.split()[2].startswith("20")
    assert key.key not in used


@pytest.mark.parametrize("named", [lambda key: key.prefix, lambda key: str(key.id)])
def test_a_key_is_revoked_by_its_beginning_or_its_id(key, named):
    keys_cli.revoke_api_key(named(key))
    assert holder(key) is None


@pytest.mark.parametrize("name", ["lf_live_", "CRM", ""])
def test_nothing_else_names_a_key(key, name):
    with pytest.raises(NoApiKey):
        keys_cli.revoke_api_key(name)
    assert holder(key)


def test_a_fresh_key_is_printed_alone(capsys):
    keys_cli.print_new_key()
    assert Fernet(capsys.readouterr().out.strip())


@pytest.mark.usefixtures("sealed_channel")
def test_a_rotation_is_done_and_told_step_by_step(capsys):
    (old,) = secret_keys()
    keys_cli.show_secrets()
    put_new_key_first()
    keys_cli.show_secrets()
    keys_cli.rotate_secrets()
    keys_cli.rotate_secrets(drop_old=True)
    (new,) = secret_keys()
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said == [
        f"{key_id(old)} seals 1",
        f"{key_id(new)} seals 0",
        f"{key_id(old)} still needed 1",
        "1 sealed anew",
        f"{key_id(new)} seals 1",
        f"{key_id(old)} not needed 0",
        "0 sealed anew",
        f"{key_id(old)} forgotten",
        f"{key_id(new)} seals 1",
    ]


def test_a_secret_that_cannot_be_opened_is_told_of(actor, sealed_channel, capsys):
    lose(actor, sealed_channel)
    with pytest.raises(typer.Exit) as ended:
        keys_cli.show_secrets()
    assert ended.value.exit_code == 1
    assert "1 secrets cannot be opened" in capsys.readouterr().out


@pytest.mark.usefixtures("sealed_channel")
def test_the_doctor_says_when_an_old_key_is_still_needed(capsys):
    (old,) = secret_keys()
    for is_needed in (False, True):
        with contextlib.suppress(typer.Exit):  # what else the machine lacks is not the question
            cli.doctor()
        said = capsys.readouterr().out
        assert (f"--   secrets: old keys are still needed ({key_id(old)})" in said) == is_needed
        assert ("ok   secrets" in said) != is_needed
        put_new_key_first()


def test_the_doctor_says_when_a_secret_cannot_be_opened(actor, sealed_channel, capsys):
    lose(actor, sealed_channel)
    with pytest.raises(typer.Exit):
        cli.doctor()
    assert "bad  secrets: 1 secrets cannot be opened" in capsys.readouterr().out
