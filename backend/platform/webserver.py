"""Serve the compiled screens and the API from one process on one port."""

import importlib
import os
import resource
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from backend.platform import content_policy, frontend
from backend.platform.hardening import guarded
from backend.platform.settings import PROJECT_ROOT, DataSettings, load
from backend.platform.supervisor import die_with_parent

# Both stand above this package, so they are named here, not imported.
SCREENS = "leadflow_app.leadflow_app:app"
RECEIVER = "backend.app:receiver"
KILL_SECONDS = 4
# Requests that are under way at once; who comes later waits at the socket and hears nothing.
MAX_CONNECTIONS = 4_096
# What a connection needs, and as many again for everything else that is a file.
MAX_FILES = 2 * MAX_CONNECTIONS
# Not to handlers of its own, but through ours, which take secrets out.
GRANIAN_LOGS = {"loggers": {"_granian": {"propagate": True}}}


def serve(host: str, port: int) -> None:
    """Serve until a signal comes; the build must be there (`frontend.ensure_frontend`)."""
    data_dir = str(load(DataSettings).data_dir)
    os.environ.update(frontend.serving_environment() | {"LEADFLOW_DATA_DIR": data_dir})
    os.chdir(PROJECT_ROOT)
    _serve(SCREENS, host, port)


def serve_receiver(host: str, port: int) -> None:
    """Take webhooks in until a signal comes; needs no build."""
    _serve(RECEIVER, host, port)


def _serve(target: str, host: str, port: int) -> None:
    server = Server(
        target=target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        backlog=MAX_CONNECTIONS,
        backpressure=MAX_CONNECTIONS,
        log_level=LogLevels.warning,
        log_dictconfig=GRANIAN_LOGS,
        workers_kill_timeout=KILL_SECONDS,
    )
    server.serve(target_loader=_load)


def _load(target: str) -> Callable[..., Any]:
    """Make the ASGI application with its front, inside the serving process."""
    die_with_parent()
    _allow_files()
    module, _, name = target.partition(":")
    application = getattr(importlib.import_module(module), name)()
    is_built = target == SCREENS
    screens = content_policy.of_screens(frontend.STATIC) if is_built else content_policy.CLOSED
    return guarded(application, screens=screens)


def _allow_files() -> None:
    """Have a file for each connection: what a shell allows at first is less."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if most == resource.RLIM_INFINITY else min(most, MAX_FILES)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
