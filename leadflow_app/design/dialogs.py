"""Dialogs: a question, a form, a secret shown once."""

from leadflow_app.design import tokens as t

DIALOGS = {
    ".dialog": {
        "width": f"min({t.DIALOG_WIDTH}, 100%)",
        "max_width": t.DIALOG_WIDTH,
        "box_sizing": "border-box",
        "&.is-wide": {"width": f"min({t.DIALOG_WIDE}, 100%)", "max_width": t.DIALOG_WIDE},
        "h1": {"font_size": t.TEXT_LARGE, "font_weight": t.WEIGHT_BOLD, "margin": "0"},
        "p": {"margin": "0", "font_size": t.TEXT, "line_height": t.LINE},
    },
    ".dialog-body": {
        "display": "flex",
        "flex_direction": "column",
        "gap": t.SPACE_4,
        "margin": "0",
        "padding_top": t.SPACE_2,
    },
    "form.dialog-body": {"padding_top": t.SPACE_4},
    ".dialog-actions": {
        "display": "flex",
        "justify_content": "flex-end",
        "gap": t.SPACE_2,
        "padding_top": t.SPACE_2,
        t.AT_PHONE: {"flex_direction": "column-reverse", ".rt-Button": {"width": "100%"}},
    },
    ".losses": {
        "list_style": "disc",
        "margin": "0",
        "padding_left": t.SPACE_5,
        "font_size": t.TEXT,
        "line_height": t.LINE,
        "color": t.INK,
    },
    ".copy-field": {
        "display": "flex",
        "align_items": "flex-start",
        "gap": t.SPACE_2,
        "> :first-of-type": {"flex": "1", "min_width": "0"},
        ".rt-Button": {"flex": "none"},
        t.AT_PHONE: {"&.is-long": {"flex_direction": "column", "align_items": "stretch"}},
        ".is-done": {"display": "none"},
        "[data-copied] .is-done": {"display": "inline"},
        "[data-copied] .is-to-do": {"display": "none"},
    },
    ".code": {"font_family": t.FONT_CODE, "font_size": t.TEXT_SMALL},
    "pre.code": {
        "margin": "0",
        "padding": f"{t.SPACE_2} {t.SPACE_3}",
        "border_radius": t.RADIUS,
        "background": t.SUBTLE,
        "line_height": t.LINE,
        "white_space": "pre-wrap",
        "overflow_wrap": "anywhere",
    },
    ".field-fault": {"line_height": t.LINE, "font_size": t.TEXT_SMALL, "color": t.BAD_INK},
    ".fieldset": {
        "border": "0",
        "margin": "0",
        "padding": "0",
        "min_width": "0",
        "legend": {
            "padding": "0",
            "font_size": t.TEXT_SMALL,
            "font_weight": t.WEIGHT_MEDIUM,
            "color": t.INK_SOFT,
        },
    },
}
