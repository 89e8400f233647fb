"""What a team sees of a conversation: who has it, who is here, snoozing, notes, quick replies."""

from typing import Any, Final

import reflex as rx

from backend.auth import Permission
from backend.inbox import Snooze
from leadflow_app.design import tokens
from leadflow_app.pages.inbox.rows import InboxScreen, OpenConversation
from leadflow_app.pages.inbox.state import InboxState
from leadflow_app.pages.inbox.team_rows import NOBODY, QuickRow
from leadflow_app.pages.inbox.thread import MessageRow
from leadflow_app.shell import may

SNOOZES: Final = {
    Snooze.IN_1_HOUR: "For an hour",
    Snooze.TOMORROW: "Until tomorrow, 9:00",
    Snooze.NEXT_WEEK: "Until Monday, 9:00",
}
KEYS: Final = {
    "j, k": "Next and previous conversation",
    "r": "Write a reply",
    "n": "Write a note for colleagues",
    "a": "Take the conversation, or give it up",
    "s": "Snooze",
    "e": "Close or reopen",
    "/": "Search; in the reply box, quick replies",
    "?": "This list",
}


def thread_bar(view: rx.Var[OpenConversation]) -> rx.Component:
    """Say who has the conversation and who is here; let it be taken, given and snoozed."""
    return rx.el.div(
        rx.cond(
            may(Permission.CONVERSATIONS_WRITE),
            rx.fragment(assignee(view), take_button(view), snooze_menu(view)),
        ),
        rx.el.span(
            view.here, role="status", class_name="thread-here soft small clip", id="colleagues"
        ),
        class_name="thread-bar",
    )


def assignee(view: rx.Var[OpenConversation]) -> rx.Component:
    """Choose who has it."""
    colleagues = InboxState.screen.team.colleagues
    return rx.select.root(
        rx.select.trigger(aria_label="Assigned to", variant="soft", color_scheme="gray"),
        rx.select.content(
            rx.select.item("Unassigned", value=NOBODY),
            rx.foreach(colleagues, lambda one: rx.select.item(one.name, value=one.key)),
            position="popper",
        ),
        value=view.assignee,
        on_change=InboxState.assign_to,
    )


def take_button(view: rx.Var[OpenConversation]) -> rx.Component:
    """Do what the key a does."""
    return soft_button(
        rx.cond(view.is_mine, "Give up", "Assign to me"),
        on_click=InboxState.assign_to_me,
        title="Key: a",
        custom_attrs={"data-key": "a"},
    )


def snooze_menu(view: rx.Var[OpenConversation]) -> rx.Component:
    """Let it sleep, or say until when it does and bring it back."""
    menu = rx.menu.root(
        rx.menu.trigger(
            soft_button("Snooze", title="Key: s", custom_attrs={"data-key": "s"}),
        ),
        rx.menu.content(
            *[
                rx.menu.item(label, on_select=InboxState.snooze(preset.value))
                for preset, label in SNOOZES.items()
            ]
        ),
    )
    asleep = rx.fragment(
        rx.el.span(view.snoozed, class_name="soft small"),
        soft_button(
            "Wake", on_click=InboxState.wake, title="Key: s", custom_attrs={"data-key": "s"}
        ),
    )
    return rx.cond(view.snoozed != "", asleep, rx.cond(view.is_closed, rx.fragment(), menu))


def soft_button(label: Any, **props: Any) -> rx.Component:  # noqa: ANN401
    """Show a button that is not the primary one."""
    return rx.button(label, type="button", variant="soft", color_scheme=tokens.GREY_SCHEME, **props)


def entry(row: rx.Var[MessageRow]) -> rx.Component:
    """Show a note in its own colour, and a deed as a quiet line."""
    note = rx.el.div(
        rx.el.span(
            rx.icon("lock", size=tokens.ICON, aria_hidden="true"),
            "Note by ",
            row.author,
            class_name="note-by small",
        ),
        rx.el.div(row.text, class_name="words", dir="auto"),
        class_name="bubble is-note",
    )
    deed = rx.el.div(
        rx.el.span(row.text),
        rx.el.time(row.at.text, title=row.at.exact),
        class_name="deed soft small",
    )
    return rx.cond(row.entry == "note", note, deed)


def note_form(view: rx.Var[OpenConversation]) -> rx.Component:
    """Write something that the customer never sees."""
    return rx.el.form(
        rx.el.label(
            "Note for colleagues; the customer never sees it",
            html_for="note",
            class_name="small strong",
        ),
        rx.el.textarea(
            id="note",
            name="note",
            rows="2",
            max_length=4096,
            placeholder="Mention somebody with @name",
            enter_key_submit=True,
            auto_height=True,
            class_name="reply-text is-note",
            dir="auto",
        ),
        rx.el.div(
            rx.foreach(
                InboxState.screen.team.colleagues,
                lambda one: rx.el.span("@", one.handle, title=one.name, class_name="soft small"),
            ),
            class_name="handles",
        ),
        rx.el.div(
            soft_button("Cancel", on_click=InboxState.set_noting(False)),
            rx.button("Add note", type="submit"),
            class_name="dialog-actions",
        ),
        on_submit=InboxState.note,
        reset_on_submit=True,
        key=view.key,
        class_name="reply is-stacked is-note",
        aria_label="Write a note",
    )


def tools() -> rx.Component:
    """Offer a note and the quick replies beside the reply box."""
    return rx.el.div(
        rx.el.button(
            "Note",
            type="button",
            on_click=InboxState.set_noting(True),
            title="Key: n",
            class_name="link-button soft small",
            custom_attrs={"data-key": "n"},
        ),
        rx.el.button(
            "Quick replies",
            type="button",
            on_click=InboxState.set_quick_open(True),
            title="Type / in the reply box",
            class_name="link-button soft small",
        ),
        class_name="reply-tools",
    )


def picker() -> rx.Component:
    """Offer the quick replies that the typed shortcut could mean."""
    return rx.cond(
        InboxState.picks.length() > 0,
        rx.el.ul(
            rx.foreach(InboxState.picks, pick),
            class_name="reply-templates",
            aria_label="Quick replies",
        ),
    )


def pick(row: rx.Var[QuickRow]) -> rx.Component:
    """Show one quick reply."""
    return rx.el.li(
        rx.el.button(
            rx.el.span("/", row.shortcut, class_name="strong"),
            rx.el.span(row.text, class_name="soft small clip"),
            type="button",
            on_click=InboxState.use_quick(row.key),
            class_name="reply-template",
        ),
        key=row.key,
    )


def browser_news(screen: rx.Var[InboxScreen]) -> rx.Component:
    """Hold what `assets/inbox.js` may show as a notification of the browser."""
    news = screen.news
    return rx.el.span(
        hidden=True,
        id="news",
        custom_attrs={
            "data-news": news.key,
            "data-title": news.title,
            "data-text": news.text,
            "data-href": news.href,
        },
    )
