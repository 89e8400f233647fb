"""The pieces of the page of API keys."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import cancel_button, form_actions, form_dialog
from leadflow_app.components.fields import cell, choice, fault_text, state_badge, text_field
from leadflow_app.components.links import PAST_ROUTER
from leadflow_app.components.marks import moment
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.api_keys.rows import (
    DEFAULT_GRACE,
    DEFAULT_LIFETIME,
    GRACES,
    LIFETIMES,
    PRESETS,
    AreaRow,
    KeyRow,
    KeysScreen,
    ScopeCell,
)
from leadflow_app.pages.api_keys.state import ApiKeysState

COLUMNS = ("Name", "May", "Made", "Last used", "Ends", "State")


def create_button(screen: rx.Var[KeysScreen]) -> rx.Component:
    """Begin a new key: the one primary action here."""
    return rx.cond(
        screen.can_create,
        rx.button(
            rx.icon("key-round", size=tokens.ICON, aria_hidden="true"),
            "New key",
            on_click=ApiKeysState.set_creating(True),
        ),
    )


def first_run() -> rx.Component:
    """Say what a key is for."""
    return blank(
        "key-round",
        "No API keys yet",
        "A key lets another program call LeadFlow over its REST API, as far as you allow it. "
        "Each program gets a key of its own, so that one can be revoked without the others.",
        rx.el.a(
            "Read about the API",
            href=routes.API_REFERENCE,
            class_name="text-link",
            custom_attrs=PAST_ROUTER,
        ),
    )


def keys(screen: rx.Var[KeysScreen]) -> rx.Component:
    """Show the keys as a table; on a phone each becomes a card."""
    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                *[rx.el.th(name, scope="col") for name in COLUMNS],
                rx.el.th(rx.el.span("Actions", class_name="visually-hidden"), scope="col"),
            )
        ),
        rx.el.tbody(rx.foreach(screen.rows, key)),
        class_name="table records is-cards",
    )


def key(row: rx.Var[KeyRow]) -> rx.Component:
    """Show one key."""
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.el.span(row.name),
                rx.el.span(row.prefix, class_name="code soft"),
                class_name="fact-lines",
            ),
            class_name="record-name at-1-start",
        ),
        cell("May", scopes(row), class_name="at-2-start"),
        cell("Made", made(row), class_name="is-labelled at-4-start"),
        cell("Last used", last_used(row), class_name="is-labelled at-3-start"),
        cell(
            "Ends",
            rx.cond(row.ends.text != "", moment(row.ends, ""), "Never"),
            class_name="is-labelled at-3-end",
        ),
        cell(
            "State",
            rx.el.div(
                rx.el.div(state_badge(row.state, row.state_label)),
                rx.cond(row.note != "", rx.el.span(row.note, class_name="soft small")),
                class_name="fact-lines",
            ),
            class_name="at-1-end",
        ),
        rx.el.td(
            rx.cond(row.can_change, actions(row)),
            class_name="record-actions at-2-end",
            custom_attrs={"data-empty": ~row.can_change},
        ),
        key=row.key,
        custom_attrs={"data-dead": row.state != "active"},
    )


def scopes(row: rx.Var[KeyRow]) -> rx.Component:
    """Say what a key may; what does not fit opens."""
    return rx.el.ul(
        rx.foreach(row.scopes, rx.el.li),
        rx.cond(
            row.more_scopes != "",
            rx.el.li(
                rx.el.details(
                    rx.el.summary(row.more_scopes),
                    rx.foreach(row.rest, rx.el.div),
                )
            ),
        ),
        class_name="scopes",
    )


def made(row: rx.Var[KeyRow]) -> rx.Component:
    """Say when a key was made, and by whom."""
    return rx.el.span(
        moment(row.created, ""), rx.el.span(row.by, class_name="soft small"), class_name="who-when"
    )


def last_used(row: rx.Var[KeyRow]) -> rx.Component:
    """Say when a key was used last, and from where."""
    return rx.cond(
        row.used.text != "",
        rx.el.span(
            moment(row.used, ""),
            rx.el.span(row.used_from, class_name="soft small"),
            class_name="who-when",
        ),
        rx.el.span("Never", class_name="soft"),
    )


def actions(row: rx.Var[KeyRow]) -> rx.Component:
    """Offer what can be done with a key."""
    return rx.menu.root(
        rx.menu.trigger(
            rx.button(
                "Actions",
                rx.icon("chevron-down", size=tokens.ICON_SMALL, aria_hidden="true"),
                variant="ghost",
                color_scheme=tokens.GREY_SCHEME,
                aria_label=f"Actions for {row.name}",
            )
        ),
        rx.menu.content(
            rx.menu.item("New secret", on_select=ApiKeysState.ask_renew(row.key)),
            rx.menu.item("Revoke", on_select=ApiKeysState.ask_revoke(row.key)),
        ),
    )


def create_dialog() -> rx.Component:
    """Ask who uses the key, what it may and for how long."""
    form = rx.el.form(
        text_field(
            "Name",
            "name",
            ApiKeysState.fault,
            hint="The program that will use it.",
            required=True,
            auto_focus=True,
            auto_complete="off",
            max_length=100,
        ),
        rx.el.fieldset(
            rx.el.legend("What it may"),
            presets(),
            rx.el.ul(
                rx.foreach(ApiKeysState.areas, area),
                key=ApiKeysState.preset,
                class_name="scope-grid",
            ),
            rx.cond(ApiKeysState.fault.field == "scopes", fault_text("scopes", ApiKeysState.fault)),
            class_name="fieldset",
        ),
        choice("Ends after", "lifetime", LIFETIMES, default=DEFAULT_LIFETIME),
        form_actions("Make the key"),
        on_submit=ApiKeysState.create,
        class_name="dialog-body",
    )
    return form_dialog(
        "New API key",
        "Allow what the program needs and nothing else. You can allow what you may yourself.",
        form,
        is_open=ApiKeysState.is_creating,
        on_open_change=ApiKeysState.set_creating,
    )


def presets() -> rx.Component:
    """Offer to tick many boxes at once."""
    return rx.el.div(
        *[
            rx.button(
                label,
                type="button",
                variant="ghost",
                color_scheme=tokens.GREY_SCHEME,
                on_click=ApiKeysState.tick(preset),
            )
            for preset, label in PRESETS.items()
        ],
        class_name="presets",
        role="group",
        aria_label="Tick many at once",
    )


def area(row: rx.Var[AreaRow]) -> rx.Component:
    """Show one area with a box for each thing that can be done there."""
    return rx.el.li(
        rx.el.span(row.name),
        rx.foreach(row.cells, lambda one: scope(row, one)),
        key=row.name,
    )


def scope(row: rx.Var[AreaRow], one: rx.Var[ScopeCell]) -> rx.Component:
    """Show one box."""
    return rx.el.label(
        rx.checkbox(
            name=one.scope, default_checked=one.is_on, aria_label=f"{row.name}: {one.label}"
        ),
        rx.el.span(one.label, aria_hidden="true"),
        class_name="scope-cell",
        key=one.scope,
        custom_attrs={"data-verb": one.verb},
    )


def renew_dialog() -> rx.Component:
    """Ask how long the present secret goes on working."""
    form = rx.el.form(
        choice("The present secret ends", "grace", GRACES, default=DEFAULT_GRACE),
        rx.el.div(
            rx.dialog.close(cancel_button()),
            rx.button("Make a new secret", type="submit"),
            class_name="dialog-actions",
        ),
        on_submit=ApiKeysState.renew,
        class_name="dialog-body",
    )
    return form_dialog(
        f"New secret for {ApiKeysState.renewing}",
        "Put the new secret into the program that uses it before the present one ends. A secret "
        "from before an earlier change ends at once.",
        form,
        is_open=ApiKeysState.renewing != "",
        on_open_change=lambda _is_open: ApiKeysState.leave_renewing,
    )


def skeleton() -> rx.Component:
    """Hold the place of the rows."""
    return skeleton_rows(8)
