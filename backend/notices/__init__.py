"""What people are told: mentions, assignments, rules; and whether they have seen it."""

from backend.notices.schemas import Notice, NoticeKind, NoticeView
from backend.notices.service import (
    MOST_COUNTED,
    TOPIC,
    count_unread,
    erase,
    held_about,
    list_notices,
    mark_notices_read,
    mark_subject_read,
    move_subjects,
    notify,
)

__all__ = [
    "MOST_COUNTED",
    "TOPIC",
    "Notice",
    "NoticeKind",
    "NoticeView",
    "count_unread",
    "erase",
    "held_about",
    "list_notices",
    "mark_notices_read",
    "mark_subject_read",
    "move_subjects",
    "notify",
]
