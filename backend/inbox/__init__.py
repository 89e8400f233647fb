"""Conversations, messages, statuses and the 24-hour window."""

from backend.inbox.erasing import (
    blank_texts,
    count_texts,
    erase,
    erased_among,
    held_about,
    provider_ids,
)
from backend.inbox.errors import (
    AnotherIsOpen,
    BadText,
    ConversationNotFound,
    PersonErased,
    RepliesUnsupported,
    ReplyInFlight,
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
    "PersonErased",
    "QuotedView",
    "Recorded",
    "RepliesUnsupported",
    "ReplyInFlight",
    "WindowClosed",
    "absorb",
    "blank_texts",
    "close",
    "count_texts",
    "erase",
    "erased_among",
    "get_conversation",
    "held_about",
    "history_lock",
    "is_window_open",
    "list_conversations",
    "list_messages",
    "mark_read",
    "provider_id_of",
    "provider_ids",
    "record",
    "record_annotations",
    "record_statuses",
    "remove_absorbed",
    "reopen",
    "reply",
]
