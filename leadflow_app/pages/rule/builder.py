"""The builder: when, if and then, as lines that say what they mean."""

from typing import Any

import reflex as rx

from leadflow_app.components.fields import fault_text
from leadflow_app.design import tokens
from leadflow_app.pages.rule.board import FOOT, GROUP, Board, Card, Line, Source
from leadflow_app.pages.rule.controls import control, pick, ways_menu
from leadflow_app.pages.rule.state import RuleState
from leadflow_app.rule_drafts import RAW

EDIT: Any = RuleState.edit
FORM = "save-rule"
KEYS = (
    "Alt with the arrow keys moves a condition: up, down, right into a group, left out of it. "
    "It can also be dragged by its handle. Ctrl with Enter saves."
)


def builder(board: rx.Var[Board], *, is_locked: rx.Var[bool]) -> rx.Component:
    """Show the whole rule; who may only read sees it locked."""
    return rx.el.fieldset(
        rx.el.legend("The rule", class_name="visually-hidden"),
        name_field(board),
        section("When", trigger(board)),
        section(
            "If", conditions(board), rx.el.p(KEYS, class_name="soft small no-margin desk-only")
        ),
        section("Then", actions(board)),
        rx.foreach(board.sources, suggestions),
        told(),
        disabled=is_locked,
        class_name="builder",
        custom_attrs={"data-board": "rule", "data-focus": RuleState.focus, "data-form": FORM},
    )


def told() -> rx.Component:
    """Take what the keys and the pointer ask for; `assets/boards.js` writes it here."""
    return rx.el.input(
        type="text",
        on_change=RuleState.tell,
        default_value="",
        class_name="board-told",
        tab_index=-1,
        aria_hidden="true",
    )


def name_field(board: rx.Var[Board]) -> rx.Component:
    """Call the rule something."""
    fault = RuleState.fault
    return rx.el.div(
        rx.el.label("Name", html_for="rule-name"),
        rx.el.input(
            id="rule-name",
            default_value=board.name,
            on_blur=lambda value: EDIT("name", "", "", value),
            placeholder="Asks for a price",
            auto_complete="off",
            max_length=120,
            class_name="write is-name",
            key=f"{board.revision}-name",
        ),
        rx.cond(fault.field == "name", fault_text("name", fault)),
        class_name="field",
    )


def section(title: str, *content: rx.Component) -> rx.Component:
    """Show one of the three parts of a rule."""
    return rx.el.section(rx.el.h2(title), *content, class_name="rule-part", aria_label=title)


def trigger(board: rx.Var[Board]) -> rx.Component:
    """Say when the rule is asked."""
    card = board.trigger
    return rx.el.div(
        rx.el.div(
            pick(
                "When",
                board.triggers,
                card.name,
                lambda value: EDIT("trigger", "", "", value),
                id="part-t-action",
            ),
            rx.foreach(card.inputs, control),
            class_name="line-body",
        ),
        faults(card),
        class_name="line is-trigger",
    )


def conditions(board: rx.Var[Board]) -> rx.Component:
    """Show the groups and conditions in order, each as deep as it stands."""
    return rx.el.ol(
        rx.foreach(board.lines, lambda one: line(board, one)),
        class_name="lines",
        aria_label="Conditions",
    )


def line(board: rx.Var[Board], one: rx.Var[Line]) -> rx.Component:
    """Show one line."""
    return rx.el.li(
        rx.match(
            one.kind,
            (GROUP, group(board, one)),
            (FOOT, foot(one)),
            (RAW, raw(one)),
            condition(board, one),
        ),
        class_name="line",
        key=one.key,
        custom_attrs={
            "data-movable": rx.cond((one.kind == FOOT) | one.is_outermost, "", one.key),
            "data-line": one.key,
            "data-depth": one.depth,
            "data-kind": one.kind,
            "data-mark": one.mark,
        },
    )


def row(menu: rx.Component, *controls: rx.Component) -> rx.Component:
    """Put the controls of a part in a line, and at its end what can be done with it."""
    return rx.el.div(rx.el.div(*controls, class_name="line-body"), menu, class_name="line-row")


def joint(one: rx.Var[Line]) -> rx.Component:
    """Say how a line goes with the one before it, and be the handle that drags it."""
    return rx.el.span(
        rx.icon("grip-vertical", size=tokens.ICON_SMALL, aria_hidden="true"),
        rx.el.span(one.joint),
        class_name="joint soft small",
        custom_attrs={"data-handle": one.key},
    )


def group(board: rx.Var[Board], one: rx.Var[Line]) -> rx.Component:
    """Show the head of a group."""
    return rx.fragment(
        row(
            rx.cond(
                one.is_outermost, rx.fragment(), ways_menu("Actions for group", one.ways, one.key)
            ),
            rx.cond(one.is_outermost, rx.fragment(), joint(one)),
            pick(
                "Group",
                board.groups,
                one.group,
                lambda value: EDIT("group", one.key, "", value),
                id=f"part-{one.key}-group",
            ),
            mark(one),
        ),
        faults(one),
    )


def condition(board: rx.Var[Board], one: rx.Var[Line]) -> rx.Component:
    """Show one condition: what is looked at, how, and with what it is compared."""
    return rx.fragment(
        row(
            ways_menu(f"Actions for condition: {one.words}", one.ways, one.key),
            joint(one),
            pick(
                "Field",
                board.fields,
                one.subject,
                lambda value: EDIT("field", one.key, "", value),
                id=f"part-{one.key}-field",
            ),
            pick(
                "Comparison",
                one.operators,
                one.operator,
                lambda value: EDIT("operator", one.key, "", value),
            ),
            rx.foreach(one.inputs, control),
            mark(one),
        ),
        faults(one),
    )


def raw(one: rx.Var[Line]) -> rx.Component:
    """Show that a condition is kept that this screen cannot change."""
    return rx.fragment(
        row(
            ways_menu("Actions for condition", one.ways, one.key),
            joint(one),
            rx.el.span("A condition that this screen does not know; it stays.", class_name="soft"),
        ),
        faults(one),
    )


def foot(one: rx.Var[Line]) -> rx.Component:
    """Offer to put more into a group."""
    return rx.el.div(
        add_button("Condition", EDIT("add", one.group, "", ""), f"Add a condition to {one.words}"),
        add_button("Group", EDIT("add_group", one.group, "", ""), f"Add a group to {one.words}"),
        class_name="line-body",
    )


def add_button(label: str, on_click: Any, aloud: rx.Var[str] | str) -> rx.Component:  # noqa: ANN401
    """Offer to add something."""
    return rx.button(
        rx.icon("plus", size=tokens.ICON_SMALL, aria_hidden="true"),
        label,
        type="button",
        variant="ghost",
        size="1",
        on_click=on_click,
        aria_label=aloud,
    )


def mark(one: rx.Var[Line]) -> Any:  # noqa: ANN401
    """Say how a condition did on what was tested."""
    return rx.match(
        one.mark,
        ("held", rx.badge("holds", color_scheme=tokens.ACCENT, variant="soft")),
        ("failed", rx.badge("does not hold", color_scheme=tokens.LOSS_SCHEME, variant="soft")),
        (
            "skipped",
            rx.badge("not reached", color_scheme=tokens.GREY_SCHEME, variant="soft"),
        ),
        rx.fragment(),
    )


def faults(one: rx.Var[Line] | rx.Var[Card]) -> rx.Component:
    """Say what is wrong here."""
    return rx.fragment(
        rx.cond(
            one.fault != "", rx.el.p(one.fault, role="alert", class_name="field-fault line-fault")
        ),
        rx.cond(one.warning != "", rx.el.p(one.warning, class_name="line-warning line-fault")),
    )


def actions(board: rx.Var[Board]) -> rx.Component:
    """Show what is done, in order."""
    return rx.fragment(
        rx.el.ol(
            rx.foreach(board.actions, lambda one: action(board, one)),
            class_name="lines",
            aria_label="Actions",
        ),
        add_button("Action", EDIT("action_add", "", "", ""), "Add an action"),
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=board.is_last,
                on_change=lambda value: EDIT("last", "", "", value),
            ),
            rx.el.span("Stop here: rules below this one are not asked"),
            class_name="flag",
        ),
    )


def action(board: rx.Var[Board], one: rx.Var[Card]) -> rx.Component:
    """Show one thing that is done."""
    known = rx.fragment(
        pick(
            "Action",
            board.verbs,
            one.name,
            lambda value: EDIT("action", one.key, "", value),
            id=f"part-{one.key}-action",
        ),
        rx.foreach(one.inputs, control),
    )
    unknown = rx.el.span("An action that this screen does not know; it stays.", class_name="soft")
    return rx.el.li(
        row(
            ways_menu(f"Actions for action {one.number}", one.ways, one.key),
            rx.cond(one.is_known, known, unknown),
        ),
        faults(one),
        class_name="line is-action",
        key=one.key,
        custom_attrs={"data-action": one.key},
    )


def suggestions(source: rx.Var[Source]) -> rx.Component:
    """Suggest values while one types."""
    return rx.el.datalist(
        rx.foreach(source.words, lambda value: rx.el.option(value=value)), id=source.id
    )
