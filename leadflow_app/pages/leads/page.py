"""The page of all leads."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.forms import search_box
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.leads import views
from leadflow_app.pages.leads.export_views import file_buttons
from leadflow_app.pages.leads.exports import LeadExportsState
from leadflow_app.pages.leads.state import LeadsState
from leadflow_app.shell import header, page


@page(routes.LEADS, "Leads", LeadsState, also=(LeadExportsState.follow,))
def leads() -> rx.Component:
    """Show the leads that the address asks for."""
    screen = LeadsState.screen
    search = search_box(
        "Search leads", LeadsState.term, LeadsState.search, placeholder="Name or phone number"
    )
    found = rx.fragment(views.table(screen), load_more(screen.has_more, LeadsState.more))
    listed = rx.fragment(
        views.filters(screen, search),
        rx.cond(screen.rows.length() > 0, found, views.nothing_found()),
    )
    return rx.fragment(
        header("Leads", file_buttons()),
        rx.el.div(
            staged(
                LeadsState,
                skeleton=views.skeleton(),
                content=rx.cond(screen.is_first_run, views.first_run(), listed),
            ),
            class_name="content is-wide",
        ),
    )
