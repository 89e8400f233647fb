"""The channel through which a sandbox speaks to LeadFlow."""

from collections.abc import Iterator
from itertools import count
from typing import Final
from uuid import UUID

from backend import channels
from backend.auth import Actor
from backend.channels import ChannelExists, ChannelInput, ChannelView, Platform, Provider, fake_for
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.unit_of_work import UnitOfWork, unit_of_work
from backend.rehearsal.errors import RehearsalInvalid
from backend.rehearsal.schemas import Line
from backend.sandbox import is_loopback

BASE_URL: Final = "base_url"


def connect(
    actor: Actor, provider: Provider, address: str, *, name: str, is_new: bool = True
) -> Line:
    """Make a channel for an account of the sandbox at `address`.

    Unless `is_new`, the channel that was made for that address before is put into use again.
    Raises `RehearsalInvalid` for a provider whose deliveries nobody signs.
    """
    if provider is Provider.MOCK:
        message = "nobody signs for the mock, so it has no webhook; the simulator plays it"
        expected = ", ".join(one for one in Provider if one is not Provider.MOCK)
        raise RehearsalInvalid(message, field="provider", expected=expected)
    with unit_of_work(actor) as uow:
        known = list(_channels(uow, actor))
        before = [] if is_new else [one for one in known if _is_at(one, provider, address)]
        if before:
            held = channels.set_channel_active(uow, actor, before[0].id, is_active=True)
            return Line(int(str(held.settings[BASE_URL]).rpartition("/")[2]), held)
        return _new_line(uow, actor, provider, address, name=name)


def disconnect(actor: Actor, channel_id: UUID) -> None:
    """Put a channel out of use: its provider is gone, and nobody should ask how it is."""
    with unit_of_work(actor) as uow:
        channels.set_channel_active(uow, actor, channel_id, is_active=False)


def has_customers(uow: UnitOfWork, actor: Actor) -> bool:
    """Whether a number in use belongs to a real provider, so that real people write here."""
    return any(
        one.is_active
        and one.provider is not Provider.MOCK
        and not is_loopback(str(one.settings.get(BASE_URL, "")))
        for one in _channels(uow, actor)
    )


def _channels(uow: UnitOfWork, actor: Actor) -> Iterator[ChannelView]:
    page = PageRequest(limit=MAX_LIMIT)
    while True:
        found = channels.list_channels(uow, actor, page)
        yield from found.items
        if found.next_cursor is None:
            return
        page = PageRequest(limit=MAX_LIMIT, cursor=found.next_cursor)


def _is_at(channel: ChannelView, provider: Provider, address: str) -> bool:
    place = str(channel.settings.get(BASE_URL, ""))
    return channel.provider is provider and place.startswith(f"{address}/")


def _new_line(
    uow: UnitOfWork, actor: Actor, provider: Provider, address: str, *, name: str
) -> Line:
    """Connect the first account whose number nobody here has yet."""
    for number in count(1):
        account = fake_for(provider).account(number)
        described = ChannelInput(
            name=f"{name} {number}",
            platform=Platform.WHATSAPP,
            provider=provider,
            address=account.address,
            credentials=account.credentials,
            settings={BASE_URL: f"{address}/{number}"},
        )
        try:
            return Line(number, channels.create_channel(uow, actor, described))
        except ChannelExists:
            continue
    raise RehearsalInvalid(NO_NUMBER, field="provider")


NO_NUMBER: Final = "every made-up number is connected already"
