"""The privacy page."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.settings import settings_frame
from leadflow_app.components.states import staged
from leadflow_app.pages.privacy import views
from leadflow_app.pages.privacy.state import PrivacyState
from leadflow_app.shell import ShellState, header, page


@page(routes.PRIVACY, "Privacy", PrivacyState)
def privacy() -> rx.Component:
    """Show for how long data is kept, and do what a person may ask for."""
    screen = PrivacyState.screen
    body = rx.el.div(
        rx.cond(screen.may_retain, views.retention(screen)),
        views.people(screen),
        rx.cond(screen.may_erase, views.erasures(screen)),
        class_name="settings-sections",
    )
    return rx.fragment(
        header("Privacy"),
        settings_frame(
            staged(PrivacyState, skeleton=views.skeleton(), content=body),
            views.erase_dialog(),
            views.receipt_dialog(),
            confirmation(
                PrivacyState.asked, on_yes=PrivacyState.confirm, on_no=PrivacyState.take_back
            ),
            on_mount=PrivacyState.leave,
            here=routes.PRIVACY,
            permissions=ShellState.permissions,
        ),
    )
