"""The pieces of one lead."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import display
from leadflow_app.components.links import link
from leadflow_app.components.marks import moment, stage_badge
from leadflow_app.components.states import load_more, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.lead import deciding_views
from leadflow_app.pages.lead.rows import EventRow, LeadScreen, StepRow, TouchRow
from leadflow_app.pages.lead.state import LeadState
from leadflow_app.shell import may

MIDDLE_DOT = " \N{MIDDLE DOT} "
ICONS = (
    "circle-plus",
    "message-circle",
    "milestone",
    "tag",
    "gauge",
    "banknote",
    "user-check",
    "merge",
    "split",
    "hourglass",
    "undo-2",
    "mail-check",
)


def to_conversation(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Go to where the customer can be answered: the one primary action here."""
    return rx.button(
        link(
            rx.icon("message-square", size=tokens.ICON, aria_hidden="true"),
            "Open conversation",
            to=screen.conversation_href,
        ),
        as_child=True,
    )


def summary(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Show who it is, how far they are and what they are worth."""
    return rx.el.section(
        shown("Phone", screen.phone),
        rx.cond(
            may(Permission.LEADS_WRITE),
            deciding_views.stage_select(screen),
            shown("Stage", stage_badge(screen.stage, screen.stage_label)),
        ),
        rx.cond(
            may(Permission.LEADS_WRITE),
            deciding_views.owner_select(screen),
            shown("Owner", screen.owner_name),
        ),
        rx.el.div(
            rx.el.span("Score", class_name="field-label"),
            rx.el.span(
                rx.el.span(screen.score, class_name="lead-figure"),
                deciding_views.band_badge(screen),
                class_name="lead-total",
            ),
            class_name="field",
        ),
        rx.cond(
            may(Permission.LEADS_WRITE),
            value_form(screen),
            shown("Value", rx.cond(screen.worth != "", screen.worth, display.NOTHING)),
        ),
        *[
            rx.el.div(
                rx.el.span(label, class_name="field-label"), moment(at, ""), class_name="field"
            )
            for label, at in (("Opened", screen.opened), ("Last activity", screen.activity))
        ],
        class_name="lead-summary",
        aria_label="Summary",
    )


def shown(label: str, value: rx.Component | rx.Var[str]) -> rx.Component:
    """Show what somebody may see and not change."""
    return rx.el.div(
        rx.el.span(label, class_name="field-label"), rx.el.span(value), class_name="field"
    )


def value_form(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Say what the lead is worth."""
    return rx.el.form(
        rx.el.label(f"Value in {screen.currency}", html_for="amount"),
        rx.el.div(
            rx.input(
                id="amount",
                name="amount",
                key=screen.amount,
                default_value=screen.amount,
                input_mode="decimal",
                placeholder="0.00",
                auto_complete="off",
            ),
            rx.button("Save", type="submit", variant="soft", color_scheme=tokens.GREY_SCHEME),
            class_name="inline-form",
        ),
        on_submit=LeadState.set_value,
        class_name="field lead-value",
    )


def score(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Show how the score came about, step by step."""
    return rx.el.section(
        rx.el.h2("Score"),
        rx.cond(
            screen.steps.length() > 0,
            rx.el.ol(rx.foreach(screen.steps, step), class_name="waterfall"),
            rx.el.p("No rule has given points yet.", class_name="soft small"),
        ),
        deciding_views.without(screen),
        class_name="panel",
    )


def step(row: rx.Var[StepRow]) -> rx.Component:
    """Show one step: why, for which message, and how far it moved the score."""
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.reason, class_name=rx.cond(row.is_disputed, "strong struck", "strong")),
            rx.cond(row.source != "", rx.el.span(row.source, class_name="soft small")),
            rx.cond(
                row.message != "",
                rx.el.q(row.message, class_name="soft clip", dir="auto", title=row.message),
            ),
            rx.cond(may(Permission.LEADS_WRITE) & row.can_be_disputed, dispute(row)),
            class_name="waterfall-why",
        ),
        rx.el.div(
            rx.el.span(
                class_name="waterfall-bar",
                style={"left": row.start, "width": row.width},
                custom_attrs={"data-loss": row.is_loss},
            ),
            class_name="waterfall-track",
            aria_hidden="true",
        ),
        rx.el.span(row.points, class_name="figure strong"),
        rx.el.span(row.total, class_name="figure soft", title=f"Score after this, {row.at.exact}"),
        key=row.key,
    )


def dispute(row: rx.Var[StepRow]) -> rx.Component:
    """Offer to say that points are wrong."""
    return rx.el.button(
        "Dispute",
        type="button",
        on_click=LeadState.ask_dispute(row.key),
        aria_label=f"Dispute {row.points} points: {row.reason}",
        class_name="dispute small",
    )


def tag_panel(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Show the tags, take one off, add one."""
    return rx.el.section(
        rx.el.h2("Tags"),
        rx.cond(
            screen.tags.length() > 0,
            rx.el.div(rx.foreach(screen.tags, tag), class_name="tags"),
            rx.el.p("No tags yet.", class_name="soft small"),
        ),
        rx.cond(may(Permission.LEADS_WRITE), tag_form()),
        class_name="panel",
    )


def tag_form() -> rx.Component:
    """Add a tag."""
    return rx.el.form(
        rx.el.label("New tag", html_for="tag", class_name="visually-hidden"),
        rx.el.div(
            rx.input(
                id="tag",
                name="tag",
                placeholder="New tag",
                max_length=64,
                required=True,
                auto_complete="off",
            ),
            rx.button("Add", type="submit", variant="soft", color_scheme=tokens.GREY_SCHEME),
            class_name="inline-form",
        ),
        on_submit=LeadState.add_tag,
        reset_on_submit=True,
    )


def tag(name: rx.Var[str]) -> rx.Component:
    """Show one tag and take it off on a click."""
    return rx.el.span(
        name,
        rx.cond(
            may(Permission.LEADS_WRITE),
            rx.el.button(
                rx.icon("x", size=tokens.ICON_SMALL, aria_hidden="true"),
                type="button",
                on_click=LeadState.remove_tag(name),
                aria_label=f"Take the tag {name} off",
            ),
        ),
        class_name="tag",
        key=name,
    )


def touches(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Show what led the customer here."""
    return rx.el.section(
        rx.el.h2("Came from"),
        rx.cond(
            screen.touches.length() > 0,
            rx.el.ul(rx.foreach(screen.touches, touch), class_name="touches"),
            rx.el.p("Nothing is known.", class_name="soft small"),
        ),
        class_name="panel",
    )


def touch(row: rx.Var[TouchRow]) -> rx.Component:
    """Show one touch."""
    return rx.el.li(
        rx.cond(
            row.url != "",
            rx.el.a(row.title, href=row.url, rel="noreferrer", target="_blank"),
            rx.el.span(row.title),
        ),
        rx.el.span(row.detail, MIDDLE_DOT, moment(row.at), class_name="soft small"),
        key=row.key,
    )


def timeline(screen: rx.Var[LeadScreen]) -> rx.Component:
    """Tell what happened, newest first."""
    return rx.el.section(
        rx.el.h2("Timeline"),
        rx.el.ol(rx.foreach(screen.events, event), class_name="timeline"),
        load_more(screen.has_more, LeadState.more),
        class_name="panel",
    )


def event(row: rx.Var[EventRow]) -> rx.Component:
    """Show one line of the story."""
    return rx.el.li(
        rx.el.span(
            rx.match(
                row.icon,
                *[(name, rx.icon(name, size=tokens.ICON, aria_hidden="true")) for name in ICONS],
                rx.icon("dot", size=tokens.ICON, aria_hidden="true"),
            ),
            class_name="timeline-icon",
        ),
        rx.el.div(
            rx.el.span(row.text),
            rx.cond(row.quote != "", rx.el.div(row.quote, class_name="words quote", dir="auto")),
            class_name="timeline-text",
        ),
        rx.el.span(
            rx.cond(row.by != "", rx.fragment(row.by, MIDDLE_DOT)),
            moment(row.at),
            class_name="timeline-by soft small",
        ),
        key=row.key,
    )


def skeleton() -> rx.Component:
    """Hold the place of the lead."""
    return skeleton_rows(8, tokens.SPACE_7)
