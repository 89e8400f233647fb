"""A slice is entered through its door; what is behind the door is its own business."""

from collections.abc import Iterator, Mapping

import pytest

from tests.architecture._source import (
    PRODUCT,
    Finding,
    Source,
    expect_none,
    imports,
    is_driver,
    slices,
    sources,
    used_names,
)

DRIVEN_BY = frozenset({"backend.app", "backend.rest", "backend.worker"})
PLUMBING_OF_SCREENS = frozenset({"live", "unit_of_work"})

Slices = Mapping[str, frozenset[str]]


def entered(source: Source, known: Slices) -> Iterator[Finding]:
    """Find where a file reaches behind the door of a slice that it does not belong to."""
    reached = {(entry.target, entry.node) for entry in imports(source)} | set(used_names(source))
    for target, node in reached:
        root, name, module, *_ = [*target.split("."), "", ""]
        is_private = root == "backend" and module in known.get(name, ())
        if is_private and not _may_enter(source.module, name, module):
            yield source.finding(node, f"reaches behind the door of backend.{name}: {module}")


def _may_enter(importer: str, name: str, module: str) -> bool:
    is_inside = f"{importer}.".startswith(f"backend.{name}.")
    is_table = importer == "backend.tables" and module == "models"
    # What a route needs to know of its caller is a matter of routes, and no use case's.
    is_among_routes = importer.endswith((".api", "_api")) and module == "api"
    is_driven = importer in DRIVEN_BY and is_driver(module)
    return is_inside or is_table or is_among_routes or is_driven


def plumbing_used(source: Source) -> Iterator[Finding]:
    """Find where a screen uses more of the platform than a transaction and the live feed.

    The module that makes the application is an entry point, and may do what those do.
    """
    if source.module == "leadflow_app.leadflow_app":
        return
    for entry in imports(source):
        root, name, module, *_ = [*entry.target.split("."), "", ""]
        is_plumbing = (root, name) == ("backend", "platform") and module
        if is_plumbing and module not in PLUMBING_OF_SCREENS:
            yield source.finding(entry.node, f"uses backend.platform.{module}")


def test_slices_are_entered_through_their_doors():
    expect_none(finding for source in sources(*PRODUCT) for finding in entered(source, slices()))


def test_screens_use_little_of_the_platform():
    expect_none(finding for source in sources("leadflow_app") for finding in plumbing_used(source))


LEADS = frozenset({"policy", "models", "api", "tasks", "stages_api"})
KNOWN = {"leads": LEADS, "inbox": frozenset({"models"})}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("backend/intake/process.py", "from backend.leads.policy import next_stage"),
        ("backend/intake/process.py", "from backend.leads import policy"),
        ("backend/intake/process.py", "import backend.leads.models"),
        ("backend/intake/process.py", "from ..leads.policy import next_stage"),
        ("backend/intake/process.py", "from backend import leads\nleads.policy.next_stage()"),
        ("backend/intake/process.py", "def f():\n    from backend.leads.models import Lead"),
        ("backend/tables.py", "from backend.leads.policy import next_stage"),
        ("backend/app.py", "from backend.leads.models import Lead"),
        ("backend/cli.py", "from backend.leads.tasks import settle"),
        ("backend/inbox/service.py", "from backend.leads.api import router"),
        ("leadflow_app/pages/leads/state.py", "from backend.leads.models import Lead"),
    ],
)
def test_reaching_behind_a_door_is_found(path, text):
    assert list(entered(Source(path, text), KNOWN))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("backend/leads/service.py", "from backend.leads.models import Lead"),
        ("backend/leads/service.py", "from . import policy"),
        ("backend/intake/process.py", "from backend import leads\nleads.set_stage()"),
        ("backend/intake/process.py", "from backend.leads import LeadView, set_stage"),
        ("backend/tables.py", "from backend.leads import models as lead_models"),
        ("backend/app.py", "from backend.leads.api import router"),
        ("backend/rest.py", "from backend.leads import stages_api"),
        ("backend/worker.py", "from backend.leads import tasks"),
        ("backend/inbox/api.py", "from backend.leads.api import CurrentActor"),
    ],
)
def test_the_door_is_open(path, text):
    assert not list(entered(Source(path, text), KNOWN))


def test_a_screen_that_opens_the_database_is_found():
    text = "from backend.platform.database import engine"
    assert list(plumbing_used(Source("leadflow_app/runtime.py", text)))
    text = "from backend.platform.unit_of_work import unit_of_work"
    assert not list(plumbing_used(Source("leadflow_app/runtime.py", text)))
