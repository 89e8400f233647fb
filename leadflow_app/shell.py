"""The page frame: rail, header, banners; and `@page`, which puts a page into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.dialogs import form_actions, form_dialog
from leadflow_app.components.fields import text_field
from leadflow_app.components.forms import post_form
from leadflow_app.components.links import button_link, link
from leadflow_app.components.settings import OPERATIONS_TABS, SETTINGS_TABS
from leadflow_app.components.states import blank
from leadflow_app.design import tokens
from leadflow_app.live import LivePage
from leadflow_app.standing import Place, ShellState, Trouble, may, may_not

__all__ = ["ShellState", "first_run", "header", "may", "may_not", "page", "switch_form"]

PRODUCT: Final = "LeadFlow"
CONTENT: Final = "content"


@dataclass(frozen=True, slots=True)
class Destination:
    """One entry of the rail; without the permission it needs, nobody sees it."""

    label: str
    icon: str
    route: str
    needs: Permission | None = None
    area: str = ""
    is_for_desk: bool = False


DESTINATIONS: Final = (
    Destination("Home", "house", routes.HOME),
    Destination("Inbox", "inbox", routes.INBOX),
    Destination("Leads", "users", routes.LEADS),
    Destination("Rules", "workflow", routes.RULES, Permission.RULES_READ, is_for_desk=True),
    Destination("Channels", "radio-tower", routes.CHANNELS, Permission.CHANNELS_READ),
    Destination(
        "Simulator", "smartphone", routes.SIMULATOR, Permission.MOCK_WRITE, is_for_desk=True
    ),
    Destination("Operations", "activity", routes.OPERATIONS, Permission.EVENTS_READ),
    Destination("Settings", "settings", routes.ACCOUNT, area=routes.SETTINGS),
)
NEEDS: Final = {
    to.route: to.needs for to in (*DESTINATIONS, *SETTINGS_TABS, *OPERATIONS_TABS) if to.needs
} | {
    routes.CHANNEL_SETUP: Permission.CHANNELS_WRITE,
    routes.RULE: Permission.RULES_READ,
    routes.LEADS_IMPORT: Permission.LEADS_WRITE,
}


def page(
    route: str,
    title: str,
    state: type[LivePage],
    *,
    is_pane: bool = False,
    also: tuple[Any, ...] = (),
) -> Callable[[Callable[[], rx.Component]], Callable[[], rx.Component]]:
    """Register a page: its address, its title, its frame, and the guard of its state.

    The data of a page comes only from handlers under `signed_in`; the frame itself shows none.
    A pane page fills the height of the window and scrolls inside. Whoever lacks the permission
    that `NEEDS` names for the route reads so instead. `also` is what else begins when it opens.
    """

    def register(body: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
        def framed() -> rx.Component:
            shown, needs = body(), NEEDS.get(route)
            if needs:
                shown = rx.cond(may_not(needs), closed(title), shown)
            return frame(shown, route=route, state=state, is_pane=is_pane)

        on_load: Any = [ShellState.arrive, state.follow, *also]
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
            trouble_banners(route),
            body,
            id=CONTENT,
            tab_index=-1,
            class_name="column is-pane" if is_pane else "column",
        ),
        founding_dialog(),
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
        rx.el.ul(*[rail_entry(to, route) for to in DESTINATIONS], class_name="rail-links"),
        rx.el.div(
            theme_switch(),
            sign_out(),
            who(),
            class_name="rail-foot",
        ),
        class_name="rail",
        aria_label="Main",
    )


def rail_entry(to: Destination, route: str) -> rx.Component:
    """Show one destination to whoever may go there."""
    entry = rx.el.li(
        rail_link(to, route), class_name="desk-only" if to.area or to.is_for_desk else ""
    )
    return rx.cond(may(to.needs), entry) if to.needs else entry


def rail_link(to: Destination, route: str) -> rx.Component:
    """Link to one destination and mark it when we are there."""
    area = to.area or to.route
    is_here = route == to.route or (to.route != routes.HOME and route.startswith(area))
    return link(
        rx.icon(to.icon, size=tokens.ICON, aria_hidden="true"),
        rx.el.span(to.label),
        to=to.route,
        class_name="rail-link",
        title=to.label,
        **({"aria_current": "page"} if is_here else {}),
    )


def who() -> rx.Component:
    """Name the workspace and the person; with several workspaces, offer the others."""
    names = rx.el.span(
        rx.el.span(ShellState.workspace, class_name="strong clip"),
        rx.el.span(ShellState.person, class_name="soft clip"),
        class_name="rail-who",
    )
    switcher = rx.el.details(
        rx.el.summary(
            rx.icon("building-2", size=tokens.ICON, aria_hidden="true", class_name="narrow-only"),
            names,
            rx.icon("chevrons-up-down", size=tokens.ICON, aria_hidden="true"),
            aria_label=f"{ShellState.workspace}, {ShellState.person}. Switch workspace",
            title="Switch workspace",
            class_name="rail-link rail-switch",
        ),
        rx.el.div(workspaces(), class_name="account-sheet is-above"),
        class_name="switcher",
    )
    return rx.el.div(
        rx.cond(ShellState.places.length() > 1, switcher, names), class_name="rail-account"
    )


def workspaces() -> rx.Component:
    """Offer the other workspaces, and to make one more."""
    return rx.fragment(
        rx.el.span("Workspaces", class_name="soft small sheet-title"),
        rx.foreach(ShellState.places, place),
        rx.el.button(
            rx.icon("plus", size=tokens.ICON, aria_hidden="true"),
            rx.el.span("Create another workspace"),
            on_click=ShellState.set_founding(True),
            type="button",
            class_name="rail-link",
        ),
    )


def place(one: rx.Var[Place]) -> rx.Component:
    """Offer one workspace; the one that we are in is marked."""
    here = rx.el.span(
        rx.icon("check", size=tokens.ICON, aria_hidden="true"),
        rx.el.span(one.name, class_name="clip"),
        class_name="rail-link is-here",
        aria_current="true",
        key=one.key,
    )
    other = switch_form(
        one,
        rx.el.button(
            rx.icon("building-2", size=tokens.ICON, aria_hidden="true"),
            rx.el.span(one.name, class_name="clip"),
            type="submit",
            class_name="rail-link",
        ),
    )
    return rx.cond(one.is_here, here, other)


def switch_form(one: rx.Var[Place], button: rx.Component) -> rx.Component:
    """Go to another workspace; a plain form, so that the page that opens begins anew."""
    return post_form(
        rx.el.input(type="hidden", name="workspace_id", value=one.key, read_only=True),
        button,
        action=routes.WORKSPACE_POST,
        key=one.key,
    )


def founding_dialog() -> rx.Component:
    """Ask how another workspace is to be called."""
    form = rx.el.form(
        text_field(
            "Name",
            "workspace_name",
            ShellState.fault,
            hint="Its timezone and its currency are those of this one until you change them.",
            required=True,
            auto_focus=True,
            auto_complete="off",
            max_length=120,
        ),
        form_actions("Create and go there"),
        on_submit=ShellState.found,
        class_name="dialog-body",
    )
    return form_dialog(
        "Create another workspace",
        "It begins empty, with you as its owner. Nothing of this workspace is seen there.",
        form,
        is_open=ShellState.is_founding,
        on_open_change=ShellState.set_founding,
    )


def closed(title: str) -> rx.Component:
    """Say that the role does not show this page, and who can change that."""
    home = rx.button(link("Go to Home", to=routes.HOME), as_child=True, variant="soft")
    return rx.fragment(
        header(title),
        blank(
            "lock",
            "You may not see this page",
            f"Your role here is {ShellState.role}. Ask an admin of this workspace for one that "
            "shows it.",
            home,
        ),
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


def trouble_banners(route: str) -> rx.Component:
    """Name what needs a person, with the way to what is to be done unless that is this page."""
    return rx.el.div(
        rx.foreach(
            ShellState.troubles, lambda one: rx.cond(one.href != route, trouble_banner(one))
        ),
        role="status",
    )


def trouble_banner(one: rx.Var[Trouble]) -> rx.Component:
    """Name one thing that needs a person."""
    return link(
        rx.icon("triangle-alert", size=tokens.ICON, aria_hidden="true"),
        rx.el.span(one.text),
        to=one.href,
        key=one.href,
        class_name="banner",
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
            rx.cond(ShellState.places.length() > 1, workspaces()),
            *[sheet_link(to) for to in DESTINATIONS if to.is_for_desk],
            settings_link(),
            theme_switch(),
            sign_out(),
            class_name="account-sheet",
        ),
        class_name="account phone-only",
    )


def first_run(icon: str, title: str, text: str, trial: str) -> rx.Component:
    """Say what a page is for while it is empty; `trial` is for those who may play a customer."""
    may_play = may(Permission.MOCK_WRITE)
    return blank(
        icon,
        title,
        rx.cond(may_play, f"{text} {trial}", text),
        rx.cond(may_play, button_link("Open the simulator", routes.SIMULATOR, icon="smartphone")),
    )


def sheet_link(to: Destination) -> rx.Component:
    """Go to a place for which the bar at the bottom has no room."""
    entry = link(
        rx.icon(to.icon, size=tokens.ICON, aria_hidden="true"),
        rx.el.span(to.label),
        to=to.route,
        class_name="rail-link",
    )
    return rx.cond(may(to.needs), entry) if to.needs else entry


def settings_link() -> rx.Component:
    """Go to the settings, where the bar at the bottom has no room for them."""
    return link(
        rx.icon("settings", size=tokens.ICON, aria_hidden="true"),
        rx.el.span("Settings"),
        to=routes.ACCOUNT,
        class_name="rail-link",
    )
