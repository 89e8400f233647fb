"""Every value that a screen may use: space, radius, type, width, colour, motion.

Space, radius and type are the scales of Radix Themes, so that its components and ours agree.
Nothing outside `design/` writes a length or a colour.
"""

from typing import Final

ACCENT: Final = "jade"
GREY: Final = "slate"
GREY_SCHEME: Final = "gray"
LOSS_SCHEME: Final = "red"
WARN_SCHEME: Final = "amber"

SPACE_HALF: Final = "2px"
SPACE_1: Final = "var(--space-1)"
SPACE_2: Final = "var(--space-2)"
SPACE_3: Final = "var(--space-3)"
SPACE_4: Final = "var(--space-4)"
SPACE_5: Final = "var(--space-5)"
SPACE_6: Final = "var(--space-6)"
SPACE_7: Final = "var(--space-7)"
SPACE_8: Final = "var(--space-8)"

RADIUS_SMALL: Final = "var(--radius-2)"
RADIUS: Final = "var(--radius-3)"
RADIUS_LARGE: Final = "var(--radius-5)"
RADIUS_FULL: Final = "9999px"

FONT: Final = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Inter, Roboto, 'Helvetica Neue', "
    "'Liberation Sans', Arial, sans-serif"
)
FONT_CODE: Final = "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace"
TEXT_SMALL: Final = "var(--font-size-1)"
TEXT: Final = "var(--font-size-2)"
TEXT_LARGE: Final = "var(--font-size-3)"
TEXT_TITLE: Final = "var(--font-size-5)"
TEXT_FIGURE: Final = "var(--font-size-7)"
WEIGHT_NORMAL: Final = "400"
WEIGHT_MEDIUM: Final = "500"
WEIGHT_BOLD: Final = "600"
LINE_TIGHT: Final = "1.25"
LINE: Final = "1.45"

PAGE: Final = "var(--color-background)"
PANEL: Final = "var(--color-panel-solid)"
SUBTLE: Final = "var(--gray-2)"
HOVER: Final = "var(--gray-a3)"
PRESSED: Final = "var(--gray-a4)"
LINE_COLOUR: Final = "var(--gray-a4)"
LINE_STRONG: Final = "var(--gray-a6)"
INK: Final = "var(--gray-12)"
INK_SOFT: Final = "var(--gray-11)"
ACCENT_INK: Final = "var(--leadflow-accent-ink)"
ACCENT_TINT: Final = "var(--accent-a3)"
ACCENT_TINT_STRONG: Final = "var(--accent-a4)"
ACCENT_LINE: Final = "var(--accent-8)"
ACCENT_SOLID: Final = "var(--leadflow-solid)"
ACCENT_SOLID_HOVER: Final = "var(--leadflow-solid-hover)"
SOFT_BUTTON_INK: Final = "var(--accent-a11)"
ON_ACCENT: Final = "white"
LOSS_SOLID: Final = "var(--leadflow-loss-solid)"
LOSS_SOLID_HOVER: Final = "var(--leadflow-loss-solid-hover)"
STAGE_COLOURS: Final = {
    "new": "blue",
    "qualified": "jade",
    "nurtured": "amber",
    "converted": "iris",
    "lost": "gray",
}
STATE_COLOURS: Final = {
    "active": "jade",
    "invited": "amber",
    "disabled": "gray",
    "expired": "gray",
    "revoked": "gray",
    "well": "jade",
    "waiting": "amber",
    "ill": "red",
    "idle": "gray",
    "approved": "jade",
    "pending": "amber",
    "paused": "amber",
    "rejected": "red",
}
VERDICT_COLOURS: Final = {
    "accepted": "jade",
    "duplicate": "blue",
    "quarantined": "amber",
    "refused": "red",
}
CHART_FIRST: Final = "var(--accent-9)"
CHART_SECOND: Final = "var(--gray-8)"
WARN_INK: Final = "var(--leadflow-warn-ink)"
WARN_TINT: Final = "var(--amber-a3)"
BAD_INK: Final = "var(--leadflow-bad-ink)"
BAD_TINT: Final = "var(--red-a3)"
GOOD_INK: Final = "var(--leadflow-accent-ink)"
GOOD_TINT: Final = "var(--accent-a3)"
SHADOW: Final = "0 1px 2px var(--black-a2), 0 8px 24px var(--black-a3)"
NO_COLOUR: Final = "transparent"

# Step 11 of a Radix scale reads on white; on a tint AA wants it a little darker.
DARKER: Final = "color-mix(in srgb, var(--{scale}-11) 70%, var(--{scale}-12))"

HAIRLINE: Final = "1px"
RING: Final = "2px"
CONTROL_HEIGHT: Final = "32px"
ROW_HEIGHT: Final = "40px"
TOUCH_HEIGHT: Final = "48px"
HEADER_HEIGHT: Final = "56px"
RAIL_WIDTH: Final = "216px"
RAIL_NARROW: Final = "60px"
BAR_HEIGHT: Final = "56px"
LIST_WIDTH: Final = "340px"
SIDE_WIDTH: Final = "304px"
PHONE_WIDTH: Final = "372px"
SIGN_IN_WIDTH: Final = "372px"
READING_WIDTH: Final = "64ch"
DIALOG_WIDTH: Final = "480px"
DIALOG_WIDE: Final = "640px"
CONTENT_WIDTH: Final = "1180px"
ABOUT_WIDTH: Final = "240px"
QR_WIDTH: Final = "184px"
FIELD_WIDTH: Final = "260px"
BODY_LEAST: Final = "160px"
BODY_HEIGHT: Final = "min(480px, 56dvh)"
TILE_HEIGHT: Final = "92px"
CHART_HEIGHT: Final = 260
CHART_AXIS_WIDTH: Final = 36
CHART_TICK_GAP: Final = 24
BAR_WIDTH: Final = 28
BAR_GAP: Final = 2
BAR_RADIUS: Final = (3, 3, 0, 0)
ICON_SMALL: Final = 12
ICON: Final = 16
ICON_LARGE: Final = 20
ICON_BRAND: Final = 32

AT_PHONE: Final = "@media (max-width: 699px)"
AT_NARROW: Final = "@media (max-width: 1099px)"
BELOW_THREE_PANES: Final = "@media (max-width: 1239px)"
FROM_NARROW: Final = "@media (min-width: 700px)"
CALM: Final = "@media (prefers-reduced-motion: reduce)"
MOTION: Final = "120ms ease-out"
