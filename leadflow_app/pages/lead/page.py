"""The page of one lead."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.states import staged
from leadflow_app.pages.lead import consent_views, deciding_views, person, views
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
        deciding_views.returned(screen),
        deciding_views.dialogs(screen),
        rx.el.div(
            rx.el.div(views.score(screen), views.timeline(screen), class_name="stack"),
            rx.el.div(
                person.panel(screen.person),
                consent_views.panel(screen.person.consent),
                views.tag_panel(screen),
                views.touches(screen),
                class_name="stack",
            ),
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
