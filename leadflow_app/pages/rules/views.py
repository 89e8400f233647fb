"""The pieces of the list of rules."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.fields import actions_menu, cell
from leadflow_app.components.links import button_link, link
from leadflow_app.components.marks import moment
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.rules.rows import RuleRow, RulesScreen
from leadflow_app.pages.rules.state import RulesState
from leadflow_app.shell import may

COLUMNS = ("Order", "Rule", "On", "Hits in 7 days", "Last hit", "")


def new_button() -> rx.Component:
    """Offer to write a rule; the one primary action here."""
    return rx.cond(
        may(Permission.RULES_WRITE), button_link("New rule", routes.rule("new"), icon="plus")
    )


def first_run() -> rx.Component:
    """Say what a rule is for, and offer to write the first one."""
    return blank(
        "workflow",
        "No rules yet",
        "A rule looks at each message: when what it says holds, it tags the lead, gives points, "
        "or moves it on. It is tried on messages and on history before it is turned on.",
        rx.el.div(new_button(), class_name="blank-action"),
    )


def table(screen: rx.Var[RulesScreen]) -> rx.Component:
    """Show the rules in the order in which they are asked."""
    rows = rx.el.table(
        rx.el.thead(rx.el.tr(*[rx.el.th(name, scope="col") for name in COLUMNS])),
        rx.el.tbody(rx.foreach(screen.rows, row)),
        class_name="table records is-cards rules",
        aria_label="Rules",
    )
    told = rx.el.input(
        type="text",
        on_change=RulesState.tell,
        default_value="",
        class_name="board-told",
        tab_index=-1,
        aria_hidden="true",
    )
    return rx.el.div(
        rows,
        rx.cond(may(Permission.RULES_WRITE) & ~screen.is_archived, told),
        class_name="rules-board",
        custom_attrs={"data-board": "rules", "data-focus": RulesState.focus},
    )


def row(rule: rx.Var[RuleRow]) -> rx.Component:
    """Show one rule; its name opens it."""
    return rx.el.tr(
        rx.el.td(
            rx.el.span(
                rx.icon("grip-vertical", size=tokens.ICON_SMALL, aria_hidden="true"),
                rule.number,
                class_name="joint",
                custom_attrs={"data-handle": rule.key},
            ),
            class_name="soft rule-order is-off-phone",
        ),
        rx.el.td(named(rule), class_name="record-name at-1-start"),
        rx.el.td(rx.cond(rule.is_archived, rule.state_label, switch(rule)), class_name="at-1-end"),
        cell("Hits in 7 days", rule.hits, class_name="at-2-start is-labelled rule-hits"),
        cell("Last hit", moment(rule.last_hit), class_name="is-nowrap at-2-end"),
        rx.el.td(
            rx.cond(
                may(Permission.RULES_WRITE),
                actions_menu(
                    f"Actions for {rule.name}",
                    rule.deeds,
                    lambda deed: RulesState.act(rule.key, deed),
                ),
            ),
            class_name="record-actions",
        ),
        custom_attrs={"data-movable": rule.key},
        key=rule.key,
    )


def named(rule: rx.Var[RuleRow]) -> rx.Component:
    """Call the rule by its name, and say what it says."""
    return rx.el.div(
        rx.el.div(
            link(rule.name, to=rule.href, id=f"rule-{rule.key}", class_name="quiet-link"),
            rx.cond(rule.mark != "", mark(rule)),
            class_name="facts-line",
        ),
        rx.el.span(rule.says, class_name="soft small rule-says"),
        class_name="fact-lines",
    )


def mark(rule: rx.Var[RuleRow]) -> rx.Component:
    """Say what the lint found."""
    return rx.badge(
        rule.mark_label,
        color_scheme=rx.cond(rule.mark == "error", tokens.LOSS_SCHEME, tokens.WARN_SCHEME),
        variant="soft",
    )


def switch(rule: rx.Var[RuleRow]) -> rx.Component:
    """Turn a rule on or off; who may not sees how it stands."""
    control = rx.switch(
        checked=rule.is_enabled,
        on_change=lambda is_on: RulesState.switch(rule.key, is_on),
        aria_label=f"{rule.name} is on",
    )
    return rx.cond(may(Permission.RULES_WRITE), control, rule.state_label)


def none_archived() -> rx.Component:
    """Say that no rule was put away."""
    return blank(
        "archive", "Nothing is archived", "A rule that is archived stands here and can be restored."
    )


def skeleton() -> rx.Component:
    """Hold the place of the rules."""
    return skeleton_rows(8, tokens.TOUCH_HEIGHT)
