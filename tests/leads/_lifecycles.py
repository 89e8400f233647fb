"""Settings of the lifecycle that tests need."""

from backend import leads
from backend.auth import Role
from backend.leads import Lifecycle
from tests.factories import create_user, run_as


def set_up(actor, **settings):
    """Let an admin of the workspace ask this of its leads."""
    admin = run_as(actor, create_user, role=Role.ADMIN)
    return run_as(admin, leads.set_lifecycle, Lifecycle(**settings))
