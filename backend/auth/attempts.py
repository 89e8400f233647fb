"""Attempts to get in: counted before they are made, so that many at once are too many too.

An attempt is a failure until it has succeeded. Whoever fails often waits, longer each time, and
never longer than a quarter of an hour; what is tried meanwhile is not looked at and prolongs
nothing. A browser that signed in to an account before is counted apart from strangers, so that
those who hammer at an account do not keep its owner out.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.auth.attempts_repository import AttemptRepository, Tally
from backend.auth.errors import TooBusy, TooManyAttempts
from backend.kit.ids import UserId
from backend.platform.secrets import derived_key
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work

MOST_DOUBLINGS: Final = 16
NETWORK_BITS_V6: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many failures cost nothing; then one waits, twice as long after each further one.

    Failures are forgotten one `window` after the first of them.
    """

    free: int
    first_wait: timedelta
    longest_wait: timedelta
    window: timedelta
    is_cleared: bool


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted together, and what its limit is."""

    key: str
    limit: Limit


PERSON: Final = Limit(
    free=5,
    first_wait=timedelta(seconds=30),
    longest_wait=timedelta(minutes=15),
    window=timedelta(days=1),
    is_cleared=True,
)
# Many people may share an address, and one who gets in says nothing about the others.
ADDRESS: Final = Limit(
    free=30,
    first_wait=timedelta(minutes=15),
    longest_wait=timedelta(minutes=15),
    window=timedelta(minutes=15),
    is_cleared=False,
)
LONGEST_WINDOW: Final = max(PERSON.window, ADDRESS.window)


def remaining_wait(limit: Limit, tally: Tally, now: datetime) -> timedelta:
    """Return how long it is until the next attempt is looked at; not above zero: now."""
    over = tally.failures - limit.free
    if over < 0:
        return timedelta(0)
    wait = min(limit.first_wait * 2 ** min(over, MOST_DOUBLINGS), limit.longest_wait)
    return min(tally.last_at + wait, tally.began_at + limit.window) - now


def sign_in_counters(email: str, *, device: str | None, address: str) -> tuple[Counter, ...]:
    """Return what an attempt to sign in counts for; `device` only where the account knows it."""
    return _counters("account", email, device=device, address=address)


def code_counters(user_id: UserId, *, device: str | None, address: str) -> tuple[Counter, ...]:
    """Return what a code at sign-in counts for."""
    return _counters("code", str(user_id), device=device, address=address)


def begin(uow: UnitOfWork, counters: Iterable[Counter]) -> None:
    """Count an attempt that is about to be made; raises `TooManyAttempts`, and then counts none."""
    repository = AttemptRepository(uow)
    for counter in counters:
        tally = repository.locked(counter.key, uow.now)
        if tally.began_at + counter.limit.window <= uow.now:
            tally = Tally(failures=0, began_at=uow.now, last_at=uow.now)
        wait = remaining_wait(counter.limit, tally, uow.now)
        if wait > timedelta(0):
            raise TooManyAttempts(wait)
        counted = Tally(failures=tally.failures + 1, began_at=tally.began_at, last_at=uow.now)
        repository.write(counter.key, counted)


def succeed(uow: UnitOfWork, counters: Iterable[Counter]) -> None:
    """Note that an attempt was none to guess."""
    repository = AttemptRepository(uow)
    for counter in counters:
        if counter.limit.is_cleared:
            repository.clear(counter.key)
        else:
            repository.take_back(counter.key)


def take_back(uow: UnitOfWork, counters: Iterable[Counter]) -> None:
    """Note that an attempt was not looked at."""
    repository = AttemptRepository(uow)
    for counter in counters:
        repository.take_back(counter.key)


def forget_old(uow: UnitOfWork) -> None:
    """Delete what no limit looks at any more."""
    AttemptRepository(uow).forget(uow.now - LONGEST_WINDOW)


@contextmanager
def counted(what: str, user_id: UserId) -> Generator[None]:
    """Count what somebody signed in tries, in transactions apart: refusals are rolled back."""
    counters = [Counter(_key("own", what, str(user_id)), PERSON)]
    with unit_of_work(SYSTEM) as apart:
        begin(apart, counters)
    try:
        yield
    except TooBusy:
        with unit_of_work(SYSTEM) as apart:
            take_back(apart, counters)
        raise
    with unit_of_work(SYSTEM) as apart:
        succeed(apart, counters)


def _counters(kind: str, subject: str, *, device: str | None, address: str) -> tuple[Counter, ...]:
    if device:
        return (Counter(_key(kind, subject, "device", device), PERSON),)
    # The address first, everywhere, so that two attempts never wait for each other.
    return (
        Counter(_key("address", _network(address)), ADDRESS),
        Counter(_key(kind, subject, "strangers"), PERSON),
    )


def _key(*parts: str) -> str:
    """Return a keyed hash; the rows say neither who was tried nor from where."""
    said = "\0".join(parts).encode(errors="surrogatepass")
    return hmac.new(derived_key("attempts").encode(), said, hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    """Return what one customer of a provider usually has: an IPv4 address, or a /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.IPv6Network((parsed, NETWORK_BITS_V6), strict=False))
    return str(getattr(parsed, "ipv4_mapped", parsed))
