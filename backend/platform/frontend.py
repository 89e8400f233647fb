"""The compiled screens: built once, reused until their sources change.

The build is done by Reflex in a process of its own, with the Node.js of the virtual environment.
Reflex writes the server's address into the JavaScript; here that address is replaced by the one
the page was loaded from, so that one build serves every host name and port. And it has the browser
run what the server sends as a script; here the browser is taught to read notices instead, so that
the content policy can forbid `eval`.
"""

import fcntl
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from backend.platform.errors import SetupError
from backend.platform.settings import PROJECT_ROOT

BUILT_ADDRESS = "http://localhost:8000"
WEB = PROJECT_ROOT / ".web"
STATIC = WEB / "build" / "client"
MARKER = WEB / "build" / "leadflow.fingerprint"
# Reflex empties its own directory now and then; what must outlive that is kept beside it.
WORKSHOP = PROJECT_ROOT / ".build"
LOG = WORKSHOP / "frontend.log"
MINIMUM_NODE = (22, 22)
FAILURE_WORDS = ("error", "Error", "failed", "npm ERR")
# npm ends with where its own log is, and begins each line of it with its level.
POINTERS = ("complete log of this run", "npm verbose", "npm silly")
_BAKED = re.compile(
    r"""(?P<quote>["'`])(?P<scheme>http|ws)://localhost:8000(?P<path>/[\w/-]*)(?P=quote)"""
)
# How a notice (`rx.toast`) comes from the server: `(() => (refs['__toast']?.["info"]("Saved")))`.
_EVALUATED = "eval(event.payload.function)()"
_LEVEL = r"""(?:\?\.\["(error|info|loading|success|warning)"\])?"""
READ_NOTICE = (
    rf"""(said=>{{const notice=/^\(\(\) => \(refs\['__toast'\]{_LEVEL}\(([^]*)\)\)\)$/"""
    r""".exec(said);if(!notice)throw Error("a server may send notices, and no scripts");"""
    r"""const tokens=/\["(\w+)"\] :|("(?:[^"\\]|\\.)*")|[()]/g,"""
    r"""json=notice[2].replace(tokens,(_,name,text)=>name?`"${name}":`:text??""),"""
    r"""toast=refs["__toast"],show=notice[1]?toast?.[notice[1]]:toast;"""
    r"""return show?.(...JSON.parse(`[${json}]`))})"""
)


def ensure_frontend() -> None:
    """Build the screens unless they are built already; raises `SetupError` in one sentence."""
    if is_built():
        return
    check_node()
    with _turn():
        if is_built():
            return
        MARKER.unlink(missing_ok=True)
        _build()
        MARKER.write_text(fingerprint())


def is_built() -> bool:
    """Tell whether the build at hand was made from the sources at hand."""
    return (
        MARKER.exists() and (STATIC / "index.html").exists() and MARKER.read_text() == fingerprint()
    )


def fingerprint() -> str:
    """Return a hash over everything that the build is made from."""
    digest = hashlib.sha256(importlib.metadata.version("reflex").encode())
    for path in sorted(_sources()):
        digest.update(f"\n{path.relative_to(PROJECT_ROOT)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """Return our environment as Reflex needs it: Node.js found, nobody called at home."""
    programs = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return os.environ | {
        "PATH": os.pathsep.join(programs),
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(WORKSHOP / "reflex"),
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_update_notifier": "false",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
    }


def serving_environment() -> dict[str, str]:
    """Return what a web process needs to serve the build as it is, without compiling again."""
    return environment() | {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }


def check_node() -> str:
    """Return the version of Node.js that builds the screens; raises `SetupError` without one."""
    path = environment()["PATH"]
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    version = _said_by(node, "--version") if node and npm else ""
    found = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if found < MINIMUM_NODE:
        wanted = ".".join(map(str, MINIMUM_NODE))
        message = f"Node.js {wanted} or newer with npm is missing; `make setup` brings it along."
        raise SetupError(message)
    return version.removeprefix("v")


def serve_from_any_origin(static: Path) -> None:
    """Let the built screens talk to the origin they were loaded from; `rxconfig.py` calls this.

    Raises `SetupError` when the address is not found where Reflex is known to write it, because
    such a build would work at one address only.
    """
    replaced: set[str] = set()
    for script in static.rglob("*.js"):
        source = script.read_text()
        replaced.update(match["path"] for match in _BAKED.finditer(source))
        changed = _BAKED.sub(_at_run_time, source)
        if changed != source:
            script.write_text(changed)
        if f"//{BUILT_ADDRESS.partition('//')[2]}" in changed:
            message = f"the built screens are tied to {BUILT_ADDRESS} in {script.name}."
            raise SetupError(message)
    if "/_event" not in replaced:
        message = "the built screens do not name the address of their events."
        raise SetupError(message)


def read_notices_without_eval(static: Path) -> None:
    """Let the built screens show the server's notices without running them as a script.

    Raises `SetupError` when Reflex runs them elsewhere than it is known to.
    """
    found = [path for path in static.rglob("*.js") if _EVALUATED in path.read_text()]
    if not found:
        message = "the built screens do not show notices where they are known to."
        raise SetupError(message)
    for script in found:
        reading = f"{READ_NOTICE}(event.payload.function)"
        script.write_text(script.read_text().replace(_EVALUATED, reading))


def _at_run_time(baked: re.Match[str]) -> str:
    to_socket = ".replace(/^http/,`ws`)" if baked["scheme"] == "ws" else ""
    return f"(location.origin{to_socket}+`{baked['path']}`)"


def _sources() -> Iterable[Path]:
    yield PROJECT_ROOT / "rxconfig.py"
    yield Path(__file__)
    for folder in ("leadflow_app", "assets", "reflex.lock"):
        for path in (PROJECT_ROOT / folder).rglob("*"):
            is_made = "__pycache__" in path.parts or "external" in path.parts
            if path.is_file() and not is_made:
                yield path


def _build() -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    variables = environment() | _registry()
    with LOG.open("w") as log:
        ended = subprocess.run(  # noqa: S603  our own program, arguments without a shell
            command,
            cwd=PROJECT_ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode != 0 or not (STATIC / "index.html").exists():
        message = f"the screens could not be built: {_reason()} (all of it is in {LOG})"
        raise SetupError(message)


def _registry() -> dict[str, str]:
    """Name the registry that npm is set to, or Reflex would ask two of them which is nearer."""
    npm = shutil.which("npm", path=environment()["PATH"])
    registry = _said_by(npm, "config", "get", "registry") if npm else ""
    return {"NPM_CONFIG_REGISTRY": registry} if registry.startswith("http") else {}


def _said_by(program: str | None, *arguments: str) -> str:
    if program is None:
        return ""
    try:
        ended = subprocess.run(  # noqa: S603  found on our own path
            [program, *arguments],
            cwd=PROJECT_ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return ended.stdout.strip()


def _reason() -> str:
    lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines() if line.strip()]
    telling = [
        line
        for line in lines
        if any(word in line for word in FAILURE_WORDS)
        and not any(word in line for word in POINTERS)
    ]
    return (telling or lines or ["the build said nothing"])[-1]


@contextmanager
def _turn() -> Generator[None]:
    """Build one at a time."""
    try:
        WORKSHOP.mkdir(exist_ok=True)
        lock = (WORKSHOP / "frontend.lock").open("w")
    except OSError as error:
        message = f"the screens cannot be built in {PROJECT_ROOT}: {error.strerror}."
        raise SetupError(message) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
