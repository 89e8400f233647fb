"""Facts folded into daily figures, and the dashboards over them."""

from backend.analytics.schemas import (
    DailyQuery,
    DailyView,
    DayPoint,
    Overview,
    Tile,
    TileKey,
)
from backend.analytics.service import (
    daily,
    drifted_days,
    mark,
    mark_every_day,
    overview,
    roll_up,
    waiting_workspaces,
)

__all__ = [
    "DailyQuery",
    "DailyView",
    "DayPoint",
    "Overview",
    "Tile",
    "TileKey",
    "daily",
    "drifted_days",
    "mark",
    "mark_every_day",
    "overview",
    "roll_up",
    "waiting_workspaces",
]
