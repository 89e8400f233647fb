"""Showing customers that their messages were read, once and as well as it goes."""

from uuid import UUID

import structlog

from backend.channels import Feature, connection_of, reader_of
from backend.inbox.schemas import ConversationView
from backend.kit.errors import LeadFlowError
from backend.platform.secrets import SealBroken
from backend.platform.unit_of_work import Scope, UnitOfWork, unit_of_work

log = structlog.get_logger(__name__)

# What is told once is not told again, also when the provider did not take it.
CLAIM = """
UPDATE conversation AS v SET told_read_until = m.sent_at
FROM (
    SELECT sent_at, provider_message_id FROM message
    WHERE conversation_id = :id AND direction = 'in' AND provider_message_id IS NOT NULL
    ORDER BY sent_at DESC, provider_message_id DESC LIMIT 1
) AS m
WHERE v.id = :id AND m.sent_at <= v.read_until
  AND (v.told_read_until IS NULL OR v.told_read_until < m.sent_at)
RETURNING v.workspace_id, v.channel_id, m.provider_message_id
"""


def tell_read_soon(uow: UnitOfWork, conversation: ConversationView) -> None:
    """Have a worker tell the customer, where the provider takes that."""
    workspace_id = uow.workspace_id
    if workspace_id is None:
        return
    adapter = reader_of(uow, workspace_id, conversation.channel_id).adapter
    if Feature.MARK_READ in adapter.features:
        uow.enqueue("inbox.tell_read", workspace_id, conversation.id)


def tell_read(scope: Scope, conversation_id: UUID) -> None:
    """Tell the provider that the customer's last message was read; it may not take it."""
    with unit_of_work(scope) as uow:
        row = uow.execute(CLAIM, {"id": conversation_id}).first()
        if row is None:
            return
        try:
            connection = connection_of(uow, row.workspace_id, row.channel_id)
        except SealBroken:
            return
    try:
        connection.adapter.mark_read(connection.access, row.provider_message_id)
    except LeadFlowError as refusal:
        log.info("not told as read", conversation_id=str(conversation_id), reason=refusal.message)
