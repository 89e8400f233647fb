"""The pieces with which people decide about a lead."""

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.dialogs import form_actions, form_dialog
from leadflow_app.components.fields import fault_text, text_field
from leadflow_app.components.links import link
from leadflow_app.design import tokens
from leadflow_app.pages.lead.rows import LeadScreen, Option, WithoutRow
from leadflow_app.pages.lead.state import LeadState
from leadflow_app.shell import may


def stage_select(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Choose where the lead goes, among the stages that may follow."""
    return rx.el.div(
        rx.el.label("Stage", html_for="lead-stage"),
        rx.select.root(
            rx.select.trigger(id="lead-stage", aria_label="Stage"),
            rx.select.content(
                rx.foreach(screen.stages, option),
                position="popper",
            ),
            value=screen.stage,
            on_change=LeadState.set_stage,
        ),
        rx.cond(screen.loss_reason != "", rx.el.span(screen.loss_reason, class_name="soft small")),
        class_name="field",
    )


def owner_select(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Choose whose task the lead is."""
    return rx.el.div(
        rx.el.label("Owner", html_for="lead-owner"),
        rx.select.root(
            rx.select.trigger(id="lead-owner", aria_label="Owner"),
            rx.select.content(rx.foreach(screen.owners, option), position="popper"),
            value=screen.owner,
            on_change=LeadState.set_owner,
        ),
        class_name="field",
    )


def option(row: rx.Var[Option]) -> rx.Component:
    """Offer one stage or one person."""
    return rx.select.item(row.label, value=row.value, key=row.value)


def band_badge(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Show how warm the lead is, and whether it waits too long."""
    return rx.fragment(
        rx.badge(
            screen.band_label,
            color_scheme=rx.match(
                screen.band, ("hot", "red"), ("warm", "amber"), tokens.GREY_SCHEME
            ),
            variant="soft",
        ),
        rx.cond(
            screen.stale != "",
            rx.badge(screen.stale, color_scheme="amber", variant="outline"),
        ),
    )


def returned(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Ask whether a customer who came back is a new lead."""
    return rx.cond(
        screen.returned_href != "",
        rx.el.div(
            rx.el.p(
                "This customer's ",
                link("earlier lead", to=screen.returned_href),
                " was lost. Is this a new one?",
            ),
            rx.cond(
                may(Permission.LEADS_WRITE),
                rx.el.div(
                    rx.button("Keep as a new lead", on_click=LeadState.keep_return, variant="soft"),
                    rx.button(
                        "Open the earlier one again", on_click=LeadState.reopen, variant="soft"
                    ),
                    class_name="lead-decision",
                ),
            ),
            role="status",
            class_name="panel",
        ),
    )


def without(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Show what the score would be without each rule."""
    return rx.cond(
        screen.without.length() > 0,
        rx.el.details(
            rx.el.summary("Without one of the rules"),
            rx.el.ul(rx.foreach(screen.without, without_rule), class_name="touches"),
            class_name="without",
        ),
    )


def without_rule(row: rx.Var[WithoutRow]) -> rx.Component:
    """Show the score without one rule."""
    return rx.el.li(
        rx.el.span(f"Without {row.rule}"),
        rx.el.span(row.outcome, class_name="soft small"),
        key=row.rule,
    )


def dialogs(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Ask what belongs to an end, and why points are wrong."""
    return rx.fragment(convert_dialog(screen), lose_dialog(screen), dispute_dialog())


def convert_dialog(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Ask what a sale is worth."""
    return form_dialog(
        "Mark as converted",
        "What the sale is worth goes with it into the figures.",
        rx.el.form(
            text_field(
                "Value",
                "value",
                LeadState.fault,
                default_value=screen.amount,
                input_mode="decimal",
                placeholder="0.00",
                auto_complete="off",
            ),
            fault_of("amount"),
            text_field(
                "Currency",
                "currency",
                LeadState.fault,
                default_value=screen.currency,
                max_length=3,
                auto_complete="off",
            ),
            text_field("Note", "note", LeadState.fault, max_length=500, auto_complete="off"),
            form_actions("Mark as converted"),
            on_submit=LeadState.end,
            class_name="dialog-body",
        ),
        is_open=LeadState.ending == "converted",
        on_open_change=lambda _is_open: LeadState.leave_ending,
    )


def fault_of(name: str) -> rx.Component:
    """Say what is wrong with a field that shows under another name."""
    return rx.cond(LeadState.fault.field == name, fault_text(name, LeadState.fault))


def lose_dialog(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Ask why a lead was lost."""
    return form_dialog(
        "Mark as lost",
        "The reason helps to see what to do better.",
        rx.el.form(
            rx.cond(
                screen.loss_reasons.length() > 0,
                reason_choice(screen),
                text_field("Reason", "reason", LeadState.fault, max_length=80, auto_complete="off"),
            ),
            text_field("Note", "note", LeadState.fault, max_length=500, auto_complete="off"),
            form_actions("Mark as lost"),
            on_submit=LeadState.end,
            class_name="dialog-body",
        ),
        is_open=LeadState.ending == "lost",
        on_open_change=lambda _is_open: LeadState.leave_ending,
    )


def reason_choice(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Choose one of the workspace's reasons."""
    return rx.el.div(
        rx.el.label("Reason", html_for="reason-choice"),
        rx.select.root(
            rx.select.trigger(
                id="reason-choice", aria_label="Reason", placeholder="Choose a reason"
            ),
            rx.select.content(
                rx.foreach(
                    screen.loss_reasons, lambda one: rx.select.item(one, value=one, key=one)
                ),
                position="popper",
            ),
            # Not "reason": a form reads the field to write into by its id, shown or not.
            name="chosen_reason",
        ),
        fault_of("reason"),
        class_name="field",
    )


def dispute_dialog() -> rx.Component:
    """Ask why points are wrong."""
    return form_dialog(
        "Dispute these points",
        LeadState.disputing.text,
        rx.el.form(
            text_field(
                "Why are they wrong?",
                "reason",
                LeadState.fault,
                hint="An entry that takes the points back is added; nothing is deleted.",
                max_length=200,
                required=True,
                auto_complete="off",
            ),
            form_actions("Take the points back"),
            on_submit=LeadState.dispute,
            class_name="dialog-body",
        ),
        is_open=LeadState.disputing.key != "",
        on_open_change=lambda _is_open: LeadState.leave_dispute,
    )
