"""What a screen shows while it reads, when it has nothing, and when it failed."""

from typing import Any

import reflex as rx
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary

from leadflow_app.design import tokens


def blank(
    icon: str, title: str | rx.Var[str], text: str | rx.Var[str], *actions: rx.Component
) -> rx.Component:
    """Say what this place is for and offer the one next step."""
    return rx.el.div(
        rx.el.span(
            rx.icon(icon, size=tokens.ICON_LARGE, aria_hidden="true"), class_name="blank-icon"
        ),
        rx.el.h2(title),
        rx.el.p(text),
        *actions,
        class_name="blank",
    )


def failure(problem: rx.Var[str], on_retry: Any) -> rx.Component:  # noqa: ANN401
    """Say in words what went wrong, and offer to try again."""
    return rx.el.div(
        blank(
            "circle-alert",
            "This could not be shown",
            problem,
            rx.button("Try again", on_click=on_retry, variant="soft"),
        ),
        role="alert",
    )


def skeleton_rows(count: int, height: str = tokens.SPACE_6) -> rx.Component:
    """Hold the place of rows while they are read."""
    return rx.el.div(
        *[rx.skeleton(height=height, width="100%") for _ in range(count)],
        class_name="rows-skeleton",
        aria_hidden="true",
    )


def staged(
    state: Any,  # noqa: ANN401
    *,
    skeleton: rx.Component,
    content: rx.Component,
) -> rx.Component:
    """Show a live page in its stage: reading, failed, or there.

    A page that was there stays while it is read again; a failure replaces it.
    """
    return rx.cond(
        state.problem != "",
        failure(state.problem, state.follow),
        rx.cond(state.is_ready, content, skeleton),
    )


def load_more(has_more: rx.Var[bool], on_more: Any) -> rx.Component:  # noqa: ANN401
    """Offer the next rows of a list."""
    return rx.cond(
        has_more,
        rx.el.div(
            rx.button(
                "Load more", on_click=on_more, variant="soft", color_scheme=tokens.GREY_SCHEME
            ),
            class_name="more",
        ),
    )


def crash() -> rx.Component:
    """Catch what breaks while drawing: say so, and offer the page anew."""
    return ErrorBoundary.create(
        fallback_render=ArgsFunctionOperation.create(
            ("event_args",),
            rx.Var.create(
                blank(
                    "circle-alert",
                    "This page stopped working",
                    "The error has been logged. Load the page again; nothing you sent is lost.",
                    rx.el.a("Load the page again", href="", class_name="text-link"),
                )
            ),
            _var_type=rx.Component,
        )
    )
