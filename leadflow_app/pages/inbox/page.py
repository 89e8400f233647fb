"""The page of the inbox."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.forms import search_box
from leadflow_app.components.states import staged
from leadflow_app.pages.inbox import views
from leadflow_app.pages.inbox.conversation import thread
from leadflow_app.pages.inbox.state import InboxState
from leadflow_app.pages.inbox.team_dialogs import (
    keys_dialog,
    notices_dialog,
    quick_dialog,
    select_toggle,
)
from leadflow_app.pages.inbox.team_views import browser_news
from leadflow_app.shell import header, page


@page(routes.INBOX, "Inbox", InboxState, is_pane=True, also=(InboxState.stay,))
def inbox() -> rx.Component:
    """Show list, thread and customer side by side, as far as there is room."""
    screen = InboxState.screen
    search = search_box(
        "Search conversations",
        InboxState.term,
        InboxState.search,
        placeholder="Words, name or number",
    )
    chosen = rx.fragment(thread(screen.open), views.side_panel(screen))
    panes = rx.el.div(
        views.conversation_list(screen, search),
        rx.cond(
            screen.open.key != "",
            chosen,
            rx.el.section(
                views.nobody_chosen(),
                class_name="inbox-thread is-empty",
                aria_label="Conversation",
            ),
        ),
        rx.window_event_listener(on_focus=InboxState.seen("visible")),
        class_name="inbox",
        custom_attrs={"data-shown": screen.shown},
    )
    return rx.fragment(
        rx.el.div(
            header("Inbox", select_toggle(), notices_dialog()),
            class_name="inbox-head",
            custom_attrs={"data-shown": screen.shown},
        ),
        staged(
            InboxState,
            skeleton=views.skeleton(),
            content=rx.cond(screen.is_first_run, views.first_run(), panes),
        ),
        quick_dialog(),
        keys_dialog(),
        browser_news(screen),
    )
