"""The dialogs of the second factor: set it up, keep its recovery codes, renew them, remove it."""

from typing import Any

import reflex as rx

from leadflow_app.components.dialogs import (
    cancel_button,
    copy_button,
    form_actions,
    form_dialog,
)
from leadflow_app.components.fields import text_field
from leadflow_app.design import tokens
from leadflow_app.pages.account.rows import Step
from leadflow_app.pages.account.state import AccountState

CODES_ID = "recovery-codes"
CODES_FILE = "leadflow-recovery-codes.txt"


def dialogs() -> rx.Component:
    """Hold every dialog of the second factor; at most one is open."""
    return rx.fragment(set_up(), codes(), renew(), remove())


def set_up() -> rx.Component:
    """Show what the app needs, and ask for its first code."""
    offer = AccountState.offer
    scanned = rx.el.div(
        rx.el.img(src=offer.qr, alt="QR code for your authenticator app", class_name="qr"),
        rx.el.div(
            rx.el.span("No camera? Type this into the app instead:", class_name="soft small"),
            rx.el.span(offer.secret, id="factor-secret", class_name="code factor-secret"),
            rx.el.div(copy_button("factor-secret", "Copy"), class_name="copy-field"),
            rx.el.a(
                "Open it in the app on this phone",
                href=offer.uri,
                class_name="text-link phone-only",
            ),
            class_name="fact-lines factor-typed",
        ),
        class_name="factor-offer",
    )
    return _form(
        Step.SET_UP,
        "Set up a second factor",
        "Scan this with an authenticator app, then type the code that it shows. Your other "
        "browsers are signed out when you are done.",
        scanned,
        _code("The six digits that the app shows now.", is_numeric=True),
        form_actions("Turn on"),
        on_submit=AccountState.prove,
    )


def codes() -> rx.Component:
    """Show the recovery codes this once; nothing but the button closes the dialog."""
    shown = AccountState.codes
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Your recovery codes"),
            rx.el.div(
                rx.dialog.description(
                    "With one of these you sign in when your phone is lost. Each works once, and "
                    "they are not shown again. Keep them where you keep your passwords."
                ),
                rx.el.pre(shown.text, id=CODES_ID, class_name="code recovery-codes", tab_index=0),
                rx.el.div(
                    copy_button(CODES_ID, "Copy"),
                    rx.button(
                        rx.el.a(
                            rx.icon("download", size=tokens.ICON, aria_hidden="true"),
                            "Download",
                            href=shown.href,
                            download=CODES_FILE,
                        ),
                        as_child=True,
                        variant="soft",
                    ),
                    class_name="toolbar copy-field",
                ),
                rx.el.div(
                    rx.button("I have stored them", on_click=AccountState.leave),
                    class_name="dialog-actions",
                ),
                class_name="dialog-body",
            ),
            on_interact_outside=rx.prevent_default,
            on_escape_key_down=rx.prevent_default,
            class_name="dialog",
        ),
        open=AccountState.step == Step.CODES.value,
    )


def renew() -> rx.Component:
    """Ask for a code before the old recovery codes stop working."""
    return _form(
        Step.RENEW,
        "New recovery codes",
        "You get ten new codes. The old ones stop working at once.",
        _code("The six digits of your app, or an unused recovery code."),
        form_actions("Make new codes"),
        on_submit=AccountState.renew,
    )


def remove() -> rx.Component:
    """Ask for the password and a code before the second factor goes."""
    return _form(
        Step.REMOVE,
        "Remove the second factor?",
        "Your password alone lets anybody in from then on. The app's codes and all recovery codes "
        "stop working; you can set up a new factor at any time.",
        text_field(
            "Password",
            "password",
            AccountState.fault,
            type="password",
            required=True,
            auto_focus=True,
            auto_complete="current-password",
            max_length=1024,
        ),
        _code("The six digits of your app, or an unused recovery code.", is_first=False),
        rx.el.div(
            rx.dialog.close(cancel_button()),
            rx.button("Remove it", type="submit", class_name="is-loss"),
            class_name="dialog-actions",
        ),
        on_submit=AccountState.remove,
    )


def _form(
    step: Step,
    title: str,
    text: str,
    *fields: rx.Component,
    on_submit: Any,  # noqa: ANN401
) -> rx.Component:
    form = rx.el.form(*fields, on_submit=on_submit, class_name="dialog-body")
    return form_dialog(
        title,
        text,
        form,
        is_open=AccountState.step == step.value,
        on_open_change=lambda _is_open: AccountState.leave,
    )


def _code(hint: str, *, is_numeric: bool = False, is_first: bool = True) -> rx.Component:
    attributes = {"custom_attrs": {"inputMode": "numeric"}} if is_numeric else {}
    return text_field(
        "Code",
        "code",
        AccountState.fault,
        hint=hint,
        required=True,
        auto_focus=is_first,
        auto_complete="one-time-code",
        max_length=64,
        **attributes,
    )
