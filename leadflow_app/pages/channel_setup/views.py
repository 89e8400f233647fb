"""The steps of connecting a channel."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import copy_field
from leadflow_app.components.fields import state_badge, text_field
from leadflow_app.components.links import link, text_link
from leadflow_app.components.marks import moment
from leadflow_app.components.settings import settings_section
from leadflow_app.components.states import skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.channel_setup.rows import (
    CheckRow,
    FieldRow,
    ProviderRow,
    SetupScreen,
    TemplateRow,
)
from leadflow_app.pages.channel_setup.state import ChannelSetupState as State


def providers(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Offer every provider."""
    return rx.el.section(
        rx.el.h2("Who runs your number?"),
        rx.el.nav(
            rx.foreach(screen.providers, provider), class_name="providers", aria_label="Providers"
        ),
        class_name="panel",
    )


def provider(row: rx.Var[ProviderRow]) -> rx.Component:
    """Offer one provider."""
    return link(
        rx.el.span(row.label, class_name="strong"),
        rx.el.span(row.help, class_name="soft"),
        to=row.href,
        key=row.key,
        class_name="provider",
    )


def entering(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Ask for name, number and credentials."""
    return rx.el.div(
        settings_section(
            "Credentials",
            f"{screen.provider_help} They are tried with the provider before anything is saved, "
            "kept encrypted, and not shown again.",
            rx.el.form(
                refusal(),
                *about(screen),
                rx.foreach(screen.fields, credential),
                rx.cond(screen.is_mock, rx.fragment(), advanced()),
                rx.el.div(
                    rx.button(
                        rx.cond(screen.is_mock, "Connect", "Test and connect"), type="submit"
                    ),
                    text_link("Another provider", routes.CHANNEL_SETUP),
                    class_name="button-row",
                ),
                on_submit=State.connect,
                class_name="settings-form",
                key=screen.provider,
            ),
        ),
        class_name="settings-sections",
    )


def about(screen: rx.Var[SetupScreen]) -> tuple[rx.Component, ...]:
    """Ask what the channel is called, and for its number."""
    return (
        text_field(
            "Name",
            "name",
            State.fault,
            hint="What your team calls this channel.",
            required=True,
            auto_focus=True,
            auto_complete="off",
            max_length=200,
        ),
        text_field(
            "Number",
            "address",
            State.fault,
            hint="With its country code. Left empty, it is the one the provider names.",
            required=screen.is_mock,
            auto_complete="off",
            max_length=200,
        ),
    )


def refusal() -> rx.Component:
    """Say what was refused where no field is at fault."""
    return rx.cond(
        State.refusal != "",
        rx.el.p(State.refusal, role="alert", class_name="channel-problems"),
    )


def credential(row: rx.Var[FieldRow]) -> rx.Component:
    """Ask for one credential; what is secret is masked."""
    is_wrong = State.fault.field == row.name
    return rx.el.div(
        rx.el.label(row.label, html_for=row.name),
        rx.input(
            id=row.name,
            name=row.name,
            type=row.kind,
            required=row.is_required,
            auto_complete="off",
            spell_check=False,
            aria_invalid=rx.cond(is_wrong, "true", "false"),
            aria_describedby=f"{row.name}-hint",
            max_length=4000,
        ),
        rx.cond(
            is_wrong,
            rx.el.span(State.fault.text, role="alert", class_name="field-fault"),
        ),
        rx.el.span(row.help, id=f"{row.name}-hint", class_name="field-hint"),
        class_name="field",
        key=row.name,
    )


def advanced() -> rx.Component:
    """Offer the addresses that almost nobody changes."""
    return rx.el.details(
        rx.el.summary("Advanced"),
        rx.el.div(
            text_field(
                "Provider's address",
                "base_url",
                State.fault,
                hint="Only for a proxy or a sandbox; empty, it is the provider's own.",
                auto_complete="off",
            ),
            text_field(
                "Our public address",
                "public_url",
                State.fault,
                hint="Only where the provider reaches LeadFlow under another name.",
                auto_complete="off",
            ),
        ),
        class_name="advanced",
        open=(State.fault.field == "base_url") | (State.fault.field == "public_url"),
    )


def checking(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Show what to copy, what is proven, and how to try it."""
    return rx.el.div(
        rx.cond(screen.is_mock, mock_hint(), webhook(screen)),
        check_list(screen),
        rx.cond(screen.can_send & ~screen.is_mock, test_send(screen)),
        rx.cond(screen.has_templates, templates(screen)),
        rx.cond(screen.is_mock, rx.fragment(), replacing(screen)),
        class_name="settings-sections",
    )


def mock_hint() -> rx.Component:
    """Say how a mock channel is tried."""
    return settings_section(
        "Mock channel",
        "It needs no account: you play the customer.",
        rx.el.p(text_link("Open the simulator", routes.SIMULATOR)),
    )


def webhook(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Show what the provider has to be told."""
    return settings_section(
        "Webhook",
        "Tell the provider where to deliver. Copy this into its dashboard.",
        rx.el.div(
            copy_field("Webhook URL", screen.webhook_url, name="webhook_url"),
            class_name="wide-field",
        ),
        rx.cond(screen.takes_token, token()),
        rx.cond(
            screen.can_probe,
            rx.el.div(
                rx.button("Send a signed probe", on_click=State.probe, variant="soft"),
                rx.el.span(
                    "LeadFlow posts to this URL itself, signed as the provider signs: it proves "
                    "that the address leads here.",
                    class_name="field-hint",
                ),
                class_name="field",
            ),
        ),
    )


def token() -> rx.Component:
    """Show the verify token, or offer to make a new one."""
    shown = rx.el.div(
        copy_field("Verify token", State.verify_token, name="verify_token"),
        class_name="wide-field",
    )
    offer = rx.el.div(
        rx.button("Make a new verify token", on_click=State.show_token, variant="soft"),
        rx.el.span(
            "A token is shown once. A new one counts from then on; the provider asks for it only "
            "when the webhook is saved there.",
            class_name="field-hint",
        ),
        class_name="field",
    )
    return rx.cond(State.verify_token != "", shown, offer)


def replacing(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Offer to enter credentials anew, also while the old secret still counts."""
    return settings_section(
        "Credentials",
        "Kept encrypted, not shown. Enter only what changes; it is tried first.",
        rx.cond(
            screen.has_old_secret,
            rx.el.div(
                rx.el.p("The old secret still counts beside the new one."),
                rx.button("Retire the old secret", on_click=State.retire, variant="soft"),
                class_name="field",
            ),
        ),
        rx.el.details(
            rx.el.summary("Enter credentials anew"),
            rx.el.form(
                refusal(),
                rx.foreach(screen.fields, credential),
                rx.el.label(
                    rx.checkbox(name="keeps_old", default_checked=True),
                    " Let the old secret count until I retire it",
                ),
                rx.button("Test and save", type="submit"),
                on_submit=State.replace_credentials,
                class_name="settings-form",
            ),
            class_name="advanced",
        ),
    )


def check_list(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Show what is proven; it follows by itself."""
    return settings_section(
        "Check list",
        "Each line turns green by itself as soon as it is proven.",
        rx.el.p(screen.progress, role="status", class_name="strong"),
        rx.el.ul(rx.foreach(screen.checks, check), class_name="checks"),
        rx.cond(
            screen.can_check,
            rx.button("Ask the provider again", on_click=State.check, variant="soft"),
        ),
    )


def check(row: rx.Var[CheckRow]) -> rx.Component:
    """Show one line of the check list."""
    return rx.el.li(
        rx.match(
            row.state,
            ("done", rx.icon("circle-check", size=tokens.ICON, aria_label="Proven")),
            ("failed", rx.icon("circle-x", size=tokens.ICON, aria_label="Wrong")),
            ("off", rx.icon("circle-minus", size=tokens.ICON, aria_label="Cannot be asked")),
            rx.icon("circle-dashed", size=tokens.ICON, aria_label="Waiting"),
        ),
        rx.el.div(
            rx.el.span(row.label),
            rx.cond(row.text != "", rx.el.span(row.text, class_name="check-text")),
        ),
        moment(row.at, "soft small"),
        key=row.key,
        custom_attrs={"data-state": row.state, "data-check": row.key},
    )


def test_send(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Send one message to a number of one's own."""
    return settings_section(
        "Test message",
        "To your own phone. A text is taken only within 24 hours after that phone wrote to this "
        "channel; an approved template always.",
        rx.el.form(
            text_field("To", "recipient", State.fault, required=True, placeholder="+12065550123"),
            text_field("Text", "text", State.fault, placeholder="A test of LeadFlow"),
            rx.cond(
                screen.has_templates,
                rx.fragment(
                    text_field(
                        "Template", "template", State.fault, hint="Its name, in place of a text."
                    ),
                    text_field("Language", "language", State.fault, placeholder="en_US"),
                ),
            ),
            rx.button("Send the test", type="submit"),
            rx.cond(
                State.outcome != "",
                rx.el.p(
                    State.outcome,
                    role="status",
                    class_name="outcome",
                    custom_attrs={"data-bad": State.is_outcome_bad},
                ),
            ),
            on_submit=State.send_test,
            class_name="settings-form",
        ),
    )


def templates(screen: rx.Var[SetupScreen]) -> rx.Component:
    """Show the templates as the provider has them."""
    return settings_section(
        "Templates",
        "As the provider has them. What it rejected or paused stays here with the reason.",
        rx.cond(
            screen.templates.length() > 0,
            rx.el.ul(rx.foreach(screen.templates, template), class_name="checks"),
            rx.el.p("None yet.", class_name="soft"),
        ),
        rx.button("Read templates", on_click=State.sync, variant="soft"),
    )


def template(row: rx.Var[TemplateRow]) -> rx.Component:
    """Show one template."""
    return rx.el.li(
        rx.icon("message-square-text", size=tokens.ICON, aria_hidden="true"),
        rx.el.div(
            rx.el.span(row.name, " ", rx.el.span(row.language, class_name="soft")),
            rx.cond(row.reason != "", rx.el.span(row.reason, class_name="check-text")),
        ),
        state_badge(row.state, row.state_label),
        key=row.key,
    )


def skeleton() -> rx.Component:
    """Hold the place of the steps."""
    return skeleton_rows(6)
