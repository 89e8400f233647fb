"""The `leadflow` command: start it, look after it, let people and programs in."""

import secrets
import shutil
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from os import getpid
from typing import Annotated

import typer

from backend import auth, operations, seed, worker
from backend.kit.errors import LeadFlowError
from backend.platform import (
    database,
    frontend,
    logging,
    migrations,
    queue,
    settings,
    supervisor,
    webserver,
)
from backend.platform.embedded_postgres import embedded_server
from backend.platform.settings import (
    AdminSettings,
    DatabaseSettings,
    DataSettings,
    ServerSettings,
    load,
)
from backend.platform.unit_of_work import SYSTEM, unit_of_work

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
user_app = typer.Typer(no_args_is_help=True, help="People who sign in.")
key_app = typer.Typer(no_args_is_help=True, help="Keys for programs that call the API.")
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="api-key")

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
    with _database():
        migrations.upgrade()
        first = _first_start()
        database.dispose()
        supervisor.supervise(
            {name: _command(name) for name in ("web", "worker")},
            is_ready=lambda: supervisor.answers(server.host, server.port),
            when_ready=lambda: _announce(server, first),
        )


@app.command()
def web(supervised_by: SupervisedBy = None) -> None:
    """Serve the screens and the API."""
    _be_child(supervised_by)
    server = load(ServerSettings)
    supervisor.check_port_is_free(server.host, server.port)
    frontend.ensure_frontend()
    with _database():
        webserver.serve(server.host, server.port)


@app.command(name="worker")
def run_worker(supervised_by: SupervisedBy = None) -> None:
    """Do the work that waits in the database."""
    _be_child(supervised_by)
    with _database():
        worker.run()


@app.command()
def build() -> None:
    """Build the screens, unless they are built already."""
    _build()
    typer.echo("The screens are built.")


@app.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    with _database():
        migrations.upgrade()
    typer.echo("The database has its newest shape.")


@app.command()
def demo() -> None:
    """Plant the demo workspace; what is there already is left as it is."""
    with _database():
        migrations.upgrade()
        first = _first_start()
    typer.echo(_first_sign_in(first) if first else "The demo workspace is there.")


@app.command()
def doctor() -> None:
    """Check what LeadFlow needs, one line each; exit code 1 when something is missing."""
    server = load(ServerSettings)
    results = [
        _checked("Node.js", frontend.check_node),
        _checked("screens", _frontend_state),
        _checked("port", lambda: _port_state(server)),
        _checked("database", _database_state),
    ]
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    typer.echo(f"{'ok' if browser else '--':4} Chromium: {browser or 'missing (for tests only)'}")
    if not all(results):
        raise typer.Exit(1)


@app.command()
def laws() -> None:
    """Check the laws that always hold; exit code 1 and the offending rows when one does not."""
    with _database():
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
) -> None:
    """Let a person sign in."""
    chosen = password or secrets.token_urlsafe(12)
    with _database(), unit_of_work(SYSTEM) as uow:
        actor = auth.Actor.system(auth.sole_workspace(uow).id)
        given = auth.UserInput(email=email, name=name, password=chosen, role=role)
        auth.create_user(uow, actor, given)
    typer.echo(f"{email} can sign in." if password else f"{email} can sign in with {chosen}")


@key_app.command("create")
def create_api_key(
    name: Annotated[str, typer.Option(help="Who uses the key.")],
    scope: Annotated[list[str], typer.Option(help="What it may do; `all` for everything.")],
    more_scopes: Annotated[list[str] | None, typer.Argument(metavar="[SCOPE]...")] = None,
) -> None:
    """Make an API key and print it, alone, this once."""
    scopes = frozenset((*scope, *(more_scopes or ())))
    with _database(), unit_of_work(SYSTEM) as uow:
        actor = auth.Actor.system(auth.sole_workspace(uow).id)
        created = auth.create_api_key(uow, actor, name=name, scopes=scopes)
    typer.echo(created.key)


@contextmanager
def _database() -> Generator[None]:
    """Hold the embedded server, if it is ours to run, for as long as a command needs it."""
    if load(DatabaseSettings).database_url:
        yield
        return
    with embedded_server(load(DataSettings).data_dir):
        try:
            yield
        finally:
            queue.dispose()
            database.dispose()


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


def _announce(server: ServerSettings, first: auth.FirstAdmin | None) -> None:
    local = f"http://{supervisor.reachable(server.host)}:{server.port}"
    typer.echo(f"LeadFlow is running at {server.public_url or local}")
    if first:
        typer.echo(_first_sign_in(first))
    typer.echo("Press Ctrl-C to stop.")


def _first_sign_in(first: auth.FirstAdmin) -> str:
    password = first.password or "the password in LEADFLOW_ADMIN_PASSWORD"
    return f"Sign in as {first.email} with {password} (shown this once)"


def _checked(subject: str, check: Callable[[], str]) -> bool:
    try:
        typer.echo(f"ok   {subject}: {check()}")
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


def _database_state() -> str:
    with _database():
        return "up to date" if migrations.is_at_head() else "migrated at the next start"


def _in_words(error: LeadFlowError) -> str:
    sentence = error.message.rstrip(".")
    if error.expected and error.expected not in sentence:
        sentence = f"{sentence}; expected {error.expected}"
    return f"{sentence[:1].upper() if sentence[:1].islower() else sentence[:1]}{sentence[1:]}."


if __name__ == "__main__":
    main()
