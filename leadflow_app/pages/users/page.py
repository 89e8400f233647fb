"""The page of people."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation, shown_once
from leadflow_app.components.forms import search_box
from leadflow_app.components.settings import settings_frame
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.users import views
from leadflow_app.pages.users.state import UsersState
from leadflow_app.shell import ShellState, header, page


@page(routes.USERS, "Users", UsersState)
def users() -> rx.Component:
    """Show who belongs here and who is invited, as the address asks for it."""
    screen = UsersState.screen
    search = search_box(
        "Search people", UsersState.term, UsersState.search, placeholder="Name or email"
    )
    is_anybody = rx.cond(
        screen.is_of_invitations, screen.invitations.length() > 0, screen.people.length() > 0
    )
    table = rx.cond(screen.is_of_invitations, views.invitations(screen), views.people(screen))
    body = rx.el.div(
        views.filters(screen, search),
        rx.cond(is_anybody, table, views.nobody_found(screen)),
        rx.cond(screen.is_alone, views.alone()),
        load_more(screen.has_more, UsersState.more),
        class_name="stack",
    )
    return rx.fragment(
        header("Users", views.invite_button(screen)),
        settings_frame(
            staged(UsersState, skeleton=views.skeleton(), content=body),
            views.invite_dialog(screen),
            confirmation(UsersState.asked, on_yes=UsersState.confirm, on_no=UsersState.take_back),
            shown_once(UsersState.secret, on_close=UsersState.forget),
            on_mount=UsersState.forget,
            on_unmount=UsersState.forget,
            here=routes.USERS,
            permissions=ShellState.permissions,
            is_wide=True,
        ),
    )
