"""The table of leads and one lead in full."""

from leadflow_app.design import tokens as t

LEADS = {
    ".order": {
        "display": "flex",
        "align_items": "center",
        "gap": t.SPACE_2,
        "margin_left": "auto",
        "min_width": "0",
        t.AT_PHONE: {"margin_left": "0"},
    },
    ".table.leads": {
        "tbody tr": {
            "position": "relative",
            "transition": f"background {t.MOTION}",
            "&:hover": {"background": t.HOVER},
        },
        ".row-link": {
            "font_weight": t.WEIGHT_MEDIUM,
            "&::after": {"content": "''", "position": "absolute", "inset": "0"},
            "&:focus-visible": {"outline": "none"},
            "&:focus-visible::after": {
                "outline": f"{t.RING} solid {t.ACCENT_LINE}",
                "outline_offset": f"calc(-1 * {t.RING})",
            },
        },
        ".lead-name": {"max_width": t.FIELD_WIDTH},
        ".lead-phone, .lead-activity": {"white_space": "nowrap"},
        ".lead-tags .tags": {
            "flex_wrap": "nowrap",
            "overflow": "hidden",
            "max_width": t.LIST_WIDTH,
        },
        t.AT_NARROW: {".lead-tags": {"display": "none"}, "th:nth-of-type(4)": {"display": "none"}},
        t.AT_PHONE: {
            "thead": {"display": "none"},
            "tbody, tbody tr": {"display": "grid"},
            "tbody tr": {
                "grid_template_columns": "minmax(0, 1fr) auto",
                "gap": f"{t.SPACE_1} {t.SPACE_3}",
                "padding": f"{t.SPACE_3} 0",
                "border_bottom": f"{t.HAIRLINE} solid {t.LINE_COLOUR}",
            },
            "td": {"height": "auto", "padding": "0", "border": "0"},
            ".lead-score": {"grid_row": "2", "grid_column": "2", "color": t.INK_SOFT},
            ".lead-score::before": {"content": "'Score '"},
            ".lead-stage": {"grid_row": "1", "grid_column": "2", "text_align": "right"},
            ".lead-phone": {"grid_row": "2", "grid_column": "1"},
            ".lead-activity": {"display": "none"},
        },
    },
}
