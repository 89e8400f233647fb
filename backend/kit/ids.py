"""Identifiers: UUID version 7 (RFC 9562), which sort by the moment they were made."""

from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

WorkspaceId = NewType("WorkspaceId", UUID)
UserId = NewType("UserId", UUID)
ChannelId = NewType("ChannelId", UUID)
ContactId = NewType("ContactId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
MediaId = NewType("MediaId", UUID)
LeadId = NewType("LeadId", UUID)
RuleId = NewType("RuleId", UUID)
RuleVersionId = NewType("RuleVersionId", UUID)
WebhookEventId = NewType("WebhookEventId", UUID)
ReplayId = NewType("ReplayId", UUID)


def new_id() -> UUID:
    """Make an id that sorts after every id this process made before."""
    return uuid7()
