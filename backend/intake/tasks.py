"""Working off stored deliveries."""

from datetime import timedelta

from backend.intake.draining import drain
from backend.platform.queue import periodic


@periodic("intake.drain", every=timedelta(seconds=1))
def drain_everything() -> None:
    """Process every delivery that waits."""
    drain()
