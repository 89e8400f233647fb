"""The pieces of the page of channels."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.dialogs import form_actions, form_dialog
from leadflow_app.components.fields import actions_menu, state_badge, text_field
from leadflow_app.components.links import button_link, text_link
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.pages.channels.rows import ChannelCard, ChannelsScreen
from leadflow_app.pages.channels.state import ChannelsState
from leadflow_app.shell import may


def connect_button() -> rx.Component:
    """Begin a new channel: the one primary action here."""
    return rx.cond(
        may(Permission.CHANNELS_WRITE),
        button_link("Connect a channel", routes.CHANNEL_SETUP, icon="plus"),
    )


def first_run() -> rx.Component:
    """Say what a channel is, and offer both ways to begin."""
    return blank(
        "radio-tower",
        "No channel yet",
        "A channel is a number that customers write to, at the company that runs it for you. "
        "Connect yours and watch every step being proven, or try everything with a mock channel, "
        "which needs no account.",
        rx.cond(
            may(Permission.CHANNELS_WRITE),
            rx.el.div(
                button_link("Connect a channel", routes.CHANNEL_SETUP, icon="plus"),
                text_link("Start with a mock channel", routes.connect("mock")),
                class_name="button-row",
            ),
        ),
    )


def cards(screen: rx.Var[ChannelsScreen]) -> rx.Component:
    """Show every channel."""
    return rx.el.ul(rx.foreach(screen.cards, card), class_name="channel-cards")


def card(row: rx.Var[ChannelCard]) -> rx.Component:
    """Show one channel: what it is, what needs somebody, and the figures."""
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.h2(row.name),
                rx.el.span(row.provider, " \N{MIDDLE DOT} ", row.address, class_name="soft"),
            ),
            state_badge(row.state, row.state_label),
            class_name="channel-head",
        ),
        rx.cond(
            row.problems.length() > 0,
            rx.el.ul(rx.foreach(row.problems, rx.el.li), class_name="channel-problems"),
        ),
        rx.el.dl(
            rx.foreach(
                row.facts,
                lambda fact: rx.fragment(
                    rx.el.dt(fact.label), rx.el.dd(fact.text, title=fact.exact)
                ),
            ),
            class_name="facts",
        ),
        failures(row),
        rx.el.div(
            rx.cond(may(Permission.CHANNELS_WRITE), text_link("Set up", row.setup)),
            rx.cond(
                row.actions.length() > 0,
                actions_menu(
                    f"Actions for {row.name}",
                    row.actions,
                    lambda value: ChannelsState.act(row.key, value),
                ),
            ),
            class_name="channel-actions",
        ),
        key=row.key,
        class_name="channel-card",
    )


def failures(row: rx.Var[ChannelCard]) -> rx.Component:
    """Show what failed in the last 24 hours, by cause."""
    return rx.cond(
        row.failures.length() > 0,
        rx.el.div(
            rx.el.span("Failed in the last 24 hours", class_name="soft small"),
            rx.el.ul(rx.foreach(row.failures, rx.el.li), class_name="losses"),
        ),
    )


def rename_dialog() -> rx.Component:
    """Ask for another name."""
    form = rx.el.form(
        text_field(
            "Name",
            "name",
            ChannelsState.fault,
            default_value=ChannelsState.renaming,
            required=True,
            auto_focus=True,
            auto_complete="off",
            max_length=200,
        ),
        form_actions("Rename"),
        on_submit=ChannelsState.rename,
        class_name="dialog-body",
    )
    return form_dialog(
        "Rename the channel",
        "What your team calls it; customers do not see this name.",
        form,
        is_open=ChannelsState.renaming != "",
        on_open_change=lambda _is_open: ChannelsState.leave_renaming,
    )


def skeleton() -> rx.Component:
    """Hold the place of the cards."""
    return skeleton_rows(6)
