"""The pieces of the dashboard."""

import reflex as rx

from leadflow_app import shell
from leadflow_app.components.links import link
from leadflow_app.design import tokens
from leadflow_app.pages.home.rows import HomeScreen, TileRow


def first_run() -> rx.Component:
    """Offer the simulator while nobody has written yet."""
    return shell.first_run(
        "message-circle",
        "Nobody has written yet",
        "Here you will see conversations, new leads and how fast they are answered, live.",
        "Play a customer in the simulator and watch the first lead appear; it takes two minutes "
        "and no account.",
    )


def tile(row: rx.Var[TileRow], before: rx.Var[str]) -> rx.Component:
    """Show one figure that opens its rows."""
    return link(
        rx.el.span(row.label, class_name="tile-label"),
        rx.el.span(row.value, class_name="tile-value"),
        rx.el.span(
            rx.cond(
                row.change != "",
                rx.el.span(row.change, custom_attrs={"data-tone": row.tone}),
                rx.el.span("nothing to compare with"),
            ),
            class_name="tile-change",
            title=f"Compared with {before}",
        ),
        to=row.href,
        title=row.rows,
        class_name="tile",
    )


def tiles(screen: rx.Var[HomeScreen]) -> rx.Component:
    """Show the figures of the period."""
    return rx.el.section(
        rx.foreach(screen.tiles, lambda row: tile(row, screen.before)),
        class_name="tiles",
        aria_label="Figures of the period, compared with the one before",
    )


def chart(screen: rx.Var[HomeScreen]) -> rx.Component:
    """Draw leads and conversations by day."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Leads and conversations"),
            rx.el.div(
                legend("Leads", "first"), legend("Conversations", "second"), class_name="legend"
            ),
            class_name="panel-head",
        ),
        rx.el.div(plot(screen), role="img", aria_label=screen.summary, class_name="chart"),
        class_name="panel",
    )


def legend(label: str, series: str) -> rx.Component:
    """Name the colour of a series."""
    return rx.el.span(
        rx.el.span(class_name=f"legend-key is-{series}", aria_hidden="true"),
        label,
        class_name="legend-item",
    )


def plot(screen: rx.Var[HomeScreen]) -> rx.Component:
    """Draw both series as bars, without motion."""
    return rx.recharts.bar_chart(
        rx.recharts.cartesian_grid(vertical=False, stroke=tokens.LINE_COLOUR),
        rx.recharts.bar(
            data_key="leads",
            name="Leads",
            fill=tokens.CHART_FIRST,
            is_animation_active=False,
            radius=list(tokens.BAR_RADIUS),
        ),
        rx.recharts.bar(
            data_key="conversations",
            name="Conversations",
            fill=tokens.CHART_SECOND,
            is_animation_active=False,
            radius=list(tokens.BAR_RADIUS),
        ),
        rx.recharts.x_axis(
            data_key="day", tick_line=False, axis_line=False, min_tick_gap=tokens.CHART_TICK_GAP
        ),
        rx.recharts.y_axis(
            allow_decimals=False, tick_line=False, axis_line=False, width=tokens.CHART_AXIS_WIDTH
        ),
        rx.recharts.graphing_tooltip(is_animation_active=False),
        data=screen.points.to(list[dict]),
        width="100%",
        height=tokens.CHART_HEIGHT,
        bar_gap=tokens.BAR_GAP,
        max_bar_size=tokens.BAR_WIDTH,
        accessibility_layer=False,
    )


def skeleton() -> rx.Component:
    """Hold the place of the figures and the chart."""
    return rx.el.div(
        rx.skeleton(height=tokens.CONTROL_HEIGHT, width=tokens.LIST_WIDTH, max_width="100%"),
        rx.el.div(*[rx.skeleton(class_name="tile") for _ in range(6)], class_name="tiles"),
        rx.skeleton(height=f"{tokens.CHART_HEIGHT}px", width="100%"),
        class_name="stack",
        aria_hidden="true",
    )
