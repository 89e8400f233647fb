"""The dashboard."""

from leadflow_app.design import tokens as t

HOME = {
    ".stack": {"display": "flex", "flex_direction": "column", "gap": t.SPACE_6},
    ".tiles": {
        "display": "grid",
        "grid_template_columns": "repeat(6, minmax(0, 1fr))",
        "gap": t.SPACE_3,
        t.BELOW_THREE_PANES: {"grid_template_columns": "repeat(3, minmax(0, 1fr))"},
        t.AT_PHONE: {"grid_template_columns": "repeat(2, minmax(0, 1fr))"},
    },
    ".tile": {
        "display": "flex",
        "flex_direction": "column",
        "gap": t.SPACE_1,
        "min_height": t.TILE_HEIGHT,
        "box_sizing": "border-box",
        "padding": f"{t.SPACE_3} {t.SPACE_4}",
        "border_radius": t.RADIUS_LARGE,
        "background": t.SUBTLE,
        "transition": f"background {t.MOTION}",
        "&:hover": {"background": t.HOVER},
    },
    ".tile-label": {"font_size": t.TEXT_SMALL, "color": t.INK_SOFT, "line_height": t.LINE},
    ".tile-value": {
        "font_size": t.TEXT_TITLE,
        "font_weight": t.WEIGHT_BOLD,
        "line_height": t.LINE_TIGHT,
        "color": t.INK,
    },
    ".tile-change": {
        "margin_top": "auto",
        "font_size": t.TEXT_SMALL,
        "line_height": t.LINE,
        "color": t.INK_SOFT,
        "[data-tone='good']": {"color": t.GOOD_INK},
        "[data-tone='bad']": {"color": t.BAD_INK},
    },
    ".chart": {
        "font_size": t.TEXT_SMALL,
        ".recharts-text": {"fill": t.INK_SOFT},
        ".recharts-tooltip-cursor": {"fill": t.HOVER},
        ".recharts-default-tooltip": {
            "background": f"{t.PANEL} !important",
            "border": f"{t.HAIRLINE} solid {t.LINE_STRONG} !important",
            "border_radius": t.RADIUS,
            "color": t.INK,
        },
    },
    ".legend": {"display": "flex", "gap": t.SPACE_4},
    ".legend-item": {
        "display": "inline-flex",
        "align_items": "center",
        "gap": t.SPACE_2,
        "font_size": t.TEXT_SMALL,
        "color": t.INK_SOFT,
    },
    ".legend-key": {
        "width": t.SPACE_2,
        "height": t.SPACE_2,
        "border_radius": t.SPACE_HALF,
        "&.is-first": {"background": t.CHART_FIRST},
        "&.is-second": {"background": t.CHART_SECOND},
    },
}
