"""The faults to choose from, and what LeadFlow did with the last one."""

import reflex as rx

from backend.intake import NetworkFault
from leadflow_app.components.links import text_link
from leadflow_app.design import tokens
from leadflow_app.pages.simulator.fault_rows import COUNTED, FAULTS, TIMES, VerdictRow
from leadflow_app.pages.simulator.rows import SimulatorScreen
from leadflow_app.pages.simulator.state import SimulatorState


def faults(screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Let the provider misbehave, and say what became of it."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2("Let the provider misbehave"),
                rx.el.p(
                    "What happens rarely in earnest happens here at once.", class_name="soft small"
                ),
            ),
            times_select(),
            class_name="panel-head",
        ),
        rx.el.div(
            rx.el.ul(*[fault_line(fault, screen) for fault in FAULTS], class_name="faults"),
            reported(),
            class_name="fault-columns",
        ),
        class_name="panel sim-faults",
    )


def times_select() -> rx.Component:
    """Choose how many deliveries a repeat and an outage have."""
    return rx.el.div(
        rx.el.label("How many", html_for="fault-times"),
        rx.select.root(
            rx.select.trigger(id="fault-times", aria_label="How many deliveries"),
            rx.select.content(
                *[rx.select.item(times, value=times) for times in TIMES], position="popper"
            ),
            value=SimulatorState.times,
            on_change=SimulatorState.set_times,
        ),
        class_name="fault-times",
    )


def fault_line(fault: NetworkFault, screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Offer one fault."""
    title, hint = FAULTS[fault]
    needs_reply = fault is NetworkFault.LATE_STATUS
    shown = f"{title} \N{MULTIPLICATION SIGN} {SimulatorState.times}" if fault in COUNTED else title
    return rx.el.li(
        rx.el.div(
            rx.el.span(shown, class_name="strong"),
            rx.el.span(
                rx.cond(screen.last_reply == "", "Needs a reply of yours first.", hint)
                if needs_reply
                else hint,
                class_name="soft small",
            ),
            class_name="option-text",
        ),
        rx.button(
            "Play",
            on_click=SimulatorState.misbehave(fault.value),
            disabled=(screen.last_reply == "") if needs_reply else False,
            variant="soft",
            color_scheme=tokens.GREY_SCHEME,
            aria_label=f"Play: {title}",
        ),
    )


def reported() -> rx.Component:
    """Show what LeadFlow did with the fault that was played last."""
    played = rx.fragment(
        rx.el.h3(SimulatorState.report_of_fault.title),
        rx.el.ul(
            rx.foreach(SimulatorState.report_of_fault.rows, verdict_line), class_name="verdicts"
        ),
    )
    nothing = rx.el.p(
        "Play one: what was accepted, recognised as a duplicate, quarantined or refused "
        "is counted here.",
        class_name="soft",
    )
    return rx.el.div(
        rx.cond(SimulatorState.report_of_fault.title != "", played, nothing),
        class_name="fault-report",
        role="status",
    )


def verdict_line(row: rx.Var[VerdictRow]) -> rx.Component:
    """Show one verdict: how many, what it means, and the way there."""
    return rx.el.li(
        rx.el.div(
            rx.badge(
                row.label,
                color_scheme=rx.match(
                    row.verdict, *tokens.VERDICT_COLOURS.items(), tokens.GREY_SCHEME
                ),
                variant="soft",
            ),
            rx.el.span(row.count, class_name="strong"),
            class_name="tags",
        ),
        rx.el.span(row.text),
        rx.cond(row.reason != "", rx.el.span(row.reason, class_name="fault-reason soft small")),
        rx.cond(row.href != "", text_link(row.link, row.href)),
        key=row.key,
    )
