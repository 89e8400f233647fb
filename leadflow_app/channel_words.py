"""How a channel fares, in words: for its card, for its set-up and for the banner of all pages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from backend import channels
from backend.channels import HealthView
from leadflow_app import display
from leadflow_app.display import Clock

RECENT: Final = timedelta(hours=24)
QUALITIES: Final = {"green": "High", "yellow": "Medium", "red": "Low", "unknown": "Not rated yet"}


def problems(health: HealthView, clock: Clock) -> Iterator[str]:
    """Say what needs a person, each with what to do."""
    if health.restriction:
        yield health.restriction
    if health.check_error:
        yield f"The provider did not accept a check: {health.check_error}"
    if channels.expires_soon(health.token_expires_at, clock.now):
        ends = clock.moment(health.token_expires_at).text
        is_over = health.token_expires_at is not None and health.token_expires_at <= clock.now
        yield f"The access token {'ended' if is_over else 'ends'} {ends}. Enter a new one."
    if is_refused(health) and _is_recent(health.last_refused_at, clock.now):
        yield f"Refused at the webhook: {health.last_refused_reason}. See what to do in the set-up."
    if health.quality == "red":
        yield "The quality rating is low. Write less, and only to people who want it."
    yield from health.warnings


def is_refused(health: HealthView) -> bool:
    """Whether the last that came to the webhook was refused."""
    refused = health.last_refused_at
    good = [at for at in (health.last_verified_at, health.handshake_at) if at is not None]
    return refused is not None and (not good or refused > max(good))


def quality(value: str | None) -> str:
    """Name a quality rating."""
    return QUALITIES.get(value or "", "Not said")


def allowance(limit: int | None, used: int) -> str:
    """Say how many people may still be written to first."""
    if limit is None:
        return f"{display.count(used)} written to first in 24 hours; no limit known"
    return f"{display.count(max(limit - used, 0))} of {display.count(limit)} people left"


def _is_recent(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < RECENT
