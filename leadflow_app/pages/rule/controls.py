"""The controls of the builder: one for each kind of value."""

from typing import Any

import reflex as rx

from leadflow_app.components.fields import actions_menu
from leadflow_app.pages.rule.board import InputRow, Pick
from leadflow_app.pages.rule.state import RuleState
from leadflow_app.rule_language import Kind

WIDE = (Kind.WORDS, Kind.LONG_TEXT)
REVISION = RuleState.board.revision


def pick(
    label: str | rx.Var[str],
    options: rx.Var,
    value: rx.Var[str],
    on_change: Any,  # noqa: ANN401
    **props: Any,  # noqa: ANN401
) -> rx.Component:
    """Choose one of several; the browser's own list, which every keyboard and phone knows."""
    return rx.el.select(
        rx.foreach(options, option),
        value=value,
        on_change=on_change,
        aria_label=label,
        class_name="pick",
        **props,
    )


def option(one: rx.Var[Pick]) -> rx.Component:
    """Offer one value."""
    return rx.el.option(one.label, value=one.value)


def control(row: rx.Var[InputRow]) -> rx.Component:
    """Ask for one value, in the way of its kind."""
    shown = rx.match(
        row.kind,
        (Kind.CHOICE.value, one_of(row)),
        (Kind.CHOICES.value, some_of(row)),
        (Kind.FLAG.value, flag(row)),
        (Kind.LONG_TEXT.value, long_text(row)),
        (Kind.LINES.value, long_text(row)),
        (Kind.NUMBER.value, text(row, "number")),
        (Kind.WORDS.value, text(row, "words")),
        (Kind.TIME.value, text(row, "time")),
        text(row, "text"),
    )
    return rx.fragment(shown, key=row.id)


def given(row: rx.Var[InputRow], verb: str = "value") -> Any:  # noqa: ANN401
    """Return the handler that takes what somebody gave."""
    edit: Any = RuleState.edit
    return lambda value: edit(verb, row.key, row.name, value)


def one_of(row: rx.Var[InputRow]) -> rx.Component:
    """Choose one."""
    return pick(row.label, row.options, row.value, given(row), id=row.id)


def some_of(row: rx.Var[InputRow]) -> rx.Component:
    """Take some of a few; each is a button that stays down."""
    return rx.el.div(
        rx.foreach(row.options, lambda one: some(row, one)),
        id=row.id,
        role="group",
        aria_label=row.label,
        class_name="picks",
    )


def some(row: rx.Var[InputRow], one: rx.Var[Pick]) -> rx.Component:
    """Offer one of a few."""
    edit: Any = RuleState.edit
    return rx.el.button(
        one.label,
        type="button",
        on_click=edit("toggle", row.key, row.name, one.value),
        aria_pressed=rx.cond(one.is_on, "true", "false"),
        class_name="pick-one",
        key=one.value,
    )


def flag(row: rx.Var[InputRow]) -> rx.Component:
    """Say yes or no."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            id=row.id,
            checked=row.value == "yes",
            on_change=given(row),
        ),
        rx.el.span(row.label),
        class_name="flag",
    )


def text(row: rx.Var[InputRow], look: str) -> rx.Component:
    """Write a line; it is taken when one leaves it."""
    numeric = {"input_mode": "numeric"} if look == "number" else {}
    return rx.el.input(
        id=row.id,
        type="time" if look == "time" else "text",
        default_value=row.value,
        on_blur=given(row),
        placeholder=rx.cond(row.hint != "", row.hint, row.label),
        list=row.suggestions,
        aria_label=row.label,
        auto_complete="off",
        spell_check=False,
        class_name=f"write is-{look}",
        key=f"{REVISION}-{row.id}",
        **numeric,
    )


def long_text(row: rx.Var[InputRow]) -> rx.Component:
    """Write several lines."""
    return rx.el.textarea(
        id=row.id,
        default_value=row.value,
        on_blur=given(row),
        placeholder=rx.cond(row.hint != "", row.hint, row.label),
        aria_label=row.label,
        rows="3",
        class_name="write is-long",
        key=f"{REVISION}-{row.id}",
    )


def ways_menu(label: rx.Var[str] | str, ways: rx.Var, key: rx.Var[str]) -> rx.Component:
    """Offer what can be done with a part."""
    edit: Any = RuleState.edit
    return actions_menu(label, ways, lambda way: edit(way, key, "", ""))
