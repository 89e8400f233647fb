"""How far a replay is, and how it ended."""

from typing import Any

import reflex as rx

from leadflow_app.components.fields import state_badge
from leadflow_app.components.marks import moment
from leadflow_app.design import tokens
from leadflow_app.replays import ReplayRow


def replay_progress(row: rx.Var[ReplayRow], *actions: rx.Component) -> rx.Component:
    """Show one replay: what was asked, a bar while it runs, and the outcome."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2(row.kind, ": ", row.scope),
                rx.el.span(row.by, " \N{MIDDLE DOT} ", moment(row.at, ""), class_name="soft small"),
                class_name="fact-lines",
            ),
            rx.el.div(state_badge(row.state, row.state_label), *actions, class_name="replay-do"),
            class_name="panel-head replay-head",
        ),
        rx.cond(row.is_active, bar(row), rx.el.p(row.outcome, class_name="replay-outcome")),
        rx.cond(row.error != "", rx.el.div(warning(), row.error, class_name="notice is-bad")),
        class_name="panel replay",
        aria_label="Replay",
    )


def bar(row: rx.Var[ReplayRow]) -> rx.Component:
    """Show how much is done, how fast, and how long the rest takes."""
    return rx.el.div(
        rx.progress(value=row.percent, aria_label="Progress of the replay"),
        rx.el.div(
            rx.el.span(row.progress), rx.el.span(row.pace, class_name="soft"), class_name="spread"
        ),
        role="status",
        class_name="replay-bar",
    )


def stop_button(on_stop: Any) -> rx.Component:  # noqa: ANN401
    """End a replay that is under way."""
    return rx.button("Stop", on_click=on_stop, variant="soft", color_scheme=tokens.GREY_SCHEME)


def warning() -> rx.Component:
    """Mark what needs attention."""
    return rx.icon("triangle-alert", size=tokens.ICON, aria_hidden="true")
