"""What the pages at the door are made of: a head, a sentence, one form."""

from collections.abc import Mapping
from typing import Final

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.forms import field, post_form
from leadflow_app.components.links import text_link
from leadflow_app.design import tokens

ASKED = rx.State.router.url.query_parameters
RECOVERY: Final = "recovery"
LONGEST_WAIT: Final = 15


def panel(title: str, sentence: str, *children: rx.Component) -> rx.Component:
    """Put one thing to do in the middle of an empty page."""
    return rx.el.main(
        rx.el.div(
            rx.el.div(
                rx.icon("messages-square", size=tokens.ICON_BRAND, aria_hidden="true"),
                rx.el.h1(title),
                rx.el.p(sentence, class_name="soft"),
                class_name="sign-in-head",
            ),
            *children,
            class_name="sign-in",
        ),
        class_name="sign-in-page",
    )


def failures(sentences: Mapping[str, str]) -> rx.Component:
    """Say why the last attempt failed, in a sentence of ours for each word in the address."""
    return rx.fragment(
        rx.match(
            ASKED["error"].to(str),
            *[(code, failure(sentence)) for code, sentence in sentences.items()],
            ("locked", lockout()),
            rx.fragment(),
        )
    )


def failure(sentence: str) -> rx.Component:
    """Show a sentence about something that went wrong."""
    return rx.el.div(
        rx.icon("circle-alert", size=tokens.ICON, aria_hidden="true"),
        rx.el.span(sentence),
        class_name="notice is-bad",
        role="alert",
    )


def lockout() -> rx.Component:
    """Say how long to wait; the number in the address chooses a sentence and is never shown."""
    return rx.fragment(
        rx.match(
            ASKED["wait"].to(str),
            *[(str(number), failure(wait_in_words(number))) for number in range(1, LONGEST_WAIT)],
            failure(wait_in_words(LONGEST_WAIT)),
        )
    )


def wait_in_words(minutes: int) -> str:
    """Say what to do after too many attempts."""
    unit = "minute" if minutes == 1 else "minutes"
    return (
        f"Too many attempts. Wait {minutes} {unit}, then try again. If you forgot your password,"
        " ask an admin of your workspace for a link to a new one."
    )


def password_is_set() -> rx.Component:
    """Say that the new password works, to whoever comes from setting it."""
    return rx.fragment(
        rx.match(
            ASKED["done"].to(str),
            ("reset", rx.el.p("Your new password is set. Sign in with it.", role="status")),
            rx.fragment(),
        )
    )


def sign_in_form() -> rx.Component:
    """Ask for email and password; the browser's password manager knows these fields."""
    email = rx.input(
        id="email",
        name="email",
        type="email",
        required=True,
        auto_focus=True,
        size="3",
        auto_complete="username",
    )
    password = rx.input(
        id="password",
        name="password",
        type="password",
        required=True,
        size="3",
        auto_complete="current-password",
    )
    return post_form(
        field("Email", email, name="email"),
        field("Password", password, name="password"),
        next_page(),
        rx.button("Sign in", type="submit", size="3"),
        action=routes.SIGN_IN_POST,
        class_name="sign-in-form",
    )


def code_form() -> rx.Component:
    """Ask for a code of the app, or for a recovery code; the server tells them apart."""
    return rx.fragment(
        rx.match(
            ASKED["use"].to(str),
            (RECOVERY, recovery_code_form()),
            app_code_form(),
        )
    )


def app_code_form() -> rx.Component:
    """Ask for six digits, with the keys for them on a phone."""
    code = rx.input(
        id="code",
        name="code",
        required=True,
        auto_focus=True,
        size="3",
        max_length=10,
        auto_complete="one-time-code",
        custom_attrs={"inputMode": "numeric"},
    )
    hint = "Six digits; a new code appears every 30 seconds."
    return rx.fragment(
        _code_form(field("Code", code, name="code", hint=hint)),
        text_link("Use a recovery code", _code_page(use=RECOVERY)),
    )


def recovery_code_form() -> rx.Component:
    """Ask for one of the codes that were shown once."""
    code = rx.input(
        id="code",
        name="code",
        required=True,
        auto_focus=True,
        size="3",
        max_length=40,
        auto_complete="off",
        custom_attrs={"autoCapitalize": "none", "spellCheck": "false"},
    )
    hint = "Sixteen letters and digits. Each recovery code works once."
    return rx.fragment(
        _code_form(
            field("Recovery code", code, name="code", hint=hint),
            rx.el.input(type="hidden", name="use", value=RECOVERY),
        ),
        text_link("Use the code of your app", _code_page()),
        rx.el.p(
            "Neither at hand? Whoever runs LeadFlow can remove your second factor on the machine.",
            class_name="soft",
        ),
    )


def reset_form() -> rx.Component:
    """Ask for a new password; what the link said is in a cookie that no script reads."""
    password = rx.input(
        id="password",
        name="password",
        type="password",
        required=True,
        auto_focus=True,
        min_length=10,
        size="3",
        auto_complete="new-password",
    )
    return post_form(
        field("New password", password, name="password", hint="At least 10 characters."),
        rx.button("Set the password", type="submit", size="3"),
        action=routes.RESET_POST,
        class_name="sign-in-form",
    )


def next_page() -> rx.Component:
    """Carry the page that was asked for through the form."""
    return rx.el.input(type="hidden", name="next", value=ASKED["next"].to(str), read_only=True)


def _code_form(*fields: rx.Component) -> rx.Component:
    return post_form(
        *fields,
        next_page(),
        rx.button("Continue", type="submit", size="3"),
        action=routes.SECOND_FACTOR_POST,
        class_name="sign-in-form",
    )


def _code_page(use: str = "") -> rx.Var[str]:
    """Link to the other form of this page, without losing where to go on to."""
    chosen = f"use={use}&" if use else ""
    asked = rx.vars.function.FunctionStringVar.create("encodeURIComponent")
    return f"{routes.SIGN_IN_CODE}?{chosen}next=" + asked.call(ASKED["next"].to(str)).to(str)
