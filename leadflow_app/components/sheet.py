"""The sheet of rules as a whole: it reaches dialogs and menus too, which stand beside the page."""

from typing import Any

import reflex as rx
from reflex_base.components.component import field as prop
from reflex_base.style import Style

from leadflow_app.design import sheet

SCOPE = ".radix-themes"


class GlobalStyles(rx.Component):
    """Rules that hold wherever an element stands in the document."""

    library = "@emotion/react"
    tag = "Global"

    styles: rx.Var[dict[str, Any]] = prop(doc="The rules by selector")


def global_sheet() -> rx.Component:
    """Lay the sheet over every element of the theme, so that it outranks a library's own."""
    return rx.fragment(GlobalStyles.create(styles=Style({SCOPE: Style(sheet())})))
