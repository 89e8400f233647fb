"""The dialogs of the inbox: quick replies, what one was told, the keys; and the bar of several."""

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.dialogs import cancel_button
from leadflow_app.components.fields import fault_text, text_field
from leadflow_app.components.links import link
from leadflow_app.components.marks import moment
from leadflow_app.design import tokens
from leadflow_app.pages.inbox.state import InboxState
from leadflow_app.pages.inbox.team_rows import NoticeRow, QuickRow
from leadflow_app.pages.inbox.team_views import KEYS, SNOOZES, soft_button
from leadflow_app.shell import may


def quick_dialog() -> rx.Component:
    """See to the quick replies of the workspace."""
    rows = InboxState.screen.team.quick_replies
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Quick replies"),
            rx.dialog.description(
                "Type / and the shortcut in a reply. Everybody in this workspace shares them."
            ),
            rx.el.div(
                rx.cond(
                    rows.length() > 0,
                    rx.el.ul(rx.foreach(rows, quick_row), class_name="quick-list"),
                    rx.el.p("There are none yet.", class_name="soft"),
                ),
                rx.cond(may(Permission.CONVERSATIONS_WRITE), quick_form()),
                class_name="dialog-body",
            ),
            class_name="dialog is-wide",
        ),
        open=InboxState.are_quick_open,
        on_open_change=InboxState.set_quick_open,
    )


def quick_row(row: rx.Var[QuickRow]) -> rx.Component:
    """Show one quick reply with what can be done with it."""
    return rx.el.li(
        rx.el.span(
            rx.el.span("/", row.shortcut, class_name="strong"),
            rx.el.span(row.text, class_name="soft small clip", dir="auto"),
            class_name="card-text",
        ),
        soft_button("Use", on_click=InboxState.use_quick(row.key)),
        soft_button("Edit", on_click=InboxState.edit_quick(row.key)),
        soft_button("Delete", on_click=InboxState.remove_quick(row.key)),
        key=row.key,
    )


def quick_form() -> rx.Component:
    """Write a quick reply, new or anew."""
    edited, fault = InboxState.edited, InboxState.fault
    return rx.el.form(
        text_field(
            "Shortcut",
            "shortcut",
            fault,
            default_value=edited.shortcut,
            placeholder="hello",
            max_length=40,
            auto_complete="off",
        ),
        quick_text(),
        rx.el.div(
            rx.dialog.close(cancel_button()),
            rx.button(rx.cond(edited.key != "", "Save", "Add"), type="submit"),
            class_name="dialog-actions",
        ),
        on_submit=InboxState.save_quick,
        key=f"{edited.key}:{InboxState.screen.team.quick_replies.length()}",
        class_name="dialog-body",
        aria_label="Write a quick reply",
    )


def quick_text() -> rx.Component:
    """Ask for the text of a quick reply."""
    edited, fault = InboxState.edited, InboxState.fault
    return rx.el.div(
        rx.el.label("Text", html_for="quick-text"),
        rx.el.textarea(
            id="quick-text",
            name="text",
            default_value=edited.text,
            rows="3",
            max_length=2000,
            placeholder="Hello {{first_name}}, this is {{agent_first_name}}.",
            class_name="reply-text",
            dir="auto",
        ),
        rx.cond(fault.field == "text", fault_text("text", fault)),
        rx.el.span(
            "{{first_name}}, {{full_name}}, {{agent_name}}, {{agent_first_name}} and "
            "{{workspace_name}} are filled in.",
            class_name="field-hint",
        ),
        class_name="field",
    )


def notices_dialog() -> rx.Component:
    """Show what the person was told, and offer notifications of the browser."""
    rows, unread = InboxState.screen.team.notices, InboxState.screen.team.unread
    return rx.dialog.root(
        rx.dialog.trigger(
            rx.button(
                rx.icon("bell", size=tokens.ICON, aria_hidden="true"),
                rx.el.span("Notifications", class_name="desk-only"),
                rx.cond(unread != "", rx.el.span(unread, class_name="unread")),
                type="button",
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
                aria_label=f"Notifications, {rx.cond(unread != '', unread, 'none')} new",
            )
        ),
        rx.dialog.content(
            rx.dialog.title("Notifications"),
            rx.dialog.description("Mentions, and conversations that colleagues gave you."),
            rx.el.div(
                rx.cond(
                    rows.length() > 0,
                    rx.el.ul(rx.foreach(rows, notice), class_name="notices"),
                    rx.el.p("Nothing yet.", class_name="soft"),
                ),
                rx.el.div(
                    soft_button("Notify me in this browser", custom_attrs={"data-ask": "news"}),
                    rx.dialog.close(rx.button("Done", type="button")),
                    class_name="dialog-actions",
                ),
                class_name="dialog-body",
            ),
            class_name="dialog is-wide",
        ),
        open=InboxState.are_notices_open,
        on_open_change=InboxState.set_notices_open,
    )


def notice(row: rx.Var[NoticeRow]) -> rx.Component:
    """Show one thing that the person was told."""
    return rx.el.li(
        link(
            rx.el.span(row.text, class_name=rx.cond(row.is_new, "strong", ""), dir="auto"),
            moment(row.at, "soft small"),
            to=row.href,
            on_click=InboxState.set_notices_open(False),
        ),
        key=row.key,
    )


def keys_dialog() -> rx.Component:
    """Show the keys; `assets/inbox.js` opens it with ?."""
    return rx.el.dialog(
        rx.el.h2("Keys"),
        rx.el.dl(
            *[
                part
                for key, meaning in KEYS.items()
                for part in (rx.el.dt(rx.el.kbd(key)), rx.el.dd(meaning))
            ],
            class_name="facts",
        ),
        rx.el.form(rx.button("Done", type="submit"), method="dialog", class_name="dialog-actions"),
        id="keys",
        class_name="keys",
        aria_label="Keys",
    )


def select_toggle() -> rx.Component:
    """Begin to select several conversations, or stop."""
    return rx.cond(
        may(Permission.CONVERSATIONS_WRITE) & ~InboxState.screen.is_first_run,
        soft_button(
            rx.cond(InboxState.is_selecting, "Stop selecting", "Select"),
            on_click=InboxState.set_selecting(~InboxState.is_selecting),
        ),
    )


def several_bar() -> rx.Component:
    """Say how many are selected and what can be done with them, or take back what was done."""
    count = InboxState.selected.length()
    selecting = rx.el.div(
        rx.el.span(count, " selected", class_name="small"),
        soft_button("Close", on_click=InboxState.close_several, disabled=count == 0),
        soft_button("Assign to me", on_click=InboxState.take_several, disabled=count == 0),
        rx.menu.root(
            rx.menu.trigger(soft_button("Snooze", disabled=count == 0)),
            rx.menu.content(
                *[
                    rx.menu.item(label, on_select=InboxState.snooze_several(preset.value))
                    for preset, label in SNOOZES.items()
                ]
            ),
        ),
        class_name="several",
        role="toolbar",
        aria_label="Selected conversations",
    )
    undo = rx.el.div(
        rx.el.span(InboxState.undo.text, class_name="small"),
        soft_button("Undo", on_click=InboxState.undo_several),
        soft_button("Dismiss", on_click=InboxState.forget_undo),
        class_name="several",
        role="status",
    )
    return rx.cond(InboxState.is_selecting, selecting, rx.cond(InboxState.undo.key != "", undo))
