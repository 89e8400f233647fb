"""The import of leads: the choice of a file, its columns, and what is said of its rows."""

from leadflow_app.design import tokens as t

IMPORTS = {
    ".import-form": {
        "align_items": "flex-end",
        t.AT_PHONE: {
            "display": "grid",
            "grid_template_columns": "minmax(0, 1fr)",
            ".rt-SelectTrigger": {"width": "100%"},
        },
    },
    ".import-actions": {
        "display": "flex",
        "flex_wrap": "wrap",
        "align_items": "center",
        "gap": t.SPACE_3,
        ".attach": {"gap": t.SPACE_2},
    },
    ".import-found": {
        "display": "flex",
        "flex_direction": "column",
        "gap": t.SPACE_2,
    },
    ".panel > .fieldset": {
        "display": "flex",
        "flex_direction": "column",
        "legend": {"padding_bottom": t.SPACE_2},
        ".rt-RadioGroupRoot": {"gap": t.SPACE_2},
    },
    ".import-name": {"overflow_wrap": "anywhere"},
    ".import-region": {"max_width": t.FIELD_WIDTH},
    ".import-samples": {"overflow_wrap": "anywhere"},
    ".table.records.import-columns": {
        "td:last-of-type": {"width": "30%"},
        ".rt-SelectTrigger": {"width": "100%"},
        t.AT_PHONE: {"td:last-of-type": {"width": "auto"}},
    },
    ".table.records.import-rows td.import-said": {
        "overflow_wrap": "anywhere",
        "line_height": t.LINE,
    },
}
