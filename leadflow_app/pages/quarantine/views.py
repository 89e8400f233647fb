"""The lists of the quarantine: causes, the deliveries of one, and what is ignored."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.dialogs import form_actions, form_dialog
from leadflow_app.components.fields import cell, text_field
from leadflow_app.components.links import chips, link
from leadflow_app.components.marks import moment
from leadflow_app.components.replays import replay_progress, stop_button
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.display import Choice
from leadflow_app.pages.quarantine.rows import CauseRow, EventRow, QuarantineScreen
from leadflow_app.pages.quarantine.state import QuarantineState
from leadflow_app.shell import may, may_not

ONLY_READING = "Ask a manager or an admin to correct, ignore or process one of these again."
MOST_REASON = 500


def header_action(screen: rx.Var[QuarantineScreen]) -> rx.Component:
    """Try again what is open: the one primary action here."""
    is_open = (screen.kind == "event") & (screen.sheet.is_quarantined)
    is_group = (screen.kind == "cause") & (screen.events.length() > 0)
    return rx.cond(
        may(Permission.EVENTS_WRITE),
        rx.fragment(
            rx.cond(is_open, again("Process again", QuarantineState.rerun)),
            rx.cond(
                is_group & ~screen.replay.is_active,
                again("Process all again", QuarantineState.rerun_all),
            ),
        ),
    )


def again(label: str, on_click: rx.EventHandler) -> rx.Component:
    """Process once more."""
    return rx.button(
        rx.icon("rotate-cw", size=tokens.ICON, aria_hidden="true"), label, on_click=on_click
    )


def causes(screen: rx.Var[QuarantineScreen]) -> rx.Component:
    """Show the groups, or that nothing stands still."""
    heads = ("What is wrong", "Channel", "Deliveries", "First seen", "Last seen")
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*[head(name, is_figure=name == "Deliveries") for name in heads])),
        rx.el.tbody(rx.foreach(screen.causes, cause)),
        class_name="table records is-cards causes",
    )
    found = rx.fragment(only_reading(), table)
    return rx.fragment(
        chips("Views", screen.choices), rx.cond(screen.causes.length() > 0, found, nothing_still())
    )


def head(name: str, *, is_figure: bool = False) -> rx.Component:
    """Name one column."""
    return rx.el.th(name, scope="col", class_name="figure" if is_figure else "")


def cause(row: rx.Var[CauseRow]) -> rx.Component:
    """Show one group; its error opens it."""
    return rx.el.tr(
        rx.el.td(
            link(row.text, to=row.href, class_name="quiet-link"),
            class_name="record-name at-1-start",
        ),
        cell("Channel", row.channel, class_name="soft at-2-start"),
        cell("Deliveries", row.count, class_name="figure at-1-end"),
        cell("First seen", moment(row.first), class_name="is-nowrap is-off-phone"),
        cell("Last seen", moment(row.last), class_name="is-nowrap at-2-end"),
        key=row.key,
    )


def nothing_still() -> rx.Component:
    """Say that nothing waits for anybody."""
    return blank(
        "shield-check",
        "Nothing stands still",
        "Every delivery was understood. One that LeadFlow cannot understand is kept here with its "
        "cause, so that nothing is lost: correct it, ignore it, or process it again once the "
        "cause is gone.",
    )


def only_reading() -> rx.Component:
    """Say who may do something, to whom may not."""
    return rx.cond(
        may_not(Permission.EVENTS_WRITE), rx.el.p(ONLY_READING, class_name="soft small no-margin")
    )


def group(screen: rx.Var[QuarantineScreen]) -> rx.Component:
    """Show the deliveries of one cause, and the replay that tries them again."""
    is_empty = screen.events.length() == 0
    watched = replay_progress(
        screen.replay,
        rx.cond(
            screen.replay.is_active & may(Permission.EVENTS_WRITE),
            stop_button(QuarantineState.stop),
        ),
    )
    return rx.fragment(
        back(screen.back),
        rx.cond(screen.replay.key != "", watched),
        rx.cond(
            is_empty,
            blank(
                "check",
                "Nothing of this cause is left",
                "What stood here was processed or is ignored.",
                rx.button(
                    link("See what else stands still", to=routes.QUARANTINE),
                    as_child=True,
                    variant="soft",
                ),
            ),
            rx.fragment(summary(screen), only_reading(), events(screen, "What is wrong")),
        ),
    )


def summary(screen: rx.Var[QuarantineScreen]) -> rx.Component:
    """Name the group, and offer to pass over all of it."""
    return rx.el.div(
        rx.el.div(
            rx.el.h2(screen.title),
            rx.el.span(screen.about, class_name="soft"),
            class_name="sheet-title",
        ),
        ignore_button("Ignore all"),
        class_name="sheet-head",
    )


def back(choice: rx.Var[Choice]) -> rx.Component:
    """Go back to the list that this was opened from."""
    return link(
        rx.icon("arrow-left", size=tokens.ICON, aria_hidden="true"),
        choice.label,
        to=choice.href,
        class_name="text-link back-link",
    )


def ignored(screen: rx.Var[QuarantineScreen]) -> rx.Component:
    """Show what is passed over for good."""
    nothing = blank(
        "eye-off",
        "Nothing is ignored",
        "A delivery that nobody needs can be passed over with a reason. It leaves the quarantine, "
        "is found here, and can be put back.",
    )
    found = events(screen, "Why it is ignored")
    return rx.fragment(
        chips("Views", screen.choices), rx.cond(screen.events.length() > 0, found, nothing)
    )


def events(screen: rx.Var[QuarantineScreen], what: str) -> rx.Component:
    """Show deliveries as a table; each opens."""
    return rx.el.table(
        rx.el.thead(rx.el.tr(*[head(name) for name in (what, "Channel", "Received")])),
        rx.el.tbody(rx.foreach(screen.events, event)),
        class_name="table records is-cards",
    )


def event(row: rx.Var[EventRow]) -> rx.Component:
    """Show one delivery."""
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                link(row.text, to=row.href, class_name="quiet-link"),
                rx.cond(row.more != "", rx.el.span(row.more, class_name="soft small")),
                class_name="fact-lines",
            ),
            class_name="record-name at-1-start",
        ),
        cell("Channel", row.channel, class_name="soft at-2-start"),
        cell("Received", moment(row.at), class_name="is-nowrap at-1-end"),
        key=row.key,
    )


def ignore_button(label: str) -> rx.Component:
    """Pass something over, after saying why."""
    return rx.cond(
        may(Permission.EVENTS_WRITE),
        rx.button(
            label,
            on_click=QuarantineState.set_ignoring(True),
            variant="soft",
            color_scheme=tokens.GREY_SCHEME,
        ),
    )


def ignore_dialog() -> rx.Component:
    """Ask why something is to be passed over."""
    form = rx.el.form(
        text_field(
            "Reason",
            "reason",
            QuarantineState.fault,
            hint="Whoever looks later reads it beside your name.",
            required=True,
            auto_focus=True,
            auto_complete="off",
            max_length=MOST_REASON,
        ),
        form_actions("Ignore"),
        on_submit=QuarantineState.ignore,
        class_name="dialog-body",
    )
    return form_dialog(
        rx.cond(
            QuarantineState.screen.kind == "cause", "Ignore all of this cause?", "Ignore this?"
        ),
        "What it says takes no effect, and replays leave it out. You can put it back.",
        form,
        is_open=QuarantineState.is_ignoring,
        on_open_change=QuarantineState.set_ignoring,
    )


def skeleton() -> rx.Component:
    """Hold the place of the list."""
    return rx.el.div(skeleton_rows(1, tokens.TOUCH_HEIGHT), skeleton_rows(6), class_name="stack")
