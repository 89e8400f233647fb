"""The pieces of the inbox."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import display, shell
from leadflow_app.components.links import chips, link, text_link
from leadflow_app.components.marks import avatar, moment, stage_badge, tags
from leadflow_app.components.states import blank, load_more, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.inbox.rows import (
    ConversationRow,
    InboxScreen,
    PointsRow,
    SidePanel,
    TouchRow,
)
from leadflow_app.pages.inbox.state import InboxState
from leadflow_app.pages.inbox.team_dialogs import several_bar
from leadflow_app.shell import may

MIDDLE_DOT = " \N{MIDDLE DOT} "


def first_run() -> rx.Component:
    """Say what the inbox is for and how the first message comes in."""
    return shell.first_run(
        "inbox",
        "No conversations yet",
        "Messages of your customers arrive here as they are written.",
        "Play a customer in the simulator to see the first one.",
    )


def conversation_list(screen: rx.Var[InboxScreen], search: rx.Component) -> rx.Component:
    """Show the conversations that the address asks for."""
    return rx.el.section(
        rx.el.div(
            search,
            chips("Conversations", screen.views),
            rx.foreach(screen.narrowed_by, taken),
            class_name="inbox-filters",
        ),
        several_bar(),
        rx.el.div(
            rx.cond(
                screen.rows.length() > 0,
                rx.el.ul(rx.foreach(screen.rows, conversation), class_name="conversations"),
                rx.el.p("No conversation matches.", class_name="soft inbox-none"),
            ),
            load_more(screen.has_more, InboxState.more),
            class_name="inbox-scroll",
            tab_index=-1,
        ),
        class_name="inbox-list",
        aria_label="Conversations",
    )


def taken(choice: rx.Var) -> rx.Component:
    """Show one more filter that is on, and take it away on a click."""
    return link(
        choice.label,
        rx.icon("x", size=tokens.ICON, aria_hidden="true"),
        to=choice.href,
        class_name="chip",
        aria_current="true",
        aria_label=f"Remove the filter {choice.label}",
    )


def conversation(row: rx.Var[ConversationRow]) -> rx.Component:
    """Show one conversation of the list."""
    return rx.el.li(
        rx.cond(InboxState.is_selecting, selector(row)),
        link(
            avatar(row.letters),
            rx.el.span(
                rx.el.span(row.name, class_name="conversation-name clip"),
                moment(row.at, "conversation-at soft"),
                rx.el.span(row.snippet, class_name="conversation-snippet soft clip"),
                rx.cond(
                    row.unread != "",
                    rx.el.span(row.unread, class_name="unread", aria_label="unread messages"),
                ),
                rx.el.span(
                    rx.cond(row.assignee != "", row.assignee, row.channel),
                    rx.el.span(row.window, custom_attrs={"data-open": row.is_window_open}),
                    class_name="conversation-foot",
                ),
                class_name="conversation-text",
            ),
            to=row.href,
            class_name="conversation",
            aria_current=rx.cond(row.is_chosen, "true", "false"),
            custom_attrs={"data-step": "conversation"},
        ),
        key=row.key,
        class_name="conversation-line",
    )


def selector(row: rx.Var[ConversationRow]) -> rx.Component:
    """Select a conversation for what is done to several."""
    return rx.el.input(
        type="checkbox",
        checked=InboxState.selected.contains(row.key),
        on_change=lambda _is_checked: InboxState.select_one(row.key),
        aria_label=f"Select {row.name}",
    )


def nobody_chosen() -> rx.Component:
    """Hold the middle while no conversation is open."""
    return blank(
        "message-square",
        "Choose a conversation",
        "Or press j and k to walk through the list, r to reply and e to close.",
    )


def side_panel(screen: rx.Var[InboxScreen]) -> rx.Component:
    """Show who the conversation is with and what became of it."""
    side = screen.side
    return rx.el.aside(
        link(
            rx.icon("arrow-left", size=tokens.ICON, aria_hidden="true"),
            "Back to the conversation",
            to=screen.open.side_href,
            class_name="side-back text-link",
        ),
        rx.el.section(
            rx.el.h2("Contact"),
            rx.el.dl(
                fact("Name", side.name),
                fact("Phone", side.phone),
                rx.cond(side.username != "", fact("Username", side.username)),
                rx.el.dt("Since"),
                rx.el.dd(moment(side.since, "")),
                rx.cond(side.consent != "", consent(screen)),
                class_name="facts",
            ),
            class_name="panel",
        ),
        rx.cond(side.lead_id != "", lead_panel(screen), no_lead()),
        rx.cond(side.touches.length() > 0, touches(screen)),
        class_name="inbox-side",
        aria_label="About the customer",
        tab_index=0,
    )


def consent(screen: rx.Var[InboxScreen]) -> rx.Component:
    """Show what the customer agreed to, and since when."""
    side = screen.side
    return rx.fragment(
        rx.el.dt("Marketing"), rx.el.dd(side.consent, " ", moment(side.consented, "soft"))
    )


def fact(name: str, value: rx.Var[str]) -> rx.Component:
    """Show one fact and its name."""
    return rx.fragment(rx.el.dt(name), rx.el.dd(value))


def no_lead() -> rx.Component:
    """Say why there is no lead."""
    return rx.el.section(
        rx.el.h2("Lead"),
        rx.el.p("No lead: nothing that could be read has come in.", class_name="soft small"),
        class_name="panel",
    )


def lead_panel(screen: rx.Var[InboxScreen]) -> rx.Component:
    """Show the lead, and let its stage be set."""
    side = screen.side
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Lead"), text_link("Open lead", side.lead_href), class_name="panel-head"
        ),
        rx.cond(may(Permission.LEADS_WRITE), stage_select(side.stage), stage_shown(side)),
        rx.el.div(
            rx.el.span("Score", class_name="field-label"),
            rx.el.span(side.score, class_name="side-score"),
            rx.el.ul(rx.foreach(side.points, points), class_name="points"),
            class_name="field",
        ),
        rx.cond(
            side.tags.length() > 0,
            rx.el.div(
                rx.el.span("Tags", class_name="field-label"), tags(side.tags), class_name="field"
            ),
        ),
        class_name="panel",
    )


def stage_select(stage: rx.Var[str]) -> rx.Component:
    """Choose the stage of the lead."""
    return rx.el.div(
        rx.el.label("Stage", html_for="inbox-stage"),
        rx.select.root(
            rx.select.trigger(id="inbox-stage", aria_label="Stage"),
            rx.select.content(
                *[rx.select.item(display.stage(name), value=name) for name in display.STAGES],
                position="popper",
            ),
            value=stage,
            on_change=InboxState.set_stage,
        ),
        class_name="field",
    )


def stage_shown(side: rx.Var[SidePanel]) -> rx.Component:
    """Show the stage to whoever may not choose it."""
    return rx.el.div(
        rx.el.span("Stage", class_name="field-label"),
        rx.el.span(stage_badge(side.stage, side.stage_label)),
        class_name="field",
    )


def points(row: rx.Var[PointsRow]) -> rx.Component:
    """Show points and why."""
    return rx.el.li(
        rx.el.span(row.points, class_name="points-value"),
        rx.el.span(row.reason),
        key=row.key,
        title=row.at.exact,
    )


def touches(screen: rx.Var[InboxScreen]) -> rx.Component:
    """Show what led the customer here."""
    return rx.el.section(
        rx.el.h2("Came from"),
        rx.el.ul(rx.foreach(screen.side.touches, touch), class_name="touches"),
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


def skeleton() -> rx.Component:
    """Hold the place of the list and of the thread."""
    return rx.el.div(
        rx.el.div(skeleton_rows(8, tokens.SPACE_8), class_name="inbox-list inbox-waiting"),
        rx.el.div(class_name="inbox-thread"),
        class_name="inbox",
        custom_attrs={"data-shown": "list"},
    )
