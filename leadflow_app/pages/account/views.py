"""The pieces of the account page."""

import reflex as rx

from leadflow_app.components.fields import cell, text_field
from leadflow_app.components.marks import moment
from leadflow_app.components.settings import settings_section
from leadflow_app.components.states import skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.account.rows import AccountScreen, SessionRow, Step
from leadflow_app.pages.account.state import AccountState
from leadflow_app.shell import ShellState, switch_form
from leadflow_app.standing import Place

SESSIONS = ("Browser", "Address", "Signed in", "Last seen")
WORKSPACES = ("Workspace", "Your role")
RULES = (
    "10 characters or more. Common passwords, patterns and parts of your email address are "
    "refused. A few words in a row are easy to remember and hard to guess."
)
WITHOUT = (
    "Whoever learns your password can sign in as you. With a second factor they need your phone "
    "too: an authenticator app on it makes a new code every 30 seconds."
)


def profile(screen: rx.Var[AccountScreen]) -> rx.Component:
    """Show who somebody is here."""
    return settings_section(
        "Profile",
        "Who you are in this workspace. An admin changes roles.",
        rx.el.dl(
            rx.el.dt("Name"),
            rx.el.dd(screen.name),
            rx.el.dt("Email"),
            rx.el.dd(screen.email),
            rx.el.dt("Role"),
            rx.el.dd(screen.role, rx.el.span(screen.role_hint, class_name="field-hint")),
            class_name="facts",
        ),
    )


def password(screen: rx.Var[AccountScreen]) -> rx.Component:
    """Ask for the present password and a new one."""
    fault = AccountState.fault
    form = rx.el.form(
        rx.el.input(type="hidden", name="username", value=screen.email, auto_complete="username"),
        text_field(
            "Current password",
            "current",
            fault,
            type="password",
            required=True,
            auto_complete="current-password",
            max_length=1024,
        ),
        text_field(
            "New password",
            "new",
            fault,
            hint=RULES,
            type="password",
            required=True,
            auto_complete="new-password",
            max_length=1024,
        ),
        rx.button("Change password", type="submit"),
        key=AccountState.drawn,
        on_submit=AccountState.change_password,
        class_name="settings-form",
    )
    return settings_section(
        "Password",
        "A new password signs out all your other browsers.",
        rx.el.p("Last changed ", moment(screen.password_changed, ""), ".", class_name="soft small"),
        form,
    )


def second_factor(screen: rx.Var[AccountScreen]) -> rx.Component:
    """Show whether codes are asked for, and change that."""
    return settings_section(
        "Second factor",
        "A code from your phone, asked for after the password.",
        rx.cond(screen.has_factor, with_factor(screen), without_factor()),
    )


def without_factor() -> rx.Component:
    """Say what is missing, and offer it."""
    return rx.fragment(
        rx.el.p(WITHOUT),
        rx.button(
            rx.icon("shield-plus", size=tokens.ICON, aria_hidden="true"),
            "Set up",
            on_click=AccountState.set_up,
            variant="soft",
        ),
    )


def with_factor(screen: rx.Var[AccountScreen]) -> rx.Component:
    """Say since when, how many recovery codes are left, and offer both ways on."""
    return rx.fragment(
        rx.el.p(
            rx.icon("shield-check", size=tokens.ICON, aria_hidden="true"),
            rx.el.span("On since ", moment(screen.factor_since, ""), "."),
            class_name="is-on",
        ),
        rx.el.p(screen.codes_left, class_name=rx.cond(screen.has_few_codes, "notice", "soft")),
        rx.el.div(
            rx.button(
                "New recovery codes",
                on_click=AccountState.ask_code(Step.RENEW.value),
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
            ),
            rx.button(
                "Remove",
                on_click=AccountState.ask_code(Step.REMOVE.value),
                variant="soft",
                color_scheme=tokens.LOSS_SCHEME,
                aria_label="Remove the second factor",
            ),
            class_name="toolbar",
        ),
    )


def sessions(screen: rx.Var[AccountScreen]) -> rx.Component:
    """Show every browser that is signed in, and sign it out."""
    return settings_section(
        "Signed-in browsers",
        "Sign out what you do not know, and change your password then. A browser that nobody "
        "uses is signed out after 12 hours.",
        rx.el.table(
            head(*SESSIONS),
            rx.el.tbody(rx.foreach(screen.sessions, session)),
            class_name="table records",
        ),
        rx.cond(
            screen.has_others,
            rx.button(
                "Sign out all others",
                on_click=AccountState.ask_end_others,
                variant="soft",
                color_scheme=tokens.LOSS_SCHEME,
            ),
        ),
    )


def head(*names: str) -> rx.Component:
    """Name the columns, and leave one for what can be done."""
    return rx.el.thead(
        rx.el.tr(
            *[rx.el.th(name, scope="col") for name in names],
            rx.el.th(rx.el.span("Actions", class_name="visually-hidden"), scope="col"),
        )
    )


def session(row: rx.Var[SessionRow]) -> rx.Component:
    """Show one browser."""
    end = rx.button(
        "Sign out",
        on_click=AccountState.ask_end(row.key),
        variant="ghost",
        color_scheme=tokens.GREY_SCHEME,
        aria_label=f"Sign out {row.device}",
    )
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.el.span(row.device),
                rx.cond(row.is_here, rx.el.span("This browser", class_name="tag")),
                class_name="facts-line",
            ),
            class_name="record-name",
        ),
        cell("Address", row.address, class_name="soft", is_empty=row.address == ""),
        cell("Signed in", moment(row.began), class_name="is-nowrap"),
        cell("Last seen", moment(row.seen), class_name="is-nowrap"),
        rx.el.td(
            rx.cond(row.is_here, rx.fragment(), end),
            class_name="record-actions",
            custom_attrs={"data-empty": row.is_here},
        ),
        key=row.key,
    )


def workspaces() -> rx.Component:
    """Show where else somebody may work, and let them begin another workspace."""
    return settings_section(
        "Workspaces",
        "Each has its own customers, people and settings. Your password and your second factor "
        "are the same in all of them.",
        rx.el.table(
            head(*WORKSPACES),
            rx.el.tbody(rx.foreach(ShellState.places, workspace)),
            class_name="table records",
        ),
        rx.button(
            "Create another workspace",
            on_click=ShellState.set_founding(True),
            variant="soft",
            color_scheme=tokens.GREY_SCHEME,
        ),
    )


def workspace(row: rx.Var[Place]) -> rx.Component:
    """Show one workspace."""
    go = rx.button(
        "Switch",
        type="submit",
        variant="ghost",
        color_scheme=tokens.GREY_SCHEME,
        aria_label=f"Switch to {row.name}",
    )
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.el.span(row.name),
                rx.cond(row.is_here, rx.el.span("You are here", class_name="tag")),
                class_name="facts-line",
            ),
            class_name="record-name",
        ),
        cell("Your role", row.role),
        rx.el.td(
            rx.cond(row.is_here, rx.fragment(), switch_form(row, go)),
            class_name="record-actions",
            custom_attrs={"data-empty": row.is_here},
        ),
        key=row.key,
    )


def skeleton() -> rx.Component:
    """Hold the place of the sections."""
    return skeleton_rows(5, tokens.TILE_HEIGHT)
