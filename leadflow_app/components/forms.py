"""Forms: a search box, a labelled field, and the plain form that leaves the page."""

from typing import Any

import reflex as rx
from reflex_base.components.component import field as prop
from reflex_components_core.el.elements.base import BaseHTML

from leadflow_app.design import tokens

SEARCH_PAUSE_MS = 300


class PostForm(BaseHTML):
    """A form that the browser itself posts; the forms of Reflex always stay on the page."""

    tag = "form"

    action: rx.Var[str] = prop(doc="Where the browser posts to")
    method: rx.Var[str] = prop(doc="How the browser sends it")


def post_form(*children: Any, action: str, **props: Any) -> rx.Component:  # noqa: ANN401
    """Build a form that the browser posts to `action`."""
    return PostForm.create(*children, action=action, method="post", **props)


def search_box(
    label: str,
    value: rx.Var[str],
    on_search: Any,  # noqa: ANN401
    *,
    placeholder: str,
) -> rx.Component:
    """Search as one types, after a pause."""
    return rx.el.div(
        rx.el.label(label, html_for="search", class_name="visually-hidden"),
        rx.input(
            rx.input.slot(rx.icon("search", size=tokens.ICON, aria_hidden="true")),
            id="search",
            name="search",
            type="search",
            value=value,
            placeholder=placeholder,
            on_change=on_search,
            debounce_timeout=SEARCH_PAUSE_MS,
            auto_complete="off",
        ),
        role="search",
        class_name="search",
    )


def field(label: str, control: rx.Component, *, name: str, hint: str = "") -> rx.Component:
    """Put a label above a control whose id is `name`."""
    return rx.el.div(
        rx.el.label(label, html_for=name),
        control,
        *([rx.el.span(hint, class_name="field-hint")] if hint else []),
        class_name="field",
    )
