"""The page of API keys."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation, shown_once
from leadflow_app.components.settings import settings_frame
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.api_keys import views
from leadflow_app.pages.api_keys.state import ApiKeysState
from leadflow_app.shell import ShellState, header, page


@page(routes.API_KEYS, "API keys", ApiKeysState)
def api_keys() -> rx.Component:
    """Show the keys, and make new ones."""
    screen = ApiKeysState.screen
    found = rx.fragment(views.keys(screen), load_more(screen.has_more, ApiKeysState.more))
    return rx.fragment(
        header("API keys", views.create_button(screen)),
        settings_frame(
            staged(
                ApiKeysState,
                skeleton=views.skeleton(),
                content=rx.cond(screen.is_first_run, views.first_run(), found),
            ),
            views.create_dialog(),
            views.renew_dialog(),
            confirmation(
                ApiKeysState.asked, on_yes=ApiKeysState.confirm, on_no=ApiKeysState.take_back
            ),
            shown_once(ApiKeysState.secret, on_close=ApiKeysState.forget),
            on_mount=ApiKeysState.forget,
            on_unmount=ApiKeysState.forget,
            here=routes.API_KEYS,
            permissions=ShellState.permissions,
            is_wide=True,
        ),
    )
