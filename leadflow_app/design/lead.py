"""One lead in full."""

from leadflow_app.design import tokens as t

LEAD = {
    ".lead-summary": {
        "display": "flex",
        "flex_wrap": "wrap",
        "align_items": "flex-start",
        "gap": f"{t.SPACE_4} {t.SPACE_6}",
        "line_height": t.SPACE_6,
        t.AT_PHONE: {
            "display": "grid",
            "grid_template_columns": "repeat(2, minmax(0, 1fr))",
            ".lead-value": {"grid_column": "1 / -1", "order": "1"},
        },
        ".field > span, .field > time": {"min_height": t.CONTROL_HEIGHT},
        ".field > .field-label": {"min_height": "0", "line_height": t.LINE},
        "label": {"line_height": t.LINE},
    },
    ".lead-figure": {"font_size": t.TEXT_TITLE, "font_weight": t.WEIGHT_BOLD},
    ".lead-value": {"margin": "0"},
    ".inline-form": {
        "display": "flex",
        "gap": t.SPACE_2,
        "max_width": t.FIELD_WIDTH,
        "> :first-child": {"flex": "1", "min_width": "0"},
    },
    ".lead-columns": {
        "display": "grid",
        "grid_template_columns": f"minmax(0, 1fr) {t.SIDE_WIDTH}",
        "gap": t.SPACE_7,
        t.AT_NARROW: {"grid_template_columns": "minmax(0, 1fr)", "gap": t.SPACE_6},
    },
    ".waterfall": {
        "list_style": "none",
        "margin": "0",
        "padding": "0",
        "font_size": t.TEXT,
        "li": {
            "display": "grid",
            "grid_template_columns": (f"minmax(0, 1fr) minmax(0, 1fr) {t.SPACE_7} {t.SPACE_7}"),
            "align_items": "center",
            "gap": t.SPACE_3,
            "min_height": t.TOUCH_HEIGHT,
            "border_bottom": f"{t.HAIRLINE} solid {t.LINE_COLOUR}",
            t.AT_PHONE: {
                "grid_template_columns": f"minmax(0, 1fr) {t.SPACE_7} {t.SPACE_7}",
                ".waterfall-track": {"display": "none"},
            },
        },
    },
    ".waterfall-why": {
        "display": "flex",
        "flex_direction": "column",
        "min_width": "0",
        "line_height": t.LINE,
        "q": {"font_size": t.TEXT_SMALL},
    },
    ".waterfall-track": {
        "position": "relative",
        "height": t.SPACE_3,
        "border_radius": t.RADIUS_SMALL,
        "background": t.HOVER,
    },
    ".waterfall-bar": {
        "position": "absolute",
        "top": "0",
        "bottom": "0",
        "border_radius": t.RADIUS_SMALL,
        "background": t.CHART_FIRST,
        "&[data-loss='true']": {"background": t.BAD_INK},
    },
    ".timeline": {
        "list_style": "none",
        "margin": "0",
        "padding": "0",
        "font_size": t.TEXT,
        "line_height": t.LINE,
        "li": {
            "display": "grid",
            "grid_template_columns": f"{t.SPACE_5} minmax(0, 1fr) auto",
            "gap": t.SPACE_2,
            "padding": f"{t.SPACE_2} 0",
            t.AT_PHONE: {
                "grid_template_columns": f"{t.SPACE_5} minmax(0, 1fr)",
                ".timeline-by": {"grid_column": "2", "text_align": "left"},
            },
        },
    },
    ".timeline-icon": {"color": t.INK_SOFT, "display": "flex", "padding_top": t.SPACE_HALF},
    ".timeline-text": {"min_width": "0", "color": t.INK},
    ".timeline-by": {"text_align": "right", "white_space": "nowrap"},
    ".quote": {
        "margin_top": t.SPACE_1,
        "padding": f"{t.SPACE_2} {t.SPACE_3}",
        "border_radius": t.RADIUS,
        "background": t.SUBTLE,
        "color": t.INK,
    },
}
