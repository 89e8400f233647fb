"""The replay page."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.settings import operations_frame
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.replay import views
from leadflow_app.pages.replay.state import ReplaysState
from leadflow_app.shell import ShellState, header, page


@page(routes.REPLAY, "Replay", ReplaysState)
def replay() -> rx.Component:
    """Choose deliveries, see what a replay of them would change, and do it."""
    screen = ReplaysState.screen
    body = rx.el.div(
        views.choice_of_deliveries(screen),
        views.shown(screen),
        views.earlier(screen, load_more(screen.has_more, ReplaysState.more)),
        class_name="stack",
    )
    return rx.fragment(
        header("Replay", views.action(screen)),
        operations_frame(
            staged(ReplaysState, skeleton=views.skeleton(), content=body),
            confirmation(
                ReplaysState.asked, on_yes=ReplaysState.confirm, on_no=ReplaysState.take_back
            ),
            here=routes.REPLAY,
            permissions=ShellState.permissions,
        ),
    )
