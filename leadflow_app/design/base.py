"""The ground: type, focus, motion, links, and what Radix gets wrong for us."""

from leadflow_app.design import tokens as t

BASE = {
    "--leadflow-accent-ink": t.DARKER.format(scale=t.ACCENT),
    "--leadflow-warn-ink": t.DARKER.format(scale="amber"),
    "--leadflow-bad-ink": t.DARKER.format(scale="red"),
    "--leadflow-solid": "var(--jade-11)",
    "--leadflow-solid-hover": "var(--jade-12)",
    "--leadflow-loss-solid": "var(--red-11)",
    "--leadflow-loss-solid-hover": "var(--red-12)",
    ".light & [data-accent-color]": {"--accent-a11": t.DARKER.format(scale="accent")},
    ".dark &": {
        "--leadflow-accent-ink": "var(--jade-11)",
        "--leadflow-warn-ink": "var(--amber-11)",
        "--leadflow-bad-ink": "var(--red-11)",
        "--leadflow-solid": "var(--jade-8)",
        "--leadflow-solid-hover": "var(--jade-7)",
        "--leadflow-loss-solid": "var(--red-8)",
        "--leadflow-loss-solid-hover": "var(--red-7)",
    },
    "--default-font-family": t.FONT,
    "font_family": t.FONT,
    "font_variant_numeric": "tabular-nums",
    "a": {"color": "inherit", "text_decoration": "none"},
    "*:focus-visible": {
        "outline": f"{t.RING} solid {t.ACCENT_LINE}",
        "outline_offset": t.RING,
        "border_radius": t.RADIUS_SMALL,
    },
    t.CALM: {
        "*, *::before, *::after": {
            "transition_duration": "0s !important",
            "animation_duration": "0s !important",
        },
    },
    ".rt-Button.rt-variant-solid, .rt-BaseButton.rt-variant-solid": {
        "background_color": t.ACCENT_SOLID,
        "color": t.ON_ACCENT,
        "&:hover": {"background_color": t.ACCENT_SOLID_HOVER},
    },
    ".rt-Button.rt-variant-soft": {"color": t.SOFT_BUTTON_INK},
    ".rt-Button.rt-variant-solid.is-loss": {
        "background_color": t.LOSS_SOLID,
        "&:hover": {"background_color": t.LOSS_SOLID_HOVER},
    },
    ".rt-Button.rt-variant-solid:disabled": {
        "background_color": t.PRESSED,
        "color": t.INK_SOFT,
    },
    ".visually-hidden": {
        "position": "absolute",
        "width": t.HAIRLINE,
        "height": t.HAIRLINE,
        "overflow": "hidden",
        "clip_path": "inset(50%)",
        "white_space": "nowrap",
    },
    ".text-link": {
        "font_size": t.TEXT,
        "color": t.ACCENT_INK,
        "font_weight": t.WEIGHT_MEDIUM,
        "&:hover": {"text_decoration": "underline"},
    },
    ".soft": {"color": t.INK_SOFT},
    ".small": {"font_size": t.TEXT_SMALL},
    ".strong": {"font_weight": t.WEIGHT_MEDIUM},
    ".figure": {"font_variant_numeric": "tabular-nums", "text_align": "right"},
    ".clip": {"overflow": "hidden", "text_overflow": "ellipsis", "white_space": "nowrap"},
    ".words": {"white_space": "pre-wrap", "overflow_wrap": "anywhere"},
}
