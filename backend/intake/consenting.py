"""What customers say about consent takes effect: written down once, and answered once."""

from collections.abc import Sequence
from uuid import UUID

from backend import contacts, inbox
from backend.channels import Direction
from backend.contacts import Heard
from backend.inbox import Recorded
from backend.kit.ids import MessageId
from backend.platform.unit_of_work import UnitOfWork


def note_consent(uow: UnitOfWork, workspace_id: UUID, recorded: Sequence[Recorded]) -> None:
    """Write down the opt-outs and opt-ins among messages, and answer those that changed something.

    Messages that we had already count, too, where the ledger lacks them: a replay finds what was
    said before there was one. Only a new message is answered.
    """
    heard: dict[MessageId, Recorded] = {}
    for item in recorded:
        if _may_say(item):
            # The first of a message that stands twice in one batch is the new one.
            heard.setdefault(item.message_id, item)
    turns = contacts.note_words(uow, workspace_id, [_heard(item) for item in heard.values()])
    texts = {
        turn.message_id: (item.conversation_id, turn.answer)
        for turn in turns
        if turn.answer and (item := heard[turn.message_id]).is_new
    }
    inbox.confirm(uow, workspace_id, texts)


def _may_say(item: Recorded) -> bool:
    message = item.arrival.message
    return message.direction is Direction.IN and bool(message.text) and not message.media


def _heard(item: Recorded) -> Heard:
    message = item.arrival.message
    return Heard(
        message_id=item.message_id,
        contact_id=item.arrival.contact_id,
        channel_id=item.arrival.channel_id,
        text=message.text or "",
        sent_at=message.sent_at,
    )
