"""Small marks: a moment, a stage, tags, points, an avatar."""

import reflex as rx

from leadflow_app.design import tokens


def moment(at: rx.Var, class_name: str = "soft") -> rx.Component:
    """Show a time; the exact instant is on the hover."""
    return rx.el.time(at.text, title=at.exact, class_name=class_name)


def stage_badge(stage: rx.Var[str], label: rx.Var[str]) -> rx.Component:
    """Show a lead's stage in its colour."""
    return rx.badge(
        label,
        color_scheme=rx.match(stage, *tokens.STAGE_COLOURS.items(), tokens.GREY_SCHEME),
        variant="soft",
    )


def tags(names: rx.Var) -> rx.Component:
    """Show a lead's tags."""
    return rx.el.div(
        rx.foreach(names, lambda name: rx.el.span(name, class_name="tag")), class_name="tags"
    )


def avatar(letters: rx.Var[str]) -> rx.Component:
    """Show a person by initials; the name stands beside it."""
    return rx.avatar(fallback=letters, size="2", radius="full", variant="soft", aria_hidden="true")
