"""Serve the compiled screens and the API from one process on one port."""

import importlib
import os
from collections.abc import Callable
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from backend.platform import content_policy, frontend
from backend.platform.hardening import guarded
from backend.platform.settings import PROJECT_ROOT, DataSettings, load
from backend.platform.supervisor import die_with_parent

# The screens stand above this package, so they are named here, not imported.
APPLICATION = "leadflow_app.leadflow_app:app"
KILL_SECONDS = 4
# Not to handlers of its own, but through ours, which take secrets out.
GRANIAN_LOGS = {"loggers": {"_granian": {"propagate": True}}}


def serve(host: str, port: int) -> None:
    """Serve until a signal comes; the build must be there (`frontend.ensure_frontend`)."""
    data_dir = str(load(DataSettings).data_dir)
    os.environ.update(frontend.serving_environment() | {"LEADFLOW_DATA_DIR": data_dir})
    os.chdir(PROJECT_ROOT)
    server = Server(
        target=APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        log_level=LogLevels.warning,
        log_dictconfig=GRANIAN_LOGS,
        workers_kill_timeout=KILL_SECONDS,
    )
    server.serve(target_loader=_load)


def _load(target: str) -> Callable[..., Any]:
    """Make the ASGI application with its front, inside the serving process."""
    die_with_parent()
    module, _, name = target.partition(":")
    application = getattr(importlib.import_module(module), name)()
    return guarded(application, screens=content_policy.of_screens(frontend.STATIC))
