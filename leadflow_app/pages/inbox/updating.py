"""Reading only what changed: one small query for a message in another conversation.

With many operators connected, a message would otherwise make every screen read everything.
What cannot be known from the changes is read anew once a minute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend import inbox
from backend.auth import Actor
from backend.inbox import ConversationView
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.live import Change
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app.display import Clock
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.inbox.reading import InboxQuestion, query_of, read_notices
from leadflow_app.pages.inbox.rows import ConversationRow, InboxScreen, conversation_row
from leadflow_app.pages.inbox.team_rows import here_words

EVERYTHING = frozenset({"channels", "quick_replies", "users"})


@dataclass(frozen=True, slots=True)
class InboxUpdate:
    """The screen as it was, and what changed since."""

    question: InboxQuestion
    screen: InboxScreen
    changes: tuple[Change, ...]

    def __call__(self, uow: UnitOfWork, actor: Actor) -> InboxScreen:
        """Read what changed, or everything where that is not known."""
        if not _is_narrow(self.changes) or self.screen.is_first_run:
            return self.question(uow, actor)
        clock = Clock.of(uow.now, self.screen.team.timezone)
        screen = self._list(uow, actor, clock)
        here = self.screen.open.key
        if here and self._touches_open():
            screen = self.question.with_chosen(uow, actor, screen, clock)
        elif here in _ids(self.changes, "presence"):
            words = here_words(inbox.who_is_here(uow, actor, screen.open_id))
            screen = replace(screen, open=replace(screen.open, here=words))
        if str(actor.user_id) in _ids(self.changes, "notices"):
            screen = replace(screen, team=read_notices(uow, actor, screen.team, clock))
        return screen

    def _list(self, uow: UnitOfWork, actor: Actor, clock: Clock) -> InboxScreen:
        changed = [one for one in map(uuid_or_none, _ids(self.changes, "inbox")) if one]
        if not changed:
            return self.screen
        asked = self.question.filters
        query = replace(query_of(asked, actor, clock), only_ids=tuple(changed))
        found = inbox.list_conversations(uow, actor, query, PageRequest(limit=MAX_LIMIT)).items
        rows = merged(self.screen, changed, [conversation_row(one, asked, clock) for one in found])
        cut = rows[: self.question.wanted]
        has_more = self.screen.has_more or len(rows) > len(cut)
        return self.screen.newly_listed(cut, has_more=has_more, news=_latest(found, actor))

    def _touches_open(self) -> bool:
        side = self.screen.side.lead_id
        is_ours = self.screen.open.key in _ids(self.changes, "inbox")
        return is_ours or bool(side and side in _ids(self.changes, "leads"))


def merged(
    screen: InboxScreen, changed: Iterable[object], found: Sequence[ConversationRow]
) -> list[ConversationRow]:
    """Put changed conversations in their places; what is below the last one shown stays out."""
    gone = {str(one) for one in changed}
    kept = [row for row in screen.rows if row.key not in gone]
    last = kept[-1].order if kept and screen.has_more else ""
    fresh = [row for row in found if row.order >= last]
    return sorted((*kept, *fresh), key=lambda row: row.order, reverse=True)


def _is_narrow(changes: Sequence[Change]) -> bool:
    """Whether it is known what has to be read again."""
    return all(one.ids and one.topic not in EVERYTHING for one in changes)


def _ids(changes: Sequence[Change], topic: str) -> frozenset[str]:
    return frozenset(key for one in changes if one.topic == topic for key in one.ids)


def _latest(found: Sequence[ConversationView], actor: Actor) -> ConversationView | None:
    """Return the conversation of their own with the latest message that they have to read."""
    mine = [one for one in found if one.assignee_id == actor.user_id and one.my_unread]
    return mine[0] if mine and actor.user_id else None
