"""Rules taken along as a file and brought in: the buttons and the dialog."""

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.dialogs import cancel_button, form_dialog
from leadflow_app.design import tokens
from leadflow_app.pages.rules.files import FaultRow, ReportRow
from leadflow_app.pages.rules.state import RulesState
from leadflow_app.shell import may

TEXT_ID = "rules-file"


def file_buttons() -> rx.Component:
    """Offer to take the rules along, and to bring others in."""
    bring = rx.button(
        "Import",
        on_click=RulesState.set_importing(True),
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )
    take = rx.button(
        "Export", on_click=RulesState.export, variant="soft", color_scheme=tokens.GREY_SCHEME
    )
    return rx.el.div(rx.cond(may(Permission.RULES_WRITE), bring), take, class_name="rule-files")


def import_dialog() -> rx.Component:
    """Ask for a file, say what it would do, and do it."""
    report = RulesState.report
    form = rx.el.form(
        rx.el.div(
            rx.el.label("Choose a file", html_for="rules-choice"),
            rx.el.input(
                id="rules-choice",
                type="file",
                class_name="choose-file",
                accept=".yaml,.yml,text/yaml",
                custom_attrs={"data-read-into": TEXT_ID},
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.el.label("Or paste what an export gave", html_for=TEXT_ID),
            rx.el.textarea(id=TEXT_ID, name="text", rows="10", class_name="write is-long code"),
            class_name="field",
        ),
        rx.cond(report.is_there, outcome(report)),
        import_actions(report),
        on_submit=RulesState.check,
        class_name="dialog-body",
    )
    return form_dialog(
        "Import rules",
        "Each comes in paused, or none of them when anything is wrong with the file.",
        form,
        is_open=RulesState.is_importing,
        on_open_change=RulesState.set_importing,
    )


def import_actions(report: rx.Var[ReportRow]) -> rx.Component:
    """Offer to check the file, and then to bring it in."""
    return rx.el.div(
        rx.dialog.close(cancel_button()),
        rx.button("Check", type="submit", variant="soft"),
        rx.button(
            "Import",
            type="button",
            on_click=RulesState.bring_in,
            disabled=~report.is_good | report.is_empty,
        ),
        class_name="dialog-actions",
    )


def outcome(report: rx.Var[ReportRow]) -> rx.Component:
    """Say what an import would do."""
    return rx.el.div(
        rx.el.span(report.verdict, class_name="strong"),
        rx.el.ul(rx.foreach(report.created, rx.el.li), class_name="losses"),
        rx.el.ul(rx.foreach(report.faults, fault), class_name="losses"),
        role="status",
        class_name="import-report",
    )


def fault(row: rx.Var[FaultRow]) -> rx.Component:
    """Name one fault and its line."""
    return rx.el.li(rx.el.span(row.line, class_name="strong"), ": ", row.text)
