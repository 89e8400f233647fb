"""Conversations, messages, statuses and the 24-hour window."""

from backend.inbox.errors import (
    AnotherIsOpen,
    BadText,
    ConversationNotFound,
    RepliesUnsupported,
    WindowClosed,
)
from backend.inbox.policy import is_window_open
from backend.inbox.recording import (
    absorb,
    history_lock,
    record,
    record_annotations,
    record_statuses,
    remove_absorbed,
)
from backend.inbox.replying import reply
from backend.inbox.schemas import (
    Arrival,
    ConversationQuery,
    ConversationState,
    ConversationView,
    MessageView,
    QuotedView,
    Recorded,
)
from backend.inbox.service import (
    close,
    get_conversation,
    list_conversations,
    list_messages,
    mark_read,
    provider_id_of,
    reopen,
)

__all__ = [
    "AnotherIsOpen",
    "Arrival",
    "BadText",
    "ConversationNotFound",
    "ConversationQuery",
    "ConversationState",
    "ConversationView",
    "MessageView",
    "QuotedView",
    "Recorded",
    "RepliesUnsupported",
    "WindowClosed",
    "absorb",
    "close",
    "get_conversation",
    "history_lock",
    "is_window_open",
    "list_conversations",
    "list_messages",
    "mark_read",
    "provider_id_of",
    "record",
    "record_annotations",
    "record_statuses",
    "remove_absorbed",
    "reopen",
    "reply",
]
