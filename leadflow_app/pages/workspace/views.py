"""The pieces of the settings of the workspace."""

import reflex as rx

from leadflow_app.components.fields import suggestions, text_field
from leadflow_app.components.settings import settings_section
from leadflow_app.components.states import skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.workspace.rows import WorkspaceScreen, currencies, timezones
from leadflow_app.pages.workspace.state import WorkspaceState

DAYS = (
    "When you change it, figures by day are counted anew for the whole past: what happened late "
    "one evening may then belong to the day after. Nothing is lost."
)


def settings(screen: rx.Var[WorkspaceScreen]) -> rx.Component:
    """Show the settings in one section."""
    return rx.el.div(
        settings_section(
            "Workspace",
            "Every time on the screens is written in this timezone, and a day begins at its "
            "midnight.",
            form(screen),
        ),
        class_name="settings-sections",
    )


def form(screen: rx.Var[WorkspaceScreen]) -> rx.Component:
    """Ask for name, timezone and currency."""
    return rx.el.form(
        name_field(screen),
        timezone_field(screen),
        currency_field(screen),
        suggestions("timezones", timezones()),
        suggestions("currencies", currencies()),
        rx.cond(
            screen.can_change,
            rx.button("Save", type="submit"),
            rx.el.p("Only an admin of this workspace changes its settings.", class_name="soft"),
        ),
        on_submit=WorkspaceState.save,
        class_name="settings-form",
    )


def name_field(screen: rx.Var[WorkspaceScreen]) -> rx.Component:
    """Ask for the name."""
    return text_field(
        "Name",
        "name",
        WorkspaceState.fault,
        hint="What its people see in the corner of every screen.",
        key=f"name {screen.name}",
        default_value=screen.name,
        required=True,
        max_length=120,
        disabled=~screen.can_change,
        auto_complete="off",
    )


def timezone_field(screen: rx.Var[WorkspaceScreen]) -> rx.Component:
    """Ask for the timezone, and say what a change of it does."""
    return text_field(
        "Timezone",
        "timezone",
        WorkspaceState.fault,
        hint=f"Type a part of a place, such as Madrid. {screen.here} {DAYS}",
        key=f"timezone {screen.timezone}",
        default_value=screen.timezone,
        required=True,
        disabled=~screen.can_change,
        list="timezones",
        auto_complete="off",
        spell_check=False,
    )


def currency_field(screen: rx.Var[WorkspaceScreen]) -> rx.Component:
    """Ask for the currency."""
    return text_field(
        "Currency",
        "currency",
        WorkspaceState.fault,
        hint="For values of new leads. What has a currency already keeps it.",
        key=f"currency {screen.currency}",
        default_value=screen.currency,
        required=True,
        max_length=3,
        disabled=~screen.can_change,
        list="currencies",
        auto_complete="off",
        spell_check=False,
    )


def skeleton() -> rx.Component:
    """Hold the place of the form."""
    return skeleton_rows(4, tokens.TOUCH_HEIGHT)
