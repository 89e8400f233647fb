"""The pieces of the replay page."""

from typing import Any

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.fields import cell, state_badge
from leadflow_app.components.links import chips, link, text_link
from leadflow_app.components.marks import moment
from leadflow_app.components.replays import replay_progress, stop_button, warning
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.replay.effects import (
    NEW_ROWS,
    Change,
    Diff,
    EffectRow,
    ExampleRow,
)
from leadflow_app.pages.replay.rows import ALL, ReplayScreen
from leadflow_app.pages.replay.state import ReplaysState
from leadflow_app.replays import ReplayRow
from leadflow_app.shell import may, may_not

TYPING_PAUSE_MS = 600
ONLY_READING = "Ask a manager or an admin to replay deliveries."
COLUMNS = ("Replay", "Outcome", "State", "Started")


def action(screen: rx.Var[ReplayScreen]) -> rx.Component:
    """Offer the next step: first without effect, then for good; the one primary action here."""
    rehearse = rx.button(
        rx.icon("flask-conical", size=tokens.ICON, aria_hidden="true"),
        "Dry run",
        on_click=ReplaysState.rehearse,
        disabled=screen.is_busy,
    )
    commit = rx.button(
        rx.icon("rotate-cw", size=tokens.ICON, aria_hidden="true"),
        "Replay for good",
        on_click=ReplaysState.ask_commit,
    )
    return rx.cond(may(Permission.EVENTS_WRITE), rx.cond(screen.may_commit, commit, rehearse))


def choice_of_deliveries(screen: rx.Var[ReplayScreen]) -> rx.Component:
    """Choose which deliveries are meant; the address keeps it."""
    return rx.el.section(
        rx.el.p(
            "A replay reads stored deliveries once more with today's code and rules. A dry run "
            "comes first: it shows what would change and keeps nothing of it.",
            class_name="soft no-margin reading",
        ),
        rx.cond(
            may_not(Permission.EVENTS_WRITE),
            rx.el.p(ONLY_READING, class_name="soft small no-margin"),
        ),
        chips("Days", screen.ranges),
        rx.el.div(
            channel(screen),
            day("From", "from", screen.first),
            day("To", "to", screen.last),
            class_name="toolbar replay-form",
        ),
        class_name="panel",
        aria_label="Which deliveries",
    )


def channel(screen: rx.Var[ReplayScreen]) -> rx.Component:
    """Choose one channel, or all."""
    return rx.el.div(
        rx.el.label("Channel", html_for="filter-channel"),
        rx.select.root(
            rx.select.trigger(id="filter-channel", aria_label="Channel"),
            rx.select.content(
                rx.select.item("All channels", value=ALL),
                rx.foreach(screen.channels, lambda one: rx.select.item(one.label, value=one.value)),
                position="popper",
            ),
            value=screen.channel,
            on_change=lambda chosen: ReplaysState.narrow("channel", chosen),
        ),
        class_name="field",
    )


def day(label: str, name: str, value: rx.Var[str]) -> rx.Component:
    """Choose the first or the last day."""
    change: Any = ReplaysState.narrow
    return rx.el.div(
        rx.el.label(label, html_for=f"filter-{name}"),
        rx.input(
            id=f"filter-{name}",
            type="date",
            value=value,
            on_change=lambda chosen: change(name, chosen),
            debounce_timeout=TYPING_PAUSE_MS,
        ),
        class_name="field",
    )


def shown(screen: rx.Var[ReplayScreen]) -> rx.Component:
    """Show the replay that is looked at, and what a dry one found."""
    row = screen.shown
    stop = rx.cond(
        row.is_active & may(Permission.EVENTS_WRITE), stop_button(ReplaysState.stop(row.key))
    )
    return rx.cond(
        row.key != "",
        rx.el.div(
            replay_progress(row, again(screen), stop),
            rx.cond(screen.diff.is_there, diff(screen.diff)),
            class_name="steps replay-shown",
        ),
    )


def again(screen: rx.Var[ReplayScreen]) -> rx.Component:
    """Offer another dry run beside the real one."""
    return rx.cond(
        screen.may_commit & may(Permission.EVENTS_WRITE),
        rx.button(
            "Dry run again",
            on_click=ReplaysState.rehearse,
            variant="soft",
            color_scheme=tokens.GREY_SCHEME,
        ),
    )


def diff(found: rx.Var[Diff]) -> rx.Component:
    """Show what would change, or that nothing would."""
    nothing = rx.el.div(
        rx.icon("check", size=tokens.ICON, aria_hidden="true"),
        rx.el.span("Nothing would change."),
        class_name="notice is-good",
    )
    changes = rx.fragment(
        rx.el.ul(rx.foreach(found.effects, effect), class_name="effects"),
        rx.el.p(NEW_ROWS, class_name="soft small no-margin"),
    )
    return rx.el.div(
        rx.cond(found.is_empty, nothing, changes),
        rx.cond(
            found.work.length() > 0,
            rx.el.div(
                warning(),
                rx.el.div(rx.foreach(found.work, lambda text: rx.el.div(text, "."))),
                class_name="notice",
            ),
        ),
        rx.cond(found.failed.length() > 0, failed(found)),
        class_name="panel",
        role="status",
    )


def effect(row: rx.Var[EffectRow]) -> rx.Component:
    """Show one count; it opens some of its rows."""
    opened = rx.el.details(
        rx.el.summary(row.text),
        rx.el.ul(
            rx.foreach(row.examples, example),
            rx.cond(row.rest != "", rx.el.li(row.rest, class_name="soft small")),
            class_name="examples-of",
        ),
    )
    return rx.el.li(
        rx.cond(row.examples.length() > 0, opened, rx.el.div(row.text, class_name="effect-plain")),
        key=row.key,
    )


def example(row: rx.Var[ExampleRow]) -> rx.Component:
    """Show one row before and after, and where to find whom it is about."""
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.title, class_name="strong"),
            rx.cond(row.lead != "", text_link("Open the lead", row.lead)),
            rx.cond(row.conversation != "", text_link("Open the conversation", row.conversation)),
            class_name="facts-line",
        ),
        rx.cond(
            row.changes.length() > 0,
            rx.el.dl(rx.foreach(row.changes, change), class_name="changes"),
        ),
        key=row.key,
    )


def change(one: rx.Var[Change]) -> rx.Component:
    """Show one value before and after."""
    return rx.fragment(
        rx.el.dt(one.label),
        rx.el.dd(one.before, class_name="was", aria_label=f"Before: {one.before}"),
        rx.el.dd(one.after, aria_label=f"After: {one.after}"),
    )


def failed(found: rx.Var[Diff]) -> rx.Component:
    """Name the deliveries that would fail."""
    return rx.el.div(
        warning(),
        rx.el.div(
            rx.el.span("These could not be read: "),
            rx.foreach(found.failed, lambda one: text_link(one.label, one.href)),
            rx.cond(found.more_failed != "", text_link(found.more_failed, routes.QUARANTINE)),
            class_name="facts-line",
        ),
        class_name="notice",
    )


def earlier(screen: rx.Var[ReplayScreen], more: rx.Component) -> rx.Component:
    """Show the other replays."""
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*[rx.el.th(name, scope="col") for name in COLUMNS])),
        rx.el.tbody(rx.foreach(screen.earlier, replay)),
        class_name="table records is-cards",
    )
    none = rx.cond(
        screen.shown.key == "",
        blank(
            "history",
            "Nothing was replayed yet",
            "After a rule or the code was mended, choose days above and see what a replay of them "
            "would change. A dry run changes nothing.",
        ),
    )
    return rx.el.section(
        rx.cond(screen.earlier.length() > 0, rx.fragment(rx.el.h2("Earlier replays"), table), none),
        more,
        class_name="panel",
    )


def replay(row: rx.Var[ReplayRow]) -> rx.Component:
    """Show one replay; its name opens it."""
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                link(row.kind, ": ", row.scope, to=row.href, class_name="quiet-link"),
                rx.el.span(row.by, class_name="soft small"),
                class_name="fact-lines",
            ),
            class_name="record-name at-1-start",
        ),
        cell(
            "Outcome",
            rx.cond(row.is_active, row.progress, row.outcome),
            class_name="soft at-2-start",
        ),
        cell("State", state_badge(row.state, row.state_label), class_name="is-nowrap at-1-end"),
        cell("Started", moment(row.at), class_name="is-nowrap at-2-end"),
        key=row.key,
    )


def skeleton() -> rx.Component:
    """Hold the place of the choice and of the list."""
    return rx.el.div(skeleton_rows(2, tokens.TOUCH_HEIGHT), skeleton_rows(6), class_name="stack")
