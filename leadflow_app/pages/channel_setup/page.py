"""The page on which a channel is connected and proven."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.links import text_link
from leadflow_app.components.states import staged
from leadflow_app.pages.channel_setup import views
from leadflow_app.pages.channel_setup.state import ChannelSetupState
from leadflow_app.shell import header, page


@page(routes.CHANNEL_SETUP, "Connect a channel", ChannelSetupState)
def channel_setup() -> rx.Component:
    """Choose a provider, enter the credentials, and watch the channel being proven."""
    screen = ChannelSetupState.screen
    return rx.fragment(
        header(screen.title, text_link("All channels", routes.CHANNELS)),
        rx.el.div(
            staged(
                ChannelSetupState,
                skeleton=views.skeleton(),
                content=rx.match(
                    screen.stage,
                    ("enter", views.entering(screen)),
                    ("check", views.checking(screen)),
                    views.providers(screen),
                ),
            ),
            class_name="content",
            on_unmount=ChannelSetupState.forget,
        ),
    )
