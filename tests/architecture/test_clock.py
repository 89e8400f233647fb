"""Time, chance and settings arrive as values: nobody inside a slice asks for them.

Ids (`new_id`) and tokens (`secrets`) may be made where a row is recorded, because nothing is
decided by them; a policy may not even do that.
"""

import pytest

from tests.architecture._source import (
    PRODUCT,
    Source,
    asks,
    expect_none,
    inside_slices,
    is_below,
    sources,
)

CLOCKS = (
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.urandom",
    "random",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
)
CHANCE = ("backend.kit.ids.new_id", "secrets", "time", "uuid_utils")
SETTINGS = ("backend.platform.settings", "os.environ", "os.getenv", "pydantic_settings")
ENTRIES = (
    "backend.app",
    "backend.cli",
    "backend.command_line",
    "backend.platform",
    "backend.wiring",
    "backend.worker",
    "leadflow_app.leadflow_app",
)


def test_no_slice_reads_the_clock():
    expect_none(finding for source in inside_slices() for finding in asks(source, CLOCKS))


def test_no_policy_leaves_anything_to_chance():
    policies = [source for source in sources("backend") if source.path.endswith("/policy.py")]
    assert policies
    expect_none(finding for source in policies for finding in asks(source, CLOCKS + CHANCE))


def test_settings_are_read_at_the_edge_only():
    inside = [source for source in sources(*PRODUCT) if not is_below(source.module, ENTRIES)]
    expect_none(finding for source in inside for finding in asks(source, SETTINGS))


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndatetime.now(UTC)",
        "import datetime\ndatetime.datetime.now()",
        "import datetime as dt\nstamp = dt.date.today()",
        "from time import time\ntime()",
        "import time\nclock = time.time",
        "from uuid import uuid4",
        "import random",
        "def f():\n    from random import choice\n    choice([])",
    ],
)
def test_a_clock_is_found(text):
    assert list(asks(Source("backend/leads/service.py", text), CLOCKS))


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndatetime.fromisoformat(text)",
        "now = uow.now",
        "from backend.kit.ids import new_id",
        "import time\ntime.monotonic()",
    ],
)
def test_a_value_is_not_a_clock(text):
    assert not list(asks(Source("backend/leads/service.py", text), CLOCKS))


def test_an_id_made_by_a_policy_is_found():
    text = "from backend.kit.ids import new_id"
    assert list(asks(Source("backend/leads/policy.py", text), CHANCE))


@pytest.mark.parametrize(
    "text",
    ["from backend.platform.settings import load", "import os\nos.environ['LEADFLOW_PORT']"],
)
def test_a_setting_read_inside_is_found(text):
    assert list(asks(Source("backend/leads/service.py", text), SETTINGS))
