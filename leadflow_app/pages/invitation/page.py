"""Where a link to join a workspace leads: a plain form, or a sentence and the next step.

It needs no state, as the sign-in page does not: the address says in one word what the reader can
do, and the link's token stays in a cookie that no script reads. So the page cannot say more than
its address, and names neither the workspace nor the person.
"""

from collections.abc import Callable, Mapping
from typing import Final

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.forms import field, post_form
from leadflow_app.components.links import button_link
from leadflow_app.design import tokens
from leadflow_app.shell import PRODUCT

ASKED = rx.State.router.url.query_parameters
ERRORS: Final = {
    "name": "Say what your colleagues may call you, in at most 120 characters.",
    "password": "Choose a password of at least 10 characters that nobody would try first: no "
    "common word, no pattern, and no part of your email address.",
    "busy": "Too many people are signing in at this moment. Try again in a few seconds.",
    "origin": "The form came from another site. Open the link you were given again.",
}


@rx.page(route=routes.INVITATION, title=f"Invitation \N{MIDDLE DOT} {PRODUCT}")
def invitation() -> rx.Component:
    """Show what can be done with the link."""
    return rx.el.main(
        rx.el.div(
            rx.match(
                ASKED["error"].to(str),
                *[(code, failure(sentence)) for code, sentence in ERRORS.items()],
                rx.fragment(),
            ),
            rx.match(
                ASKED["step"].to(str),
                *[(step, shown()) for step, shown in STEPS.items()],
                head("Invitation", "Open the link that you were given."),
            ),
            class_name="sign-in",
        ),
        class_name="sign-in-page",
    )


def new() -> rx.Component:
    """Ask somebody new for a name and a password."""
    name = rx.input(
        id="name",
        name="name",
        required=True,
        auto_focus=True,
        max_length=120,
        size="3",
        auto_complete="name",
    )
    password = rx.input(
        id="password",
        name="password",
        type="password",
        required=True,
        min_length=10,
        size="3",
        auto_complete="new-password",
    )
    return rx.fragment(
        head("Join your team", "You were invited to a workspace of LeadFlow."),
        post_form(
            field("Your name", name, name="name", hint="What colleagues see."),
            field("Password", password, name="password", hint="At least 10 characters."),
            rx.button("Join", type="submit", size="3"),
            action=routes.INVITATION_POST,
            class_name="sign-in-form",
        ),
    )


def accept() -> rx.Component:
    """Let somebody who is signed in belong to one more workspace."""
    return rx.fragment(
        head("Join another workspace", "You were invited, and keep the workspaces you have."),
        post_form(
            rx.button("Accept the invitation", type="submit", size="3"),
            action=routes.INVITATION_POST,
            class_name="sign-in-form",
        ),
    )


def sign_in_first() -> rx.Component:
    """Send somebody who has an account to sign in, and back."""
    return rx.fragment(
        head("Sign in to accept", "The address that was invited has an account already."),
        button_link("Sign in", routes.sign_in(routes.INVITATION_POST)),
    )


def other_address() -> rx.Component:
    """Refuse somebody who is signed in as another person."""
    return rx.fragment(
        head(
            "This invitation is for another address",
            "Sign out, then open the link again as the person who was invited.",
        ),
        post_form(
            rx.button("Sign out", type="submit", size="3"),
            action=routes.SIGN_OUT_POST,
            class_name="sign-in-form",
        ),
    )


def joined() -> rx.Component:
    """Welcome somebody new, who signs in like everybody."""
    return rx.fragment(
        head("You belong to the team", "Sign in with the invited email address and your password."),
        button_link("Sign in", routes.SIGN_IN),
    )


def added() -> rx.Component:
    """Tell somebody where the new workspace is."""
    return rx.fragment(
        head("You have joined", "Switch to the new workspace where your name stands."),
        button_link("Go home", routes.HOME),
    )


def gone() -> rx.Component:
    """Say that the link leads nowhere, whatever the reason."""
    return rx.fragment(
        head(
            "This invitation is not valid",
            "It was used or withdrawn, or it has expired. Ask whoever sent it for a new one.",
        ),
        button_link("Go to sign in", routes.SIGN_IN),
    )


def head(title: str, sentence: str) -> rx.Component:
    """Say what this is about."""
    return rx.el.div(
        rx.icon("messages-square", size=tokens.ICON_BRAND, aria_hidden="true"),
        rx.el.h1(title),
        rx.el.p(sentence, class_name="soft"),
        class_name="sign-in-head",
    )


def failure(sentence: str) -> rx.Component:
    """Say what was wrong with the form."""
    return rx.el.div(
        rx.icon("circle-alert", size=tokens.ICON, aria_hidden="true"),
        rx.el.span(sentence),
        class_name="notice is-bad",
        role="alert",
    )


STEPS: Final[Mapping[str, Callable[[], rx.Component]]] = {
    "new": new,
    "accept": accept,
    "sign-in": sign_in_first,
    "other": other_address,
    "joined": joined,
    "added": added,
    "gone": gone,
}
