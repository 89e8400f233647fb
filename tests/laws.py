"""The laws, asked at the end of a test."""

from backend import operations
from backend.platform.unit_of_work import SYSTEM, unit_of_work


def assert_lawful():
    """Assert that every law holds in the whole database."""
    with unit_of_work(SYSTEM) as uow:
        broken = [law for law in operations.check_laws(uow) if not law.is_held]
    assert broken == []
