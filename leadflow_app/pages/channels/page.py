"""The page of channels."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.channels import views
from leadflow_app.pages.channels.state import ChannelsState
from leadflow_app.shell import header, page


@page(routes.CHANNELS, "Channels", ChannelsState)
def channels() -> rx.Component:
    """Show every channel with its health."""
    screen = ChannelsState.screen
    found = rx.fragment(views.cards(screen), load_more(screen.has_more, ChannelsState.more))
    return rx.fragment(
        header("Channels", views.connect_button()),
        rx.el.div(
            staged(
                ChannelsState,
                skeleton=views.skeleton(),
                content=rx.cond(screen.is_first_run, views.first_run(), found),
            ),
            views.rename_dialog(),
            confirmation(
                ChannelsState.asked, on_yes=ChannelsState.confirm, on_no=ChannelsState.take_back
            ),
            class_name="content is-wide",
        ),
    )
