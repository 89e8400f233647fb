"""Choosing a file for a reply, following its upload (`assets/uploads.js`), and seeing it."""

import reflex as rx

from leadflow_app.design import tokens
from leadflow_app.pages.inbox.file_views import words
from leadflow_app.pages.inbox.rows import OpenConversation
from leadflow_app.pages.inbox.state import InboxState

MOST_BYTES = 16 * 1024 * 1024


def chooser(view: rx.Var[OpenConversation], label: str, *, is_named: bool) -> rx.Component:
    """Offer to choose a file; it is uploaded at once, and sent with the reply."""
    return rx.button(
        rx.el.label(
            rx.icon("paperclip", size=tokens.ICON, aria_hidden="true"),
            rx.el.span(label, class_name="" if is_named else "visually-hidden"),
            rx.el.input(
                type="file",
                class_name="visually-hidden",
                custom_attrs={"data-upload": view.upload_to, "data-most": MOST_BYTES},
            ),
            title=f"{label}: a picture, sound, film or document of up to 16 MB",
        ),
        as_child=True,
        key=view.key,
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
        class_name="attach",
    )


def attachment(view: rx.Var[OpenConversation]) -> rx.Component:
    """Show the upload while it runs, what went wrong with it, and the file once it is there."""
    return rx.el.div(
        rx.el.div(
            rx.el.span(class_name="upload-name clip", dir="auto"),
            rx.el.progress(max=1, aria_label="Uploaded"),
            remove("Cancel the upload", custom_attrs={"data-upload-cancel": True}),
            class_name="upload-running",
            hidden=True,
        ),
        rx.el.p(class_name="upload-error notice is-calm", role="alert", hidden=True),
        rx.el.input(
            type="text",
            class_name="upload-told",
            hidden=True,
            aria_hidden="true",
            tab_index=-1,
            auto_complete="off",
            on_change=InboxState.attach,
        ),
        rx.cond(InboxState.attached.key != "", attached()),
        key=view.key,
        class_name="upload",
    )


def attached() -> rx.Component:
    """Show the file that the reply will carry, small, with a way to take it off."""
    row = InboxState.attached
    return rx.el.div(
        rx.cond(
            row.way == "picture",
            rx.fragment(
                rx.el.img(src=row.address, alt="", class_name="attached-picture"),
                rx.el.span(
                    rx.el.span(row.name, class_name="strong clip", dir="auto"),
                    rx.el.span(row.detail, class_name="soft small"),
                    class_name="card-text",
                ),
            ),
            words(row),
        ),
        remove("Remove the file", on_click=InboxState.detach),
        class_name="attached",
    )


def remove(label: str, **what: object) -> rx.Component:
    """Show a cross that says what it removes."""
    return rx.icon_button(
        rx.icon("x", size=tokens.ICON, aria_hidden="true"),
        type="button",
        variant="ghost",
        color_scheme=tokens.GREY_SCHEME,
        title=label,
        aria_label=label,
        **what,
    )
