"""The page of rules."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.links import chips
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.rules import views
from leadflow_app.pages.rules.file_views import file_buttons, import_dialog
from leadflow_app.pages.rules.state import RulesState
from leadflow_app.shell import header, page


@page(routes.RULES, "Rules", RulesState)
def rules() -> rx.Component:
    """Show the rules in their order, and offer to write one."""
    screen = RulesState.screen
    body = rx.el.div(
        rx.el.div(
            chips("Which rules", screen.views),
            rx.el.span(
                "Asked from the top; a later rule sees what the earlier ones did. Alt with the up "
                "and down keys moves a rule.",
                class_name="soft small desk-only",
            ),
            file_buttons(),
            class_name="toolbar",
        ),
        rx.cond(
            screen.rows.length() > 0,
            views.table(screen),
            rx.cond(screen.is_archived, views.none_archived(), views.first_run()),
        ),
        load_more(screen.has_more, RulesState.more),
        class_name="stack",
    )
    return rx.fragment(
        header("Rules", rx.cond(screen.is_first_run, rx.fragment(), views.new_button())),
        rx.el.div(
            staged(RulesState, skeleton=views.skeleton(), content=body),
            class_name="content is-wide",
        ),
        import_dialog(),
        confirmation(RulesState.asked, on_yes=RulesState.confirm, on_no=RulesState.take_back),
    )
