"""The reply box: text with quick buttons, or a template."""

import reflex as rx

from leadflow_app.design import tokens
from leadflow_app.pages.inbox.attachments import attachment, chooser
from leadflow_app.pages.inbox.rows import OpenConversation
from leadflow_app.pages.inbox.state import InboxState
from leadflow_app.pages.inbox.team_views import picker, tools
from leadflow_app.pages.inbox.templates import TemplateField, TemplateRow

MOST_BUTTONS = 3
MAX_TITLE_LENGTH = 20
TYPING_MS = 1500
DRAFT_MS = 400


def reply_box(view: rx.Var[OpenConversation]) -> rx.Component:
    """Write and send, or say why that cannot be done now and what can be sent instead."""
    return rx.cond(
        InboxState.template.key != "",
        template_form(view),
        rx.el.div(
            rx.cond(
                view.why_not != "", no_reply("clock-alert", view.why_not, "notice"), text_form(view)
            ),
            rx.cond(view.templates.length() > 0, template_list(view)),
            rx.cond(
                view.why_no_template != "",
                no_reply("mail-x", view.why_no_template, "soft small facts-line"),
            ),
            class_name="reply-box",
        ),
    )


def no_reply(icon: str, why: str | rx.Var[str], class_name: str) -> rx.Component:
    """Say why there is no box to write in."""
    return rx.el.div(
        rx.el.div(
            rx.icon(icon, size=tokens.ICON, aria_hidden="true"),
            rx.el.span(why),
            class_name=class_name,
        ),
        class_name="reply",
    )


def text_form(view: rx.Var[OpenConversation]) -> rx.Component:
    """Write a reply: Enter sends, Shift and Enter begin a line."""
    return rx.el.form(
        rx.cond(view.can_send_files, attachment(view)),
        picker(),
        rx.el.div(
            rx.cond(view.can_send_files, chooser(view, "Attach a file", is_named=False)),
            rx.el.label("Reply", html_for="reply", class_name="visually-hidden"),
            reply_text(),
            rx.el.input(type="hidden", name="nonce", value=InboxState.nonce, read_only=True),
            rx.button(
                rx.icon("send-horizontal", size=tokens.ICON, aria_hidden="true"),
                "Send",
                type="submit",
            ),
            class_name="reply-line",
        ),
        rx.cond(view.can_send_buttons & (InboxState.attached.key == ""), quick_buttons()),
        tools(),
        on_submit=InboxState.reply,
        reset_on_submit=True,
        class_name="reply is-stacked",
        aria_label=f"Reply to {view.name}",
    )


def reply_text() -> rx.Component:
    """Show the box itself; a new key makes the browser draw it anew."""
    return rx.el.textarea(
        id="reply",
        name="text",
        key=InboxState.draft_key,
        default_value=InboxState.draft,
        placeholder=rx.match(
            InboxState.attached.way,
            ("", "Write a reply"),
            ("sound", "Sound goes without text"),
            "Add a caption",
        ),
        title="Enter sends, Shift and Enter begin a new line",
        enter_key_submit=True,
        auto_height=True,
        rows="1",
        max_length=4096,
        on_change=lambda text: [
            InboxState.typing.throttle(TYPING_MS)(text),
            InboxState.keep_draft.debounce(DRAFT_MS)(text, InboxState.nonce),
        ],
        on_blur=lambda text: InboxState.keep_draft(text, InboxState.nonce),
        class_name="reply-text",
        dir="auto",
        custom_attrs={"data-key": "r"},
    )


def quick_buttons() -> rx.Component:
    """Offer up to three answers that the customer taps."""
    return rx.el.details(
        rx.el.summary("Quick buttons", class_name="soft small"),
        rx.el.div(
            *[
                rx.el.input(
                    name=f"button-{number}",
                    placeholder=f"Button {number}",
                    aria_label=f"Title of button {number}",
                    max_length=MAX_TITLE_LENGTH,
                    class_name="reply-text",
                    dir="auto",
                )
                for number in range(1, MOST_BUTTONS + 1)
            ],
            class_name="reply-line",
        ),
    )


def template_list(view: rx.Var[OpenConversation]) -> rx.Component:
    """Offer the approved templates of the channel."""
    return rx.el.details(
        rx.el.summary("Send a template", class_name="soft small"),
        rx.el.ul(rx.foreach(view.templates, template_item), class_name="reply-templates"),
        open=view.why_not != "",
        class_name="reply is-stacked",
    )


def template_item(row: rx.Var[TemplateRow]) -> rx.Component:
    """Show one template by its name and what the customer reads."""
    return rx.el.li(
        rx.el.button(
            rx.el.span(row.label, class_name="strong"),
            rx.el.span(row.preview, class_name="soft small clip"),
            type="button",
            on_click=InboxState.choose_template(row.key),
            class_name="reply-template",
        ),
        key=row.key,
    )


def template_form(view: rx.Var[OpenConversation]) -> rx.Component:
    """Fill in the values of a template, below what the customer will read."""
    chosen = InboxState.template
    return rx.el.form(
        rx.el.span(chosen.label, class_name="strong"),
        rx.el.div(chosen.preview, class_name="words reply-preview", dir="auto"),
        rx.cond(chosen.file != "", template_file(view)),
        rx.foreach(chosen.fields, template_field),
        rx.el.input(type="hidden", name="nonce", value=InboxState.nonce, read_only=True),
        rx.el.div(
            rx.button(
                "Back",
                type="button",
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
                on_click=InboxState.choose_template(""),
            ),
            rx.button(
                "Send template",
                type="submit",
                disabled=(chosen.file != "") & (InboxState.attached.key == ""),
            ),
            class_name="dialog-actions",
        ),
        on_submit=InboxState.send_template,
        key=chosen.key,
        class_name="reply is-stacked",
        aria_label="Send a template",
    )


def template_file(view: rx.Var[OpenConversation]) -> rx.Component:
    """Ask for the file above the text."""
    return rx.el.div(
        attachment(view),
        rx.cond(
            InboxState.attached.key == "",
            chooser(view, InboxState.template.file, is_named=True),
        ),
        class_name="field",
    )


def template_field(one: rx.Var[TemplateField]) -> rx.Component:
    """Ask for one value."""
    return rx.el.div(
        rx.el.label(one.label, html_for=one.name),
        rx.el.input(
            id=one.name,
            name=one.name,
            required=True,
            max_length=1024,
            class_name="reply-text",
            dir="auto",
        ),
        key=one.name,
        class_name="field",
    )
