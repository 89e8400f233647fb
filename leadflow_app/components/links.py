"""Links inside the app: they change the page without loading it anew."""

from typing import Any, Final

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from leadflow_app.design import tokens

# For links to what the API serves: the router of the app knows its own pages only.
PAST_ROUTER: Final = {"reloadDocument": True}


def link(*children: Any, to: str | rx.Var[str], **props: Any) -> rx.Component:  # noqa: ANN401
    """Link to a page of the app, without any look of its own."""
    return ReactRouterLink.create(*children, to=to, **props)


def text_link(label: str | rx.Var[str], to: str | rx.Var[str]) -> rx.Component:
    """Link that reads as one in running text."""
    return link(label, to=to, class_name="text-link")


def download_link(label: str | rx.Var[str], href: str | rx.Var[str]) -> rx.Component:
    """Link to a file of the API: the browser fetches it, the router of the app lets it pass."""
    return rx.el.a(
        label,
        href=href,
        download=True,
        class_name="text-link",
        custom_attrs=PAST_ROUTER,
    )


def chip(label: str | rx.Var[str], to: str | rx.Var[str], is_on: rx.Var[bool]) -> rx.Component:
    """One of several views of the same list; the choice lives in the address."""
    return link(label, to=to, class_name="chip", aria_current=rx.cond(is_on, "true", "false"))


def chips(label: str, rows: rx.Var) -> rx.Component:
    """Show the views to choose from: rows with `label`, `href` and `is_on`."""
    return rx.el.nav(
        rx.foreach(rows, lambda row: chip(row.label, row.href, row.is_on)),
        class_name="chips",
        aria_label=label,
    )


def button_link(label: str, to: str | rx.Var[str], *, icon: str | None = None) -> rx.Component:
    """Show a link as the one primary button of a screen."""
    return rx.button(
        link(
            *([rx.icon(icon, size=tokens.ICON, aria_hidden="true")] if icon else []), label, to=to
        ),
        as_child=True,
    )
