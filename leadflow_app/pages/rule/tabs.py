"""The tabs beside the builder: test, lint, versions, runs."""

from typing import Any

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.links import link, text_link
from leadflow_app.components.marks import moment
from leadflow_app.components.states import blank, load_more
from leadflow_app.design import tokens
from leadflow_app.pages.rule.marks import FindingRow
from leadflow_app.pages.rule.past import DiffRow, RunRow, VersionRow
from leadflow_app.pages.rule.rows import RuleScreen
from leadflow_app.pages.rule.state import RuleState
from leadflow_app.pages.rule.trying import NOBODY, OtherRow, StepRow, TrialRow
from leadflow_app.shell import may

MAY_WRITE = may(Permission.RULES_WRITE)


def trial() -> rx.Component:
    """Ask for a message, and show what the draft makes of it."""
    return rx.el.div(
        rx.el.p(
            "Asks what stands on the left, saved or not, among the other rules. Nothing is stored "
            "and nothing is sent.",
            class_name="soft small no-margin",
        ),
        rx.el.form(
            labelled(
                "What the customer writes",
                rx.el.textarea(id="trial-text", name="text", rows="3", class_name="write is-long"),
            ),
            labelled("Who writes", who()),
            labelled(
                "Button they tap, if any",
                rx.el.input(id="trial-choice", name="choice", class_name="write is-name"),
            ),
            rx.el.label(
                rx.el.input(type="checkbox", name="has_referral", value="yes"),
                rx.el.span("They came from an ad or a post"),
                class_name="flag",
            ),
            rx.el.div(rx.button("Test", type="submit", variant="soft")),
            on_submit=RuleState.test,
            class_name="trial-form",
        ),
        rx.cond(RuleState.tested.is_there, outcome(RuleState.tested)),
        class_name="panel",
        on_mount=RuleState.offer_people,
    )


def labelled(label: str, control: rx.Component) -> rx.Component:
    """Put a label around a control."""
    return rx.el.label(rx.el.span(label, class_name="field-label"), control, class_name="field")


def who() -> rx.Component:
    """Choose whom the message is from."""
    return rx.el.select(
        rx.el.option("Somebody who never wrote before", value=NOBODY),
        rx.foreach(RuleState.people, lambda one: rx.el.option(one.label, value=one.value)),
        value=RuleState.subject,
        on_change=RuleState.choose_subject,
        class_name="pick",
    )


def outcome(row: rx.Var[TrialRow]) -> rx.Component:
    """Show what a test found."""
    return rx.el.div(
        rx.el.div(
            rx.cond(
                row.is_match,
                rx.icon("check", size=tokens.ICON, aria_hidden="true"),
                rx.icon("x", size=tokens.ICON, aria_hidden="true"),
            ),
            rx.el.span(row.verdict, class_name="strong"),
            class_name=rx.cond(row.is_match, "notice is-good", "notice is-calm"),
        ),
        rx.el.ul(rx.foreach(row.steps, step), class_name="trial-steps", aria_label="Conditions"),
        rx.cond(
            row.effects.length() > 0,
            rx.el.dl(
                rx.el.dt("It would"),
                rx.el.dd(rx.foreach(row.effects, rx.el.div)),
                rx.el.dt("Lead before"),
                rx.el.dd(row.before),
                rx.el.dt("Lead after all rules"),
                rx.el.dd(row.after),
                class_name="facts",
            ),
        ),
        rx.cond(
            row.others.length() > 0,
            rx.fragment(
                rx.el.h3("Other rules"),
                rx.el.ul(rx.foreach(row.others, other), class_name="trial-steps"),
            ),
        ),
        class_name="panel",
        role="status",
    )


def step(row: rx.Var[StepRow]) -> rx.Component:
    """Show how one condition did."""
    return rx.el.li(
        rx.match(
            row.held,
            ("held", rx.icon("check", size=tokens.ICON, aria_label="holds")),
            ("failed", rx.icon("x", size=tokens.ICON, aria_label="does not hold")),
            rx.icon("minus", size=tokens.ICON, aria_label="not reached"),
        ),
        rx.el.div(
            rx.el.span(row.words),
            rx.cond(row.saw != "", rx.el.span("saw: ", row.saw, class_name="soft small words")),
            class_name="fact-lines",
        ),
        custom_attrs={"data-held": row.held},
    )


def other(row: rx.Var[OtherRow]) -> rx.Component:
    """Show what another rule would do."""
    return rx.el.li(
        rx.icon("check", size=tokens.ICON, aria_hidden="true"),
        rx.el.div(
            rx.el.span(row.name, class_name="strong"),
            rx.foreach(row.effects, lambda text: rx.el.span(text, class_name="soft small")),
            class_name="fact-lines",
        ),
    )


def lint() -> rx.Component:
    """List what is wrong with the draft; each finding leads to its part."""
    none = blank(
        "check",
        "Nothing to find fault with",
        "Every field is known, every value is possible, and no other rule stands in the way.",
    )
    return rx.cond(
        RuleState.findings.length() > 0,
        rx.el.ul(rx.foreach(RuleState.findings, finding), class_name="beside-list"),
        none,
    )


def finding(row: rx.Var[FindingRow]) -> rx.Component:
    """Show one finding."""
    go: Any = RuleState.go_to
    return rx.el.li(
        rx.el.div(
            rx.badge(
                row.label,
                color_scheme=rx.cond(row.level == "error", tokens.LOSS_SCHEME, tokens.WARN_SCHEME),
                variant="soft",
            ),
            rx.el.button(
                row.where, type="button", on_click=go(row.key), class_name="text-link plain-button"
            ),
            class_name="facts-line",
        ),
        rx.el.span(row.text),
    )


def versions(screen: rx.Var[RuleScreen]) -> rx.Component:
    """List what the rule said over time, one of them beside what it says now."""
    compared = rx.el.section(
        rx.el.h3(screen.compared),
        rx.cond(
            screen.diff.length() > 0,
            rx.el.ul(rx.foreach(screen.diff, difference), class_name="beside-list"),
            rx.el.p("Both say the same.", class_name="soft no-margin"),
        ),
        class_name="panel",
        aria_label="Differences",
    )
    return rx.el.div(
        rx.cond(screen.compared != "", compared),
        rx.el.ul(rx.foreach(screen.versions, version), class_name="beside-list"),
        class_name="panel",
    )


def difference(row: rx.Var[DiffRow]) -> rx.Component:
    """Show one difference."""
    return rx.el.li(
        rx.el.span(row.where, class_name="soft small"),
        rx.el.span(row.before, class_name="was", aria_label=f"Before: {row.before}"),
        rx.el.span(row.after, aria_label=f"After: {row.after}"),
    )


def version(row: rx.Var[VersionRow]) -> rx.Component:
    """Show one version, and the way back to it."""
    ask: Any = RuleState.ask_roll_back
    undo: Any = RuleState.ask_undo_version
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.title, class_name="strong"),
            rx.cond(row.is_current, rx.badge("Current", variant="soft")),
            rx.el.span(row.by, " \N{MIDDLE DOT} ", moment(row.at, ""), class_name="soft small"),
            class_name="facts-line",
        ),
        rx.cond(row.comment != "", rx.el.span(row.comment, class_name="words")),
        rx.el.div(
            rx.cond(
                ~row.is_current,
                rx.fragment(
                    text_link("Compare with current", row.href),
                    rx.cond(
                        MAY_WRITE,
                        quiet_button("Roll back", ask(row.number), f"Roll back to {row.title}"),
                    ),
                ),
            ),
            rx.cond(
                MAY_WRITE,
                quiet_button("Undo its runs", undo(row.key, row.number), f"Undo {row.title}"),
            ),
            class_name="facts-line",
        ),
        key=row.key,
    )


def quiet_button(label: str, on_click: Any, aloud: rx.Var[str] | str) -> rx.Component:  # noqa: ANN401
    """Offer something beside a row."""
    return rx.button(
        label,
        type="button",
        on_click=on_click,
        variant="ghost",
        size="1",
        color_scheme=tokens.GREY_SCHEME,
        aria_label=aloud,
    )


def runs(screen: rx.Var[RuleScreen]) -> rx.Component:
    """List what the rule did, each of which can be undone."""
    none = blank(
        "history",
        "It has not acted yet",
        "Once the rule is on, each time that it acts stands here: on whom, because of what, and "
        "what changed.",
    )
    there = rx.fragment(
        rx.el.ul(rx.foreach(screen.runs, run), class_name="beside-list"),
        load_more(screen.has_more, RuleState.more),
    )
    return rx.cond(screen.runs.length() > 0, there, none)


def run(row: rx.Var[RunRow]) -> rx.Component:
    """Show one run."""
    undo: Any = RuleState.undo_run
    return rx.el.li(
        rx.el.div(
            link(row.who, to=row.href, class_name="quiet-link strong"),
            moment(row.at, "soft small"),
            rx.el.span(row.version, class_name="soft small"),
            class_name="facts-line",
        ),
        rx.el.span(row.why, class_name="soft words clip-2"),
        rx.foreach(row.effects, rx.el.span),
        rx.cond(
            row.lasting != "",
            rx.el.span("Stays when undone: ", row.lasting, class_name="soft small"),
        ),
        rx.cond(
            row.is_undone,
            rx.el.span(row.undone, class_name="soft small"),
            rx.cond(
                MAY_WRITE,
                rx.el.div(quiet_button("Undo", undo(row.key), f"Undo on {row.who}")),
            ),
        ),
        key=row.key,
        custom_attrs={"data-dead": rx.cond(row.is_undone, "true", "false")},
    )
