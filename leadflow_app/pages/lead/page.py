"""The page of one lead."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.states import staged
from leadflow_app.pages.lead import views
from leadflow_app.pages.lead.state import LeadState
from leadflow_app.shell import header, page


@page(routes.LEAD, "Lead", LeadState)
def lead() -> rx.Component:
    """Show one lead; while another one is on its way, show neither."""
    screen = LeadState.screen
    is_this_one = screen.key != ""
    title = rx.cond(LeadState.is_ready & is_this_one, screen.name, "Lead")
    body = rx.el.div(
        views.summary(screen),
        rx.el.div(
            rx.el.div(views.score(screen), views.timeline(screen), class_name="stack"),
            rx.el.div(views.tag_panel(screen), views.touches(screen), class_name="stack"),
            class_name="lead-columns",
        ),
        class_name="stack",
    )
    return rx.fragment(
        header(title, rx.cond(is_this_one, views.to_conversation(screen))),
        rx.el.div(
            staged(
                LeadState,
                skeleton=views.skeleton(),
                content=rx.cond(is_this_one, body, views.skeleton()),
            ),
            class_name="content",
        ),
    )
