"""The operations page."""

from leadflow_app.design import tokens as t

OPERATIONS = {
    ".laws, .events": {
        "list_style": "none",
        "margin": "0",
        "padding": "0",
        "font_size": t.TEXT,
        "line_height": t.LINE,
    },
    ".laws li": {
        "display": "grid",
        "grid_template_columns": f"{t.SPACE_5} minmax(0, 1fr) auto",
        "gap": t.SPACE_2,
        "padding": f"{t.SPACE_2} 0",
        "border_bottom": f"{t.HAIRLINE} solid {t.LINE_COLOUR}",
        "svg": {"margin_top": t.SPACE_HALF, "color": t.GOOD_INK},
        "&[data-held='false'] svg": {"color": t.BAD_INK},
        "&[data-held='false'] .law-text > span": {
            "color": t.BAD_INK,
            "font_weight": t.WEIGHT_MEDIUM,
        },
    },
    ".law-verdict": {
        "font_size": t.TEXT,
        "font_weight": t.WEIGHT_MEDIUM,
        "color": t.GOOD_INK,
        "&[data-held='false']": {"color": t.BAD_INK},
    },
    ".law-text": {"min_width": "0"},
    ".offender": {
        "font_size": t.TEXT_SMALL,
        "color": t.INK_SOFT,
        "overflow_wrap": "anywhere",
    },
    ".events li": {
        "display": "flex",
        "align_items": "flex-start",
        "justify_content": "space-between",
        "gap": t.SPACE_4,
        "padding": f"{t.SPACE_3} 0",
        "border_bottom": f"{t.HAIRLINE} solid {t.LINE_COLOUR}",
        t.AT_PHONE: {"flex_direction": "column"},
    },
    ".event-text": {
        "display": "flex",
        "flex_direction": "column",
        "gap": t.SPACE_1,
        "min_width": "0",
        "overflow_wrap": "anywhere",
        "summary": {
            "cursor": "pointer",
            "font_size": t.TEXT_SMALL,
            "color": t.ACCENT_INK,
            "width": "fit-content",
        },
    },
    ".event-facts": {"display": "flex", "flex_wrap": "wrap", "gap": t.SPACE_3},
    ".event-body": {
        "margin": f"{t.SPACE_2} 0 0",
        "padding": t.SPACE_3,
        "border_radius": t.RADIUS,
        "background": t.SUBTLE,
        "font_size": t.TEXT_SMALL,
        "line_height": t.LINE,
    },
}
