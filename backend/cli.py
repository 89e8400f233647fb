"""The `leadflow` command: start it, look after it, let people and programs in."""

import secrets
import shutil
import sys
from collections.abc import Callable, Generator
from os import getpid
from typing import Annotated

import typer

from backend import adapters_cli, auth, operations, seed, worker
from backend.command_line import WorkspaceChoice, enter, held_database
from backend.keys_cli import key_app, secrets_app
from backend.kit.errors import LeadFlowError, Unavailable
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform import (
    database,
    frontend,
    logging,
    migrations,
    settings,
    supervisor,
    webserver,
)
from backend.platform.row_security import CAN_SEARCH, SEARCHING, let_indexes_search
from backend.platform.settings import (
    AdminSettings,
    ServerSettings,
    load,
)
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work
from backend.replay_cli import replay
from backend.sandbox_cli import sandbox_app

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
user_app = typer.Typer(no_args_is_help=True, help="People who sign in.")
workspace_app = typer.Typer(no_args_is_help=True, help="Customers of LeadFlow, kept apart.")
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="api-key")
app.add_typer(secrets_app, name="secrets")
app.add_typer(workspace_app, name="workspace")
app.add_typer(sandbox_app, name="sandbox")
app.command()(replay)


class Advice(Exception):
    """What `doctor` found to be improved; everything works."""


SupervisedBy = Annotated[int | None, typer.Option(hidden=True)]


def main() -> None:
    """Run one command; a refusal is one sentence and exit code 1, wrong usage is exit code 2."""
    supervisor.leave_on_signals()
    try:
        app()
    except LeadFlowError as error:
        typer.echo(_in_words(error), err=True)
        sys.exit(1)


@app.callback()
def start() -> None:
    """LeadFlow turns WhatsApp conversations into leads."""
    logging.configure()
    settings.load_all()
    for sentence in settings.unknown_variables():
        typer.echo(sentence, err=True)


@app.command()
def up() -> None:
    """Start everything on this machine and keep it running."""
    server = load(ServerSettings)
    supervisor.check_port_is_free(server.host, server.port)
    _build()
    with held_database():
        migrations.upgrade()
        first = _first_start()
        database.dispose()
        supervisor.supervise(
            {name: _command(name) for name in ("web", "worker")},
            is_ready=lambda: supervisor.answers(server.host, server.port),
            when_ready=lambda: _announce(server, first),
        )


@app.command()
def web(
    supervised_by: SupervisedBy = None,
    webhooks_only: Annotated[
        bool, typer.Option("--webhooks-only", help="Take webhooks in and serve nothing else.")
    ] = False,
) -> None:
    """Serve the screens and the API, or with --webhooks-only the providers alone."""
    _be_child(supervised_by)
    server = load(ServerSettings)
    supervisor.check_port_is_free(server.host, server.port)
    if webhooks_only:
        with held_database():
            webserver.serve_receiver(server.host, server.port)
        return
    frontend.ensure_frontend()
    with held_database():
        webserver.serve(server.host, server.port)


@app.command(name="worker")
def run_worker(supervised_by: SupervisedBy = None) -> None:
    """Do the work that waits in the database."""
    _be_child(supervised_by)
    with held_database():
        worker.run()


@app.command()
def build() -> None:
    """Build the screens, unless they are built already."""
    _build()
    typer.echo("The screens are built.")


@app.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    with held_database():
        migrations.upgrade()
    typer.echo("The database has its newest shape.")


@app.command()
def demo() -> None:
    """Plant the demo workspace; what is there already is left as it is."""
    with held_database():
        migrations.upgrade()
        first = _first_start()
    typer.echo(_first_sign_in(first) if first else "The demo workspace is there.")


@app.command()
def doctor(
    adapter: Annotated[
        str | None, typer.Option(help="Check one provider's adapter instead, or `all` of them.")
    ] = None,
) -> None:
    """Check what LeadFlow needs, one line each; exit code 1 when something is missing."""
    if adapter is not None:
        raise typer.Exit(0 if adapters_cli.examine(adapter) else 1)
    server = load(ServerSettings)
    results = [
        _checked("Node.js", frontend.check_node),
        _checked("screens", _frontend_state),
        _checked("port", lambda: _port_state(server)),
        _checked("database", _database_state),
        _checked("search", _search_state),
        _checked("secrets", _secrets_state),
    ]
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    typer.echo(f"{'ok' if browser else '--':4} Chromium: {browser or 'missing (for tests only)'}")
    if not all(results):
        raise typer.Exit(1)


@app.command()
def laws() -> None:
    """Check the laws that always hold; exit code 1 and the offending rows when one does not."""
    with held_database():
        results = _check_laws()
    for law in results:
        typer.echo(f"{'holds ' if law.is_held else 'BROKEN'} {law.code} {law.title}")
        for row in law.offenders:
            typer.echo(f"       {row}")
    if not all(law.is_held for law in results):
        raise typer.Exit(1)


def _check_laws() -> tuple[operations.LawResult, ...]:
    with unit_of_work(SYSTEM) as uow:
        workspaces = auth.workspace_ids(uow)
    return operations.merged(_laws_of(auth.Actor.system(found)) for found in workspaces)


def _laws_of(actor: auth.Actor) -> tuple[operations.LawResult, ...]:
    with unit_of_work(actor) as uow:
        return operations.check_laws(uow, actor)


@user_app.command("create")
def create_user(
    email: Annotated[str, typer.Option(help="What the person signs in with.")],
    name: Annotated[str, typer.Option(help="What colleagues see.")],
    role: Annotated[auth.Role, typer.Option()] = auth.Role.OPERATOR,
    password: Annotated[str | None, typer.Option(help="Made up and printed without it.")] = None,
    workspace: WorkspaceChoice = None,
) -> None:
    """Let a person sign in."""
    chosen = password or secrets.token_urlsafe(12)
    with held_database(), unit_of_work(SYSTEM) as uow:
        given = auth.UserInput(email=email, name=name, password=chosen, role=role)
        auth.create_user(uow, enter(uow, workspace), given)
    typer.echo(f"{email} can sign in." if password else f"{email} can sign in with {chosen}")


@user_app.command("list")
def list_users(workspace: WorkspaceChoice = None) -> None:
    """Show who belongs to a workspace or is invited, one line each."""
    with held_database(), unit_of_work(SYSTEM) as uow:
        people = list(_people(uow, enter(uow, workspace), auth.MemberQuery()))
    for person in people:
        role = "owner" if person.is_owner else person.role.value
        typer.echo(f"{person.state.value:9} {role:9} {person.email} {person.name}".rstrip())


@user_app.command("disable")
def disable_user(
    email: Annotated[str, typer.Option(help="What the person signs in with.")],
    workspace: WorkspaceChoice = None,
) -> None:
    """Shut a person out of a workspace, at once."""
    with held_database(), unit_of_work(SYSTEM) as uow:
        actor = enter(uow, workspace)
        found = _people(uow, actor, auth.MemberQuery(search=email))
        named = [person.id for person in found if person.email.lower() == email.strip().lower()]
        if not named:
            message = f"nobody signs in as {email} here"
            raise auth.NoMember(message)
        auth.disable_user(uow, actor, named[0])
    typer.echo(f"{email} is shut out.")


@workspace_app.command("create")
def create_workspace(
    name: Annotated[str, typer.Option(help="What its people call it.")],
    timezone: Annotated[str, typer.Option(help="An IANA name; days follow it.")] = "UTC",
    currency: Annotated[str, typer.Option(help="An ISO 4217 code.")] = "USD",
) -> None:
    """Make an empty workspace and print its id; its first admin will own it."""
    with held_database(), unit_of_work(SYSTEM) as uow:
        made = auth.create_workspace(uow, name=name, timezone=timezone, currency=currency)
        subject, actor = f"workspace:{made.id}", auth.Actor.system(made.id)
        auth.record_audit(uow, actor, auth.AuditAction.WORKSPACE_CREATED, subject=subject)
    typer.echo(made.id)


@user_app.command("reset-password")
def reset_password(
    email: Annotated[str, typer.Option(help="What the person signs in with.")],
) -> None:
    """Print a link with which the person sets a new password, once and within an hour."""
    with held_database(), unit_of_work(SYSTEM) as uow:
        token = auth.password_reset_for(uow, email)
    typer.echo(f"{_address(load(ServerSettings))}{auth.reset_path(token)}")


@user_app.command("reset-second-factor")
def reset_second_factor(
    email: Annotated[str, typer.Option(help="What the person signs in with.")],
) -> None:
    """Let the person sign in with the password alone."""
    with held_database(), unit_of_work(SYSTEM) as uow:
        auth.drop_second_factor(uow, email)
    typer.echo(f"{email} signs in with the password alone.")


def _people(
    uow: UnitOfWork, actor: auth.Actor, query: auth.MemberQuery
) -> Generator[auth.MemberView]:
    page = PageRequest(limit=MAX_LIMIT)
    while True:
        found = auth.list_members(uow, actor, query, page)
        yield from found.items
        if found.next_cursor is None:
            return
        page = PageRequest(limit=MAX_LIMIT, cursor=found.next_cursor)


def _build() -> None:
    if not frontend.is_built():
        typer.echo("Building the screens, which takes a minute the first time ...")
    frontend.ensure_frontend()


def _be_child(supervisor_id: int | None) -> None:
    if supervisor_id is not None:
        supervisor.die_with_parent(supervisor_id)


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "backend.cli", name, f"--supervised-by={getpid()}"]


def _first_start() -> auth.FirstAdmin | None:
    admin = load(AdminSettings)
    password = admin.admin_password.get_secret_value() if admin.admin_password else None
    with unit_of_work(SYSTEM) as uow:
        first = auth.ensure_first_admin(uow, email=admin.admin_email, password=password)
        seed.plant_demo(uow)
    return first


def _address(server: ServerSettings) -> str:
    local = f"http://{supervisor.reachable(server.host)}:{server.port}"
    return server.public_url or local


def _announce(server: ServerSettings, first: auth.FirstAdmin | None) -> None:
    typer.echo(f"LeadFlow is running at {_address(server)}")
    if first:
        typer.echo(_first_sign_in(first))
    typer.echo("Press Ctrl-C to stop.")


def _first_sign_in(first: auth.FirstAdmin) -> str:
    password = first.password or "the password in LEADFLOW_ADMIN_PASSWORD"
    return f"Sign in as {first.email} with {password} (shown this once)"


def _checked(subject: str, check: Callable[[], str]) -> bool:
    try:
        typer.echo(f"ok   {subject}: {check()}")
    except Advice as advice:
        typer.echo(f"--   {subject}: {advice}")
    except LeadFlowError as error:
        typer.echo(f"bad  {subject}: {_in_words(error)}")
        return False
    return True


def _frontend_state() -> str:
    return "built" if frontend.is_built() else "built at the next start"


def _port_state(server: ServerSettings) -> str:
    if supervisor.answers(server.host, server.port):
        return f"LeadFlow answers on {server.port}"
    supervisor.check_port_is_free(server.host, server.port)
    return f"{server.port} is free"


def _search_state() -> str:
    with held_database(), unit_of_work(SYSTEM) as uow:
        if uow.execute(CAN_SEARCH, {"functions": list(SEARCHING)}).scalar_one():
            return "uses its indexes"
    statements = "; ".join(let_indexes_search())
    message = f"right, but slow for many messages until a superuser says: {statements}"
    raise Advice(message)


def _database_state() -> str:
    with held_database():
        return "up to date" if migrations.is_at_head() else "migrated at the next start"


def _secrets_state() -> str:
    with held_database():
        if not migrations.is_at_head():
            return "looked at once the database is migrated"
        status = auth.secrets_status()
    if status.unopened:
        message = f"{status.unopened} secrets cannot be opened by any key"
        raise Unavailable(message, expected="every key that sealed one in LEADFLOW_SECRET_KEYS")
    if old := status.old_and_needed:
        ids = ", ".join(key.key_id for key in old)
        message = f"old keys are still needed ({ids}); run `leadflow secrets rotate`"
        raise Advice(message)
    return "every one is sealed with the first key"


def _in_words(error: LeadFlowError) -> str:
    sentence = error.message.rstrip(".")
    if error.expected and error.expected not in sentence:
        sentence = f"{sentence}; expected {error.expected}"
    return f"{sentence[:1].upper() if sentence[:1].islower() else sentence[:1]}{sentence[1:]}."


if __name__ == "__main__":
    main()
