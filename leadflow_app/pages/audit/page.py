"""The page of the audit log."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.settings import settings_frame
from leadflow_app.components.states import staged
from leadflow_app.pages.audit import views
from leadflow_app.pages.audit.state import AuditState
from leadflow_app.shell import ShellState, header, page


@page(routes.AUDIT, "Audit log", AuditState)
def audit() -> rx.Component:
    """Show the part of the log that the address asks for."""
    screen = AuditState.screen
    found = rx.fragment(views.entries(screen), views.pages(screen))
    body = rx.el.div(
        views.filters(screen),
        rx.cond(screen.rows.length() > 0, found, views.nothing_found()),
        class_name="stack",
    )
    return rx.fragment(
        header("Audit log", views.verify_button()),
        settings_frame(
            rx.el.div(
                views.verdict(AuditState.verdict),
                staged(AuditState, skeleton=views.skeleton(), content=body),
            ),
            here=routes.AUDIT,
            permissions=ShellState.permissions,
            is_wide=True,
        ),
    )
