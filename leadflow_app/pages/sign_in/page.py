"""The sign-in page: a plain form that the server answers with a cookie and a redirect.

It needs no state: the address says where to go next and what went wrong, and nothing here can
be read that the address does not say already.
"""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.forms import field, post_form
from leadflow_app.design import tokens
from leadflow_app.shell import PRODUCT

ASKED = rx.State.router.url.query_parameters
ERRORS = {
    "credentials": "This email and password do not fit together. Check both and try again.",
    "origin": "The form came from another site. Open LeadFlow at its own address and sign in.",
    "locked": "Too many attempts. Wait fifteen minutes, then try again.",
}


@rx.page(route=routes.SIGN_IN, title=f"Sign in \N{MIDDLE DOT} {PRODUCT}")
def sign_in() -> rx.Component:
    """Ask for email and password."""
    return rx.el.main(
        rx.el.div(
            rx.el.div(
                rx.icon("messages-square", size=tokens.ICON_BRAND, aria_hidden="true"),
                rx.el.h1("Sign in to LeadFlow"),
                rx.el.p("Conversations in, leads out.", class_name="soft"),
                class_name="sign-in-head",
            ),
            rx.match(
                ASKED["error"].to(str),
                *[(code, failure(sentence)) for code, sentence in ERRORS.items()],
                rx.fragment(),
            ),
            form(),
            class_name="sign-in",
        ),
        class_name="sign-in-page",
    )


def failure(sentence: str) -> rx.Component:
    """Say why the last attempt failed."""
    return rx.el.div(
        rx.icon("circle-alert", size=tokens.ICON, aria_hidden="true"),
        rx.el.span(sentence),
        class_name="notice is-bad",
        role="alert",
    )


def form() -> rx.Component:
    """Ask; the browser's password manager knows these fields."""
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
        rx.el.input(type="hidden", name="next", value=ASKED["next"].to(str), read_only=True),
        rx.button("Sign in", type="submit", size="3"),
        action=routes.SIGN_IN_POST,
        class_name="sign-in-form",
    )
