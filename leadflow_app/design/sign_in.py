"""The sign-in page."""

from leadflow_app.design import tokens as t

SIGN_IN = {
    ".sign-in-page": {
        "min_height": "100dvh",
        "display": "grid",
        "place_items": "center",
        "padding": t.SPACE_4,
        "box_sizing": "border-box",
        "background": t.SUBTLE,
    },
    ".sign-in": {
        "display": "flex",
        "flex_direction": "column",
        "gap": t.SPACE_5,
        "width": "100%",
        "max_width": t.SIGN_IN_WIDTH,
        "padding": t.SPACE_6,
        "box_sizing": "border-box",
        "border_radius": t.RADIUS_LARGE,
        "background": t.PANEL,
        "box_shadow": t.SHADOW,
        t.AT_PHONE: {"padding": t.SPACE_5},
    },
    ".sign-in-head": {
        "display": "flex",
        "flex_direction": "column",
        "gap": t.SPACE_1,
        "svg": {"color": t.ACCENT_INK, "margin_bottom": t.SPACE_2},
        "h1": {
            "margin": "0",
            "font_size": t.TEXT_TITLE,
            "font_weight": t.WEIGHT_BOLD,
            "line_height": t.LINE_TIGHT,
        },
        "p": {"margin": "0", "font_size": t.TEXT, "line_height": t.LINE},
    },
    ".sign-in-form": {
        "display": "flex",
        "flex_direction": "column",
        "gap": t.SPACE_4,
        "margin": "0",
    },
}
