"""Leads brought in and taken along: the buttons, and the dialog of the export."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.dialogs import cancel_button, form_dialog
from leadflow_app.components.fields import choice
from leadflow_app.components.links import download_link, link
from leadflow_app.design import tokens
from leadflow_app.pages.leads.exports import KINDS, ExportRow, LeadExportsState
from leadflow_app.shell import may


def file_buttons() -> rx.Component:
    """Offer to bring leads in, and to take these along."""
    bring = rx.button(
        link("Import", to=routes.LEADS_IMPORT),
        as_child=True,
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )
    take = rx.button(
        "Export",
        on_click=LeadExportsState.set_exporting(True),
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )
    return rx.el.div(
        rx.cond(may(Permission.LEADS_WRITE), bring),
        rx.cond(may(Permission.CONTACTS_EXPORT), rx.fragment(take, export_dialog())),
        class_name="rule-files",
    )


def export_dialog() -> rx.Component:
    """Ask for the kind of file, and hand the last one over."""
    latest = LeadExportsState.screen
    kinds = {kind.value: label for kind, label in KINDS.items()}
    form = rx.el.form(
        choice("Kind of file", "kind", kinds, default="csv"),
        rx.cond(latest.is_there, last(latest)),
        rx.el.div(
            rx.dialog.close(cancel_button()),
            rx.button("Write the file", type="submit", disabled=latest.is_waiting),
            class_name="dialog-actions",
        ),
        on_submit=LeadExportsState.export,
        class_name="dialog-body",
    )
    return form_dialog(
        "Export leads",
        "All leads that the filters of this page leave, with their people. A worker writes the "
        "file; only you can fetch it, for seven days.",
        form,
        is_open=LeadExportsState.is_exporting,
        on_open_change=LeadExportsState.set_exporting,
    )


def last(row: rx.Var[ExportRow]) -> rx.Component:
    """Show the export that was asked for last."""
    return rx.el.div(
        rx.el.span(
            row.text,
            " ",
            rx.cond(
                row.href != "",
                download_link("Download", row.href),
            ),
        ),
        class_name=rx.cond(row.is_failed, "notice is-bad", "notice is-calm"),
        role="status",
    )
