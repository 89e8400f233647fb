"""The page of one's own account."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.settings import settings_frame
from leadflow_app.components.states import staged
from leadflow_app.pages.account import factor, views
from leadflow_app.pages.account.state import AccountState
from leadflow_app.shell import ShellState, header, page


@page(routes.ACCOUNT, "Account", AccountState)
def account() -> rx.Component:
    """Show who one is, how the account is secured, and where one is signed in."""
    screen = AccountState.screen
    body = rx.el.div(
        views.profile(screen),
        views.password(screen),
        views.second_factor(screen),
        views.sessions(screen),
        views.workspaces(),
        class_name="settings-sections",
    )
    return rx.fragment(
        header("Account"),
        settings_frame(
            staged(AccountState, skeleton=views.skeleton(), content=body),
            factor.dialogs(),
            confirmation(
                AccountState.asked, on_yes=AccountState.confirm, on_no=AccountState.take_back
            ),
            here=routes.ACCOUNT,
            permissions=ShellState.permissions,
            on_mount=AccountState.leave,
            on_unmount=AccountState.leave,
        ),
    )
