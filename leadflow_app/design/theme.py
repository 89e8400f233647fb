"""The Radix theme: one accent, slate greys, light and dark by the system's wish."""

import reflex as rx

from leadflow_app.design import tokens


def theme() -> rx.Component:
    """Return the theme that the Radix plugin wraps around every page."""
    return rx.theme(
        appearance="inherit",
        accent_color=tokens.ACCENT,
        gray_color=tokens.GREY,
        radius="medium",
        panel_background="solid",
        has_background=True,
    )
