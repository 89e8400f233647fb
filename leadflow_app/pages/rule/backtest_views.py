"""The tab that holds a draft against history."""

from typing import Any

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.fields import state_badge
from leadflow_app.components.links import link
from leadflow_app.components.marks import moment
from leadflow_app.design import tokens
from leadflow_app.pages.rule.backtest import (
    DAYS,
    SAMPLES,
    BacktestRow,
    CompareRow,
    MoverRow,
)
from leadflow_app.pages.rule.state import RuleState
from leadflow_app.shell import may

ONLY_READING = "Ask a manager or an admin to start a backtest."


def backtests(row: rx.Var[BacktestRow]) -> rx.Component:
    """Start a backtest, follow it, and read what it found."""
    return rx.el.div(
        rx.el.p(
            "Holds what stands on the left, saved or not, against what customers really wrote. "
            "Nothing is stored and nothing is sent.",
            class_name="soft small no-margin",
        ),
        rx.cond(
            may(Permission.RULES_WRITE),
            form(row),
            rx.el.p(ONLY_READING, class_name="soft no-margin"),
        ),
        rx.cond(row.key != "", shown(row)),
        class_name="panel",
    )


def form(row: rx.Var[BacktestRow]) -> rx.Component:
    """Choose how much of history."""
    return rx.el.form(
        choose("days", "History", {key: f"The last {label}" for key, label in DAYS.items()}, "30"),
        choose("sample", "Leads", SAMPLES, ""),
        rx.button("Start backtest", type="submit", variant="soft", disabled=row.is_active),
        on_submit=RuleState.start_backtest,
        class_name="save-bar",
    )


def choose(name: str, label: str, options: dict[str, str], default: str) -> rx.Component:
    """Choose one of a few."""
    return rx.el.div(
        rx.el.label(label, html_for=f"backtest-{name}"),
        rx.el.select(
            *[rx.el.option(text, value=value) for value, text in options.items()],
            id=f"backtest-{name}",
            name=name,
            default_value=default,
            class_name="pick",
        ),
        class_name="field",
    )


def shown(row: rx.Var[BacktestRow]) -> rx.Component:
    """Show one backtest."""
    stop: Any = RuleState.stop_backtest
    stop_it = rx.button(
        "Stop",
        on_click=stop(row.key),
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h3(row.title),
                rx.el.span(row.by, " \N{MIDDLE DOT} ", moment(row.at, ""), class_name="soft small"),
                class_name="fact-lines",
            ),
            rx.el.div(
                state_badge(row.state, row.state_label),
                rx.cond(row.is_active & may(Permission.RULES_WRITE), stop_it),
                class_name="facts-line",
            ),
            class_name="panel-head",
        ),
        rx.cond(row.is_active, progress(row)),
        rx.cond(row.error != "", rx.el.div(row.error, class_name="notice is-bad", role="alert")),
        rx.cond(row.is_done, report(row)),
        class_name="panel",
        aria_label="Backtest",
    )


def progress(row: rx.Var[BacktestRow]) -> rx.Component:
    """Show how much is done, how fast, and how long the rest takes."""
    return rx.el.div(
        rx.progress(value=row.percent, aria_label="Progress of the backtest"),
        rx.el.div(
            rx.el.span(row.progress), rx.el.span(row.pace, class_name="soft"), class_name="spread"
        ),
        role="status",
        class_name="replay-bar",
    )


def report(row: rx.Var[BacktestRow]) -> rx.Component:
    """Show what a backtest found."""
    return rx.fragment(
        rx.el.p(row.verdict, class_name="strong no-margin", role="status"),
        rx.cond(
            row.movers.length() > 0,
            rx.fragment(
                rx.el.h3("Who would move"),
                rx.el.ul(rx.foreach(row.movers, mover), class_name="beside-list movers"),
                rx.el.span(row.more_movers, class_name="soft small"),
            ),
        ),
        rx.cond(row.bars.length() > 0, figures(row)),
    )


def figures(row: rx.Var[BacktestRow]) -> rx.Component:
    """Show what a backtest counted."""
    return rx.fragment(
        rx.el.div(
            rx.el.h3("Leads by score"),
            rx.el.div(
                legend("Now", "second"), legend("With this rule", "first"), class_name="legend"
            ),
            class_name="panel-head",
        ),
        rx.el.div(plot(row), role="img", aria_label=row.histogram, class_name="chart"),
        rx.el.h3("Figures"),
        compared(row.figures),
        rx.el.h3("Hits by rule"),
        compared(row.effects),
    )


def legend(label: str, series: str) -> rx.Component:
    """Name the colour of a series."""
    return rx.el.span(
        rx.el.span(class_name=f"legend-key is-{series}", aria_hidden="true"),
        label,
        class_name="legend-item",
    )


def mover(row: rx.Var[MoverRow]) -> rx.Component:
    """Show one lead that would stand elsewhere."""
    return rx.el.li(
        link(row.name, to=row.href, class_name="quiet-link strong"),
        rx.el.div(
            rx.el.span(row.stage),
            rx.el.span(row.score, " points"),
            rx.cond(row.tags != "", rx.el.span(row.tags, class_name="soft")),
            class_name="facts-line",
        ),
        key=row.key,
    )


def compared(rows: rx.Var[list[CompareRow]]) -> rx.Component:
    """Show figures as they are and as they would be."""
    heads = ("", "Now", "With it")
    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                *[
                    rx.el.th(name, scope="col", class_name="figure" if name else "")
                    for name in heads
                ]
            )
        ),
        rx.el.tbody(
            rx.foreach(
                rows,
                lambda row: rx.el.tr(
                    rx.el.td(
                        rx.el.div(
                            row.label,
                            rx.cond(row.hint != "", rx.el.span(row.hint, class_name="soft small")),
                            class_name="fact-lines",
                        )
                    ),
                    rx.el.td(row.before, class_name="figure"),
                    rx.el.td(row.after, class_name="figure"),
                ),
            )
        ),
        class_name="table compared",
    )


def plot(row: rx.Var[BacktestRow]) -> rx.Component:
    """Draw how many leads have which score, before and after, without motion."""
    bars = [
        rx.recharts.bar(
            data_key=key,
            name=name,
            fill=fill,
            is_animation_active=False,
            radius=list(tokens.BAR_RADIUS),
        )
        for key, name, fill in (
            ("before", "Now", tokens.CHART_SECOND),
            ("after", "With this rule", tokens.CHART_FIRST),
        )
    ]
    return rx.recharts.bar_chart(
        rx.recharts.cartesian_grid(vertical=False, stroke=tokens.LINE_COLOUR),
        *bars,
        rx.recharts.x_axis(
            data_key="range", tick_line=False, axis_line=False, min_tick_gap=tokens.CHART_TICK_GAP
        ),
        rx.recharts.y_axis(
            allow_decimals=False, tick_line=False, axis_line=False, width=tokens.CHART_AXIS_WIDTH
        ),
        rx.recharts.graphing_tooltip(is_animation_active=False),
        data=row.bars.to(list[dict]),
        width="100%",
        height=tokens.CHART_HEIGHT,
        bar_gap=tokens.BAR_GAP,
        max_bar_size=tokens.BAR_WIDTH,
        accessibility_layer=False,
    )
