"""Commands about keys: those that programs call the API with, and those that seal secrets."""

from collections.abc import Generator
from typing import Annotated
from uuid import UUID

import typer

from backend import auth
from backend.command_line import WorkspaceChoice, enter, held_database
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.key_file import new_key
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work

NEVER = "never"

key_app = typer.Typer(no_args_is_help=True, help="Keys for programs that call the API.")
secrets_app = typer.Typer(no_args_is_help=True, help="The keys that seal secrets at rest.")


@key_app.command("create")
def create_api_key(
    name: Annotated[str, typer.Option(help="Who uses the key.")],
    scope: Annotated[list[str], typer.Option(help="What it may do; `all` for everything.")],
    more_scopes: Annotated[list[str] | None, typer.Argument(metavar="[SCOPE]...")] = None,
    workspace: WorkspaceChoice = None,
) -> None:
    """Make an API key and print it, alone, this once."""
    scopes = frozenset((*scope, *(more_scopes or ())))
    with held_database(), unit_of_work(SYSTEM) as uow:
        created = auth.create_api_key(uow, enter(uow, workspace), name=name, scopes=scopes)
    typer.echo(created.key)


@key_app.command("list")
def list_api_keys(workspace: WorkspaceChoice = None) -> None:
    """Show the keys of a workspace, one line each, without their secrets."""
    with held_database(), unit_of_work(SYSTEM) as uow:
        keys = list(_keys(uow, enter(uow, workspace)))
    for key in keys:
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}Z" if key.last_used_at else NEVER
        typer.echo(f"{key.prefix:16} {key.state.value:7} {used:17} {key.name}")


@key_app.command("revoke")
def revoke_api_key(
    key: Annotated[str, typer.Argument(help="How it begins, as the list shows it, or its id.")],
    workspace: WorkspaceChoice = None,
) -> None:
    """End an API key, at once."""
    with held_database(), unit_of_work(SYSTEM) as uow:
        actor = enter(uow, workspace)
        auth.revoke_api_key(uow, actor, _named(uow, actor, key))
    typer.echo(f"{key} opens nothing any more.")


@secrets_app.command("new-key")
def print_new_key() -> None:
    """Print a fresh key for LEADFLOW_SECRET_KEYS; nothing is changed."""
    typer.echo(new_key())


@secrets_app.command("status")
def show_secrets() -> None:
    """Say which keys are needed, by their ids; exit code 1 when a secret cannot be opened."""
    with held_database():
        status = auth.secrets_status()
    _tell(status)
    if status.unopened:
        raise typer.Exit(1)


@secrets_app.command("rotate")
def rotate_secrets(
    with_new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a new key in the data directory first.")
    ] = False,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Then forget the keys that nothing needs.")
    ] = False,
) -> None:
    """Seal every secret with the first key; it may be stopped anywhere and started again."""
    with held_database():
        rotation = auth.rotate_secrets(with_new_key=with_new_key, drop_old=drop_old)
    typer.echo(f"{rotation.resealed} sealed anew")
    if rotation.broken:
        typer.echo(f"{rotation.broken} left as they are, because they do not open in their place")
    for key_id in rotation.dropped:
        typer.echo(f"{key_id} forgotten")
    _tell(rotation.status)


def _tell(status: auth.SecretsStatus) -> None:
    for key in status.keys:
        need = "seals" if key.is_sealing else "still needed" if key.is_needed else "not needed"
        typer.echo(f"{key.key_id} {need:12} {key.values}")
    if status.unopened:
        typer.echo(f"{status.unopened} secrets cannot be opened by any of these keys")


def _named(uow: UnitOfWork, actor: auth.Actor, name: str) -> UUID:
    for key in _keys(uow, actor):
        if name in {str(key.id), key.prefix}:
            return key.id
    message = f"no API key here begins with {name}"
    raise auth.NoApiKey(message)


def _keys(uow: UnitOfWork, actor: auth.Actor) -> Generator[auth.ApiKeyView]:
    page = PageRequest(limit=MAX_LIMIT)
    while True:
        found = auth.list_api_keys(uow, actor, page)
        yield from found.items
        if found.next_cursor is None:
            return
        page = PageRequest(limit=MAX_LIMIT, cursor=found.next_cursor)
