"""Accounts from the command line of the machine."""

from functools import partial

import pytest

from backend import auth, cli, keys_cli
from backend.auth import Actor, MemberState, NoMember, NoWorkspace, Role, SeveralWorkspaces
from backend.kit.errors import LeadFlowError
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.people import sign_in_as
from tests.factories import create_user, create_workspace, run_as

BO = "bo@leadflow.example"


@pytest.fixture
def elsewhere(actor):
    """Make another workspace."""
    assert actor
    with unit_of_work(SYSTEM) as uow:
        return create_workspace(uow)


def test_people_are_listed_a_line_each(owner, capsys):
    run_as(owner, create_user, email=BO)
    run_as(owner, auth.invite, email="ines@leadflow.example", role=Role.VIEWER)
    cli.list_users()
    lines = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["active", "owner", "olga@leadflow.example"],
        ["active", "operator", BO],
        ["invited", "viewer", "ines@leadflow.example"],
    ]


def test_a_person_is_shut_out_by_address(owner, capsys):
    person = run_as(owner, create_user, email=BO)
    run_as(owner, create_user, email=f"not-{BO}")
    token = sign_in_as(person)
    cli.disable_user(email=" BO@leadflow.example ")
    assert "shut out" in capsys.readouterr().out
    assert run_as(owner, auth.get_member, person.user_id).state is MemberState.DISABLED
    with unit_of_work(SYSTEM) as uow:
        assert auth.actor_for_session(uow, token) is None


@pytest.mark.parametrize("email", ["nobody@leadflow.example", "o@leadflow.example", "%"])
def test_nobody_else_is_shut_out(owner, email):
    run_as(owner, create_user, email=BO)
    with pytest.raises(NoMember):
        cli.disable_user(email=email)


def test_a_new_workspace_is_filled_from_the_command_line(owner, capsys):
    cli.create_workspace(name="Bakery", timezone="Europe/Lisbon", currency="EUR")
    workspace_id = capsys.readouterr().out.strip()
    cli.create_user(email=BO, name="Bo", role=Role.ADMIN, workspace=workspace_id)
    cli.list_users(workspace="bakery")
    assert f"owner     {BO} Bo" in capsys.readouterr().out
    keys_cli.create_api_key(name="CRM", scope=["all"], workspace="Bakery")
    key = capsys.readouterr().out.strip()
    with unit_of_work(SYSTEM) as uow:
        made = auth.actor_for_api_key(uow, key)
    assert str(made.workspace_id) == workspace_id
    assert run_as(Actor.system(made.workspace_id), auth.get_workspace).timezone == "Europe/Lisbon"
    assert made.workspace_id != owner.workspace_id


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "A", "currency": "eur"}])
@pytest.mark.usefixtures("database")
def test_a_workspace_that_cannot_be_is_refused(wrong):
    with pytest.raises(LeadFlowError):
        cli.create_workspace(**wrong)


COMMANDS = {
    "user list": cli.list_users,
    "user disable": partial(cli.disable_user, email=BO),
    "user create": partial(cli.create_user, email=BO, name="Bo"),
    "api-key create": partial(keys_cli.create_api_key, name="CRM", scope=["all"]),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_of_several_workspaces_one_has_to_be_named(owner, elsewhere, command):
    assert owner
    with pytest.raises(SeveralWorkspaces, match=elsewhere.name):
        command()
    with pytest.raises(NoWorkspace):
        command(workspace="nobody's")
