"""What stands around the builder: the head, the bar that saves, the tabs beside it."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.fields import state_badge
from leadflow_app.components.links import chips, text_link
from leadflow_app.components.marks import moment
from leadflow_app.components.states import skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.rule import tabs
from leadflow_app.pages.rule.backtest_views import backtests
from leadflow_app.pages.rule.builder import FORM
from leadflow_app.pages.rule.rows import RuleScreen
from leadflow_app.pages.rule.state import RuleState
from leadflow_app.shell import may


def summary(screen: rx.Var[RuleScreen]) -> rx.Component:
    """Say how the rule stands."""
    return rx.el.div(
        text_link("All rules", routes.RULES),
        rx.cond(
            screen.is_new,
            rx.el.span("A new rule is paused until it is turned on.", class_name="soft"),
            rx.fragment(
                state_badge(screen.state, screen.state_label),
                rx.el.span(screen.version, class_name="soft"),
                rx.el.span(screen.facts, class_name="soft"),
                rx.cond(
                    screen.last_hit.text != "",
                    rx.el.span("last ", moment(screen.last_hit), class_name="soft"),
                ),
            ),
        ),
        class_name="facts-line rule-summary",
    )


def switch_button(screen: rx.Var[RuleScreen]) -> rx.Component:
    """Offer to turn the stored rule on, or to pause it."""
    return rx.cond(
        may(Permission.RULES_WRITE) & ~screen.is_new,
        rx.button(
            rx.cond(screen.is_enabled, "Pause", "Turn on"),
            on_click=RuleState.switch,
            variant="soft",
        ),
    )


def save_button(screen: rx.Var[RuleScreen]) -> rx.Component:
    """Offer to store what was written; the one primary action here."""
    return rx.cond(
        may(Permission.RULES_WRITE),
        rx.button(
            rx.cond(screen.is_new, "Save rule", "Save version"),
            type="submit",
            form=FORM,
            disabled=~(RuleState.board.is_changed | screen.is_new),
        ),
    )


def save_bar(screen: rx.Var[RuleScreen]) -> rx.Component:
    """Say what a version is for, and leave what was written."""
    comment = rx.el.div(
        rx.el.label("What changed", html_for="comment"),
        rx.el.input(
            id="comment",
            name="comment",
            placeholder="For whoever reads the versions later",
            max_length=200,
            auto_complete="off",
            class_name="write",
        ),
        class_name="field grow",
    )
    discard = rx.button(
        "Discard changes",
        type="button",
        on_click=RuleState.start_over,
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )
    shown = RuleState.board.is_changed & ~screen.is_new
    return rx.el.form(
        rx.cond(shown, rx.fragment(comment, discard)),
        on_submit=RuleState.save,
        id=FORM,
        class_name="save-bar",
    )


def overtaken() -> rx.Component:
    """Say that somebody stored another version meanwhile."""
    return rx.cond(
        RuleState.is_overtaken,
        rx.el.div(
            rx.icon("triangle-alert", size=tokens.ICON, aria_hidden="true"),
            rx.el.span(
                "Somebody saved another version meanwhile. Saving puts yours on top of it; "
                "discard yours to see theirs."
            ),
            class_name="notice",
            role="status",
        ),
    )


def beside(screen: rx.Var[RuleScreen]) -> rx.Component:
    """Show the open tab beside the builder."""
    return rx.el.aside(
        chips("Views of the rule", screen.tabs),
        rx.match(
            screen.tab,
            ("backtest", backtests(screen.backtest)),
            ("lint", tabs.lint()),
            ("versions", tabs.versions(screen)),
            ("runs", tabs.runs(screen)),
            tabs.trial(),
        ),
        class_name="panel rule-beside",
        aria_label="Beside the rule",
    )


def skeleton() -> rx.Component:
    """Hold the place of the builder."""
    return rx.el.div(skeleton_rows(1, tokens.CONTROL_HEIGHT), skeleton_rows(6), class_name="stack")
