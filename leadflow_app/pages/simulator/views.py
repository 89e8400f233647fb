"""The pieces of the simulator."""

import reflex as rx

from leadflow_app.components.forms import field
from leadflow_app.components.links import text_link
from leadflow_app.components.marks import moment, stage_badge, tags
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.simulator.rows import (
    EXAMPLES,
    OutcomeRow,
    PhoneMessage,
    SimulatorScreen,
)
from leadflow_app.pages.simulator.state import SimulatorState


def no_channel() -> rx.Component:
    """Say what is missing when there is nothing to write to."""
    return blank(
        "smartphone",
        "No mock channel",
        "The simulator writes to a mock channel, and this workspace has none. Create one through "
        "the API: POST /v1/channels with the provider mock.",
    )


def customer(screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Choose who writes, to which channel, and how."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Customer"),
            rx.button(
                "Next customer",
                on_click=SimulatorState.next_customer,
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
            ),
            class_name="panel-head",
        ),
        channel_select(screen),
        text_field("Name", "name", SimulatorState.name),
        text_field("Phone number", "number", SimulatorState.number),
        option(
            "from-ad",
            "Came from an ad",
            "The first message carries the ad, as click-to-WhatsApp does.",
            SimulatorState.is_from_ad,
            SimulatorState.set_from_ad,
        ),
        option(
            "no-number",
            "Without a phone number",
            "WhatsApp usernames hide the number; only a user id comes along.",
            SimulatorState.has_no_number,
            SimulatorState.set_has_no_number,
        ),
        class_name="panel sim-customer",
    )


def channel_select(screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Choose the channel."""
    return rx.el.div(
        rx.el.label("Channel", html_for="sim-channel"),
        rx.select.root(
            rx.select.trigger(id="sim-channel", aria_label="Channel"),
            rx.select.content(
                rx.foreach(
                    screen.channels, lambda choice: rx.select.item(choice.label, value=choice.value)
                ),
                position="popper",
            ),
            value=SimulatorState.channel,
            on_change=lambda value: SimulatorState.describe("channel", value),
        ),
        class_name="field",
    )


def text_field(label: str, name: str, value: rx.Var[str]) -> rx.Component:
    """Change one fact of the customer when the field is left."""
    return field(
        label,
        rx.input(
            id=name,
            key=value,
            default_value=value,
            on_blur=lambda text: SimulatorState.describe(name, text),
            auto_complete="off",
        ),
        name=name,
    )


def option(
    name: str, label: str, hint: str, is_on: rx.Var[bool], on_change: rx.EventHandler
) -> rx.Component:
    """Switch one peculiarity on or off."""
    return rx.el.div(
        rx.switch(id=name, checked=is_on, on_change=on_change),
        rx.el.div(
            rx.el.label(label, html_for=name),
            rx.el.span(hint, class_name="field-hint"),
            class_name="option-text",
        ),
        class_name="option",
    )


def phone(screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Show the customer's phone."""
    return rx.el.section(
        rx.el.div(
            rx.icon("store", size=tokens.ICON_LARGE, aria_hidden="true"),
            rx.el.div(
                rx.el.span("Your business", class_name="strong"),
                rx.el.span(f"as seen by {SimulatorState.name}", class_name="small"),
                class_name="phone-who",
            ),
            class_name="phone-head",
        ),
        rx.el.div(
            rx.cond(
                screen.messages.length() > 0,
                rx.el.ol(rx.foreach(screen.messages, bubble), class_name="messages"),
                rx.el.p(
                    "Write as the customer would, or tap an example.",
                    class_name="phone-hint soft",
                ),
            ),
            class_name="phone-screen",
            role="region",
            aria_label="Messages on the phone",
            tab_index=0,
        ),
        examples(),
        composer(),
        class_name="phone",
        aria_label="Phone of the customer",
    )


def bubble(row: rx.Var[PhoneMessage]) -> rx.Component:
    """Show one message as WhatsApp draws it."""
    return rx.el.li(
        rx.el.div(
            rx.el.div(row.text, class_name="words", dir="auto"),
            moment(row.at, "bubble-at"),
            class_name=rx.cond(row.is_mine, "bubble is-out", "bubble"),
        ),
        key=row.key,
        class_name=rx.cond(row.is_mine, "message is-out", "message"),
    )


def examples() -> rx.Component:
    """Offer sentences that the demo rules know."""
    return rx.el.div(
        *[
            rx.el.button(
                text,
                type="button",
                class_name="example",
                on_click=SimulatorState.say_example(text),
            )
            for text in EXAMPLES
        ],
        class_name="examples",
        role="group",
        aria_label="Examples",
    )


def composer() -> rx.Component:
    """Write as the customer."""
    return rx.el.form(
        rx.el.label("Message", html_for="say", class_name="visually-hidden"),
        rx.input(
            id="say", name="text", placeholder="Message", auto_complete="off", max_length=4096
        ),
        rx.icon_button(
            rx.icon("send-horizontal", size=tokens.ICON, aria_hidden="true"),
            type="submit",
            aria_label="Send",
        ),
        on_submit=SimulatorState.say,
        reset_on_submit=True,
        class_name="composer",
    )


def outcome(screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Show what LeadFlow made of it."""
    nothing = rx.el.p(
        "Send a message: the conversation, the lead, its tags, stage and points appear here.",
        class_name="soft",
    )
    return rx.el.section(
        rx.el.h2("What happened"),
        rx.cond(screen.conversation_href != "", happened(screen), nothing),
        class_name="panel sim-outcome",
    )


def happened(screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Show the lead and what the rules did, and link to both."""
    lead = rx.el.div(
        stage_badge(screen.stage, screen.stage_label),
        rx.el.span(f"{screen.score} points", class_name="strong"),
        tags(screen.tags),
        class_name="tags",
    )
    return rx.fragment(
        rx.cond(SimulatorState.was_duplicate, duplicate()),
        rx.cond(screen.lead_href != "", lead),
        rx.el.ol(rx.foreach(screen.outcomes, outcome_line), class_name="outcomes"),
        rx.el.div(
            rx.cond(screen.lead_href != "", text_link("Open the lead", screen.lead_href)),
            text_link("Open the conversation", screen.conversation_href),
            class_name="toolbar",
        ),
        rx.el.h3("On the phone"),
        misbehaviour(screen),
    )


def duplicate() -> rx.Component:
    """Say that the same message twice is one message."""
    return rx.el.div(
        rx.icon("copy-check", size=tokens.ICON, aria_hidden="true"),
        rx.el.span("The same message again: recognised, and nothing was stored twice."),
        class_name="notice",
        role="status",
    )


def misbehaviour(screen: rx.Var[SimulatorScreen]) -> rx.Component:
    """Offer what a network and a phone do, and say how far the last reply came."""
    return rx.fragment(
        rx.el.div(
            act("Send the last one again", SimulatorState.repeat, SimulatorState.can_repeat),
            act("Reply delivered", SimulatorState.report("delivered"), screen.last_reply != ""),
            act("Reply read", SimulatorState.report("read"), screen.last_reply != ""),
            class_name="toolbar",
        ),
        rx.cond(
            screen.last_reply_status != "",
            rx.el.span(
                f"Last reply: {screen.last_reply_status}", class_name="soft small", role="status"
            ),
        ),
    )


def outcome_line(row: rx.Var[OutcomeRow]) -> rx.Component:
    """Show one thing that was done, and who did it."""
    return rx.el.li(rx.el.span(row.text), rx.el.span(row.by, class_name="soft small"), key=row.key)


def act(label: str, on_click: rx.event.EventType, is_possible: rx.Var[bool]) -> rx.Component:
    """Offer one thing that the network or the phone may do."""
    return rx.button(
        label,
        on_click=on_click,
        disabled=~is_possible,
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )


def skeleton() -> rx.Component:
    """Hold the place of the phone."""
    return skeleton_rows(8, tokens.SPACE_7)
