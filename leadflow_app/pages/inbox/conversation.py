"""The middle of the inbox: the thread and the reply box."""

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.links import link
from leadflow_app.components.marks import moment
from leadflow_app.components.states import load_more
from leadflow_app.design import tokens
from leadflow_app.pages.inbox.file_views import file
from leadflow_app.pages.inbox.reply_box import no_reply, reply_box
from leadflow_app.pages.inbox.rows import OpenConversation
from leadflow_app.pages.inbox.state import InboxState
from leadflow_app.pages.inbox.team_views import entry, note_form, thread_bar
from leadflow_app.pages.inbox.thread import MessageRow
from leadflow_app.shell import may, may_not

ONLY_READING = "You can read this workspace. Ask an admin for the operator role to answer."
VISIBILITY = rx.Var("document.visibilityState").to(str)


def thread(view: rx.Var[OpenConversation]) -> rx.Component:
    """Show the open conversation, newest message at the bottom."""
    return rx.el.section(
        head(view),
        thread_bar(view),
        rx.el.div(
            rx.el.div(
                load_more(view.has_older, InboxState.older),
                rx.el.ol(rx.foreach(view.messages, message), class_name="messages"),
                class_name="thread-inner",
            ),
            class_name="thread-scroll",
            tab_index=0,
            role="region",
            aria_label="Messages",
        ),
        rx.cond(
            view.unread > 0,
            rx.el.span(on_mount=InboxState.seen(VISIBILITY), key=view.newest, hidden=True),
        ),
        rx.cond(
            may_not(Permission.CONVERSATIONS_WRITE),
            no_reply("eye", ONLY_READING, "notice is-calm"),
            rx.cond(InboxState.is_noting, note_form(view), reply_box(view)),
        ),
        confirmation(InboxState.asked, on_yes=InboxState.send_twice, on_no=InboxState.take_back),
        class_name="inbox-thread",
        aria_label="Conversation",
    )


def head(view: rx.Var[OpenConversation]) -> rx.Component:
    """Name the customer and offer what can be done with the conversation."""
    return rx.el.div(
        link(
            rx.icon("arrow-left", size=tokens.ICON_LARGE, aria_hidden="true"),
            to=view.back_href,
            class_name="thread-back phone-only",
            aria_label="Back to the list",
        ),
        rx.el.div(
            rx.el.h2(view.name, class_name="clip"),
            rx.el.span(view.detail, class_name="soft small clip"),
            class_name="thread-title",
        ),
        rx.el.span(
            rx.icon("clock", size=tokens.ICON, aria_hidden="true"),
            view.window,
            class_name="window desk-only",
            title="How long WhatsApp lets you write freely",
            custom_attrs={"data-open": view.is_window_open},
        ),
        rx.button(
            link(
                rx.icon("panel-right", size=tokens.ICON, aria_hidden="true"),
                rx.el.span("Details", class_name="desk-only"),
                to=view.side_href,
                aria_label="Details",
            ),
            as_child=True,
            variant="soft",
            color_scheme=tokens.GREY_SCHEME,
            class_name="thread-details",
        ),
        rx.cond(
            may(Permission.CONVERSATIONS_WRITE),
            rx.cond(view.is_closed, action("Reopen", InboxState.reopen), close_button()),
        ),
        class_name="thread-head",
    )


def close_button() -> rx.Component:
    """Close the conversation; it opens again by itself, so nothing is asked."""
    return action("Close", InboxState.close)


def action(label: str, on_click: rx.EventHandler) -> rx.Component:
    """Show what the key e does."""
    return rx.button(
        label,
        on_click=on_click,
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
        title="Key: e",
        custom_attrs={"data-key": "e"},
    )


def message(row: rx.Var[MessageRow]) -> rx.Component:
    """Show one message, with the day above it where a day begins."""
    return rx.el.li(
        rx.cond(row.day != "", rx.el.div(rx.el.span(row.day), class_name="day")),
        rx.cond(row.entry != "", entry(row), bubble(row)),
        rx.cond(row.entry != "deed", foot(row)),
        key=row.key,
        class_name=rx.match(
            row.entry,
            ("note", "message is-out"),
            ("deed", "message is-deed"),
            rx.cond(row.is_out, "message is-out", "message"),
        ),
    )


def bubble(row: rx.Var[MessageRow]) -> rx.Component:
    """Show what was said."""
    return rx.el.div(
        rx.cond(row.quoted != "", quoted(row)),
        rx.foreach(row.files, file),
        rx.cond(row.card != "", card(row)),
        rx.cond(row.text != "", rx.el.div(row.text, class_name="words", dir="auto")),
        rx.cond(row.is_revoked, rx.el.em("This message was deleted", class_name="soft")),
        rx.cond(row.reactions != "", rx.el.span(row.reactions, class_name="reactions")),
        class_name=rx.cond(row.is_out, "bubble is-out", "bubble"),
    )


def quoted(row: rx.Var[MessageRow]) -> rx.Component:
    """Show which message this one answers."""
    return rx.el.blockquote(
        rx.el.span(row.quoted_by, class_name="strong"),
        rx.el.span(row.quoted, class_name="clip", dir="auto"),
        class_name="quoted",
    )


def card(row: rx.Var[MessageRow]) -> rx.Component:
    """Show what is not text by its kind and the line that tells most about it."""
    return rx.el.div(
        rx.match(
            row.icon,
            *[
                (name, rx.icon(name, size=tokens.ICON_LARGE, aria_hidden="true"))
                for name in (
                    "image",
                    "video",
                    "mic",
                    "file-text",
                    "sticker",
                    "map-pin",
                    "contact",
                    "mouse-pointer-click",
                    "list",
                    "shopping-cart",
                    "layout-template",
                )
            ],
            rx.icon("circle-help", size=tokens.ICON_LARGE, aria_hidden="true"),
        ),
        rx.el.span(
            rx.el.span(row.card, class_name="strong"),
            rx.cond(row.card_detail != "", rx.el.span(row.card_detail, class_name="soft clip")),
            class_name="card-text",
        ),
        class_name="card",
    )


def foot(row: rx.Var[MessageRow]) -> rx.Component:
    """Show when it was written, by whom, and how far it came."""
    return rx.el.div(
        rx.cond((row.author != "") & (row.entry == ""), rx.el.span(row.author)),
        moment(row.at, ""),
        rx.cond(row.is_edited, rx.el.span("edited")),
        rx.cond(
            row.status != "",
            rx.el.span(
                row.status,
                title=row.status_exact,
                custom_attrs={"data-failed": row.is_failed},
            ),
        ),
        rx.cond(row.error != "", rx.el.span(row.error, custom_attrs={"data-failed": True})),
        rx.cond(row.next_step != "", rx.el.span(row.next_step)),
        rx.cond(
            row.can_resend & may(Permission.CONVERSATIONS_WRITE),
            rx.el.button(
                "Send again",
                type="button",
                on_click=InboxState.send_again(row.key),
                class_name="link-button",
            ),
        ),
        class_name="message-foot",
    )
