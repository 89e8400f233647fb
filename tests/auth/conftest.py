"""Who is there before a test about accounts begins."""

import pytest

from backend.auth import Actor, Role
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import create_user, create_workspace, run_as


@pytest.fixture
def owner(actor):
    """Let the first admin own the workspace."""
    return run_as(actor, create_user, role=Role.ADMIN, email="olga@leadflow.example")


@pytest.fixture
def other(owner):
    """Make a second admin."""
    return run_as(owner, create_user, role=Role.ADMIN)


@pytest.fixture
def sven():
    """Make an admin of another workspace."""
    with unit_of_work(SYSTEM) as uow:
        elsewhere = Actor.system(create_workspace(uow).id)
    return run_as(elsewhere, create_user, role=Role.ADMIN, email="sven@leadflow.example")
