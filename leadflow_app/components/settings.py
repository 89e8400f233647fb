"""Areas under tabs, the settings and operations: each tab for those whose role shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.links import link


@dataclass(frozen=True, slots=True)
class SettingsTab:
    """One area, and the permission that shows it; without one, everybody."""

    label: str
    route: str
    needs: Permission | None = None


SETTINGS_TABS: Final = (
    SettingsTab("Account", routes.ACCOUNT),
    SettingsTab("Workspace", routes.WORKSPACE),
    SettingsTab("Lifecycle", routes.LIFECYCLE),
    SettingsTab("Users", routes.USERS, Permission.USERS_READ),
    SettingsTab("API keys", routes.API_KEYS, Permission.KEYS_READ),
    SettingsTab("Privacy", routes.PRIVACY, Permission.CONTACTS_EXPORT),
    SettingsTab("Audit log", routes.AUDIT, Permission.AUDIT_READ),
)
OPERATIONS_TABS: Final = (
    SettingsTab("Health", routes.OPERATIONS, Permission.EVENTS_READ),
    SettingsTab("Quarantine", routes.QUARANTINE, Permission.EVENTS_READ),
    SettingsTab("Replay", routes.REPLAY, Permission.EVENTS_READ),
)


def settings_frame(
    *body: rx.Component,
    here: str,
    permissions: rx.Var[list[str]],
    is_wide: bool = False,
    **props: Any,  # noqa: ANN401
) -> rx.Component:
    """Put an area of the settings below the tabs; `here` is its route.

    `permissions` are the shell's: `settings_frame(..., permissions=ShellState.permissions)`.
    """
    return rx.el.div(
        tab_bar("Settings", SETTINGS_TABS, here=here, permissions=permissions),
        *body,
        class_name="content is-wide" if is_wide else "content",
        **props,
    )


def tab_bar(
    label: str, tabs: Iterable[SettingsTab], *, here: str, permissions: rx.Var[list[str]]
) -> rx.Component:
    """Show the tabs of an area that the role lets somebody see; `here` is the open one's route."""
    return rx.el.nav(
        *[_tab(tab, here, permissions) for tab in tabs],
        class_name="settings-tabs",
        aria_label=label,
    )


def _tab(tab: SettingsTab, here: str, permissions: rx.Var[list[str]]) -> rx.Component:
    mark = {"aria_current": "page"} if tab.route == here else {}
    entry = link(tab.label, to=tab.route, class_name="settings-tab", **mark)
    if tab.needs is None:
        return entry
    return rx.cond(permissions.contains(tab.needs.value), entry)


def operations_frame(
    *body: rx.Component, here: str, permissions: rx.Var[list[str]]
) -> rx.Component:
    """Put an area of operations below the tabs; parameters as for `settings_frame`."""
    return rx.el.div(
        tab_bar("Operations", OPERATIONS_TABS, here=here, permissions=permissions),
        *body,
        class_name="content is-wide",
    )


def settings_section(
    title: str,
    text: str | rx.Var[str],
    *content: Any,  # noqa: ANN401
) -> rx.Component:
    """Show one subject: what it is on the left, what can be seen and done on the right."""
    return rx.el.section(
        rx.el.div(rx.el.h2(title), rx.el.p(text), class_name="settings-about"),
        rx.el.div(*content, class_name="settings-body"),
        class_name="settings-section",
        aria_label=title,
    )
