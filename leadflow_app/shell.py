"""The page frame: rail, header, banners; and `@page`, which puts a page into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from backend import auth
from backend.auth import Actor
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import routes, runtime
from leadflow_app.components.forms import post_form
from leadflow_app.components.links import link
from leadflow_app.design import tokens
from leadflow_app.live import LivePage
from leadflow_app.session import signed_in

PRODUCT: Final = "LeadFlow"
CONTENT: Final = "content"


@dataclass(frozen=True, slots=True)
class Destination:
    """One entry of the rail."""

    label: str
    icon: str
    route: str


DESTINATIONS: Final = (
    Destination("Home", "house", routes.HOME),
    Destination("Inbox", "inbox", routes.INBOX),
    Destination("Leads", "users", routes.LEADS),
    Destination("Simulator", "smartphone", routes.SIMULATOR),
    Destination("Operations", "activity", routes.OPERATIONS),
)


def _workspace_name(uow: UnitOfWork, actor: Actor) -> str:
    return auth.get_workspace(uow, actor).name


class ShellState(rx.State):
    """Whose workspace this is."""

    workspace: str = ""
    person: str = ""

    @rx.event
    @signed_in
    async def arrive(self, actor: Actor) -> None:
        """Name the workspace and the person in the rail."""
        self.person = actor.name
        self.workspace = await runtime.run(actor, _workspace_name)


def page(
    route: str, title: str, state: type[LivePage], *, is_pane: bool = False
) -> Callable[[Callable[[], rx.Component]], Callable[[], rx.Component]]:
    """Register a page: its address, its title, its frame, and the guard of its state.

    The data of a page comes only from handlers under `signed_in`; the frame itself shows none.
    A pane page fills the height of the window and scrolls inside.
    """

    def register(body: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
        def framed() -> rx.Component:
            return frame(body(), route=route, state=state, is_pane=is_pane)

        on_load: Any = [ShellState.arrive, state.follow]
        rx.page(route=route, title=f"{title} \N{MIDDLE DOT} {PRODUCT}", on_load=on_load)(framed)
        return body

    return register


def frame(body: rx.Component, *, route: str, state: type[LivePage], is_pane: bool) -> rx.Component:
    """Put a page beside the rail and under its banners."""
    return rx.el.div(
        rx.el.a("Skip to content", href=f"#{CONTENT}", class_name="skip-link"),
        rail(route),
        rx.el.main(
            connection_banner(state.is_stale),
            body,
            id=CONTENT,
            tab_index=-1,
            class_name="column is-pane" if is_pane else "column",
        ),
        class_name="frame",
    )


def rail(route: str) -> rx.Component:
    """Show where one can go, and where one is."""
    return rx.el.nav(
        rx.el.div(
            rx.icon("messages-square", size=tokens.ICON_LARGE, aria_hidden="true"),
            rx.el.span(PRODUCT),
            class_name="rail-brand",
        ),
        rx.el.ul(*[rx.el.li(rail_link(to, route)) for to in DESTINATIONS], class_name="rail-links"),
        rx.el.div(
            theme_switch(),
            sign_out(),
            rx.el.div(
                rx.el.span(ShellState.workspace, class_name="strong clip"),
                rx.el.span(ShellState.person, class_name="soft clip"),
                class_name="rail-who",
            ),
            class_name="rail-foot",
        ),
        class_name="rail",
        aria_label="Main",
    )


def rail_link(to: Destination, route: str) -> rx.Component:
    """Link to one destination and mark it when we are there."""
    is_here = route == to.route or (to.route != routes.HOME and route.startswith(to.route))
    return link(
        rx.icon(to.icon, size=tokens.ICON, aria_hidden="true"),
        rx.el.span(to.label),
        to=to.route,
        class_name="rail-link",
        title=to.label,
        **({"aria_current": "page"} if is_here else {}),
    )


def theme_switch() -> rx.Component:
    """Go from light to dark and back; the system decides until somebody chooses."""
    return rx.el.button(
        rx.color_mode_cond(
            light=rx.icon("moon", size=tokens.ICON, aria_hidden="true"),
            dark=rx.icon("sun", size=tokens.ICON, aria_hidden="true"),
        ),
        rx.el.span(rx.color_mode_cond(light="Dark theme", dark="Light theme")),
        on_click=rx.toggle_color_mode,
        type="button",
        class_name="rail-link",
        aria_label="Switch between light and dark",
    )


def sign_out() -> rx.Component:
    """End the session; a plain form, because only the server can drop the cookie."""
    return post_form(
        rx.el.button(
            rx.icon("log-out", size=tokens.ICON, aria_hidden="true"),
            rx.el.span("Sign out"),
            type="submit",
            class_name="rail-link",
            aria_label="Sign out",
        ),
        action=routes.SIGN_OUT_POST,
    )


def connection_banner(is_stale: rx.Var[bool]) -> rx.Component:
    """Say that what is shown may be old, while the server or its feed is away."""
    return rx.el.div(
        rx.cond(
            has_connection_errors | is_stale,
            rx.el.div(
                rx.icon("refresh-cw", size=tokens.ICON, aria_hidden="true"),
                rx.el.span("Reconnecting\N{HORIZONTAL ELLIPSIS} What you see may be out of date."),
                class_name="banner",
            ),
        ),
        role="status",
    )


def header(title: str | rx.Var[str], *actions: rx.Component) -> rx.Component:
    """Name the page and offer its one primary action; on a phone, the account too."""
    return rx.el.header(
        rx.el.h1(title, class_name="clip"),
        rx.el.div(*actions, account_menu(), class_name="page-actions"),
        class_name="page-header",
    )


def account_menu() -> rx.Component:
    """Offer what the rail holds at its foot where there is no rail."""
    return rx.el.details(
        rx.el.summary(
            rx.icon("circle-user-round", size=tokens.ICON_LARGE, aria_hidden="true"),
            aria_label="Account",
        ),
        rx.el.div(
            rx.el.span(ShellState.workspace, class_name="strong clip"),
            rx.el.span(ShellState.person, class_name="soft clip small"),
            theme_switch(),
            sign_out(),
            class_name="account-sheet",
        ),
        class_name="account phone-only",
    )
