"""The page of one rule."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.states import staged
from leadflow_app.pages.rule import views
from leadflow_app.pages.rule.builder import builder
from leadflow_app.pages.rule.state import RuleState
from leadflow_app.shell import header, may, page


@page(routes.RULE, "Rule", RuleState)
def rule() -> rx.Component:
    """Write a rule, and see beside it what it does."""
    screen = RuleState.screen
    body = rx.el.div(
        views.summary(screen),
        views.overtaken(),
        rx.el.div(
            rx.el.div(
                builder(RuleState.board, is_locked=~may(Permission.RULES_WRITE)),
                views.save_bar(screen),
                class_name="rule-written",
            ),
            views.beside(screen),
            class_name="rule-split",
        ),
        class_name="stack",
    )
    return rx.fragment(
        header(
            rx.cond(screen.name != "", screen.name, "Rule"),
            views.switch_button(screen),
            views.save_button(screen),
        ),
        rx.el.div(
            staged(RuleState, skeleton=views.skeleton(), content=body),
            class_name="content is-wide",
        ),
        confirmation(RuleState.asked, on_yes=RuleState.confirm, on_no=RuleState.take_back),
    )
