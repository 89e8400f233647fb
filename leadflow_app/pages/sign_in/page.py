"""The pages at the door: plain forms that the server answers with a cookie and a redirect.

They need no state: the address says where to go next and what went wrong, and nothing here can
be read that the address does not say already.
"""

from typing import Final

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.links import text_link
from leadflow_app.pages.sign_in import views
from leadflow_app.shell import PRODUCT

BUSY: Final = "Many people are signing in at this moment. Try again in a few seconds."
SIGN_IN_ERRORS: Final = {
    "credentials": "This email and password do not fit together. Check both and try again.",
    "origin": "The form came from another site. Open LeadFlow at its own address and sign in.",
    "expired": "The code came too late, or too many codes were wrong. Sign in again.",
    "busy": BUSY,
}
CODE_ERRORS: Final = {
    "code": "This code does not fit, or was used before. Wait for the next one and try again.",
}
RESET_ERRORS: Final = {
    "weak": "This password is too short or soon guessed. Use 10 characters or more, without "
    "common words, patterns or your own name.",
    "gone": "This link was used, or is too old. Ask for a new one.",
    "origin": "The form came from another site. Open the link again.",
    "busy": BUSY,
}


def titled(title: str) -> str:
    """Return what the browser's tab says."""
    return f"{title} \N{MIDDLE DOT} {PRODUCT}"


@rx.page(route=routes.SIGN_IN, title=titled("Sign in"))
def sign_in() -> rx.Component:
    """Ask for email and password."""
    return views.panel(
        "Sign in to LeadFlow",
        "Conversations in, leads out.",
        views.password_is_set(),
        views.failures(SIGN_IN_ERRORS),
        views.sign_in_form(),
    )


@rx.page(route=routes.SIGN_IN_CODE, title=titled("Second step"))
def second_step() -> rx.Component:
    """Ask for a code, after the password."""
    return views.panel(
        "One more step",
        "Open your authenticator app and enter the code for LeadFlow.",
        views.failures(CODE_ERRORS),
        views.code_form(),
    )


@rx.page(route=routes.RESET, title=titled("New password"))
def new_password() -> rx.Component:
    """Ask for a new password, after a link."""
    return views.panel(
        "Choose a new password",
        "It ends every session of yours. A second factor stays as it is.",
        views.failures(RESET_ERRORS),
        views.reset_form(),
        text_link("Back to sign in", routes.SIGN_IN),
    )
