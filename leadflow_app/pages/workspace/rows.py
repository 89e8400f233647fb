"""What the settings of the workspace show, ready to draw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import available_timezones

from backend.auth import WorkspaceView
from backend.kit.money import CURRENCIES
from leadflow_app.display import Clock

FIELDS: Final = ("name", "timezone", "currency")


@dataclass(frozen=True, slots=True)
class WorkspaceScreen:
    """The whole page."""

    name: str = ""
    timezone: str = ""
    currency: str = ""
    here: str = ""
    can_change: bool = False


def workspace_screen(
    workspace: WorkspaceView, clock: Clock, *, can_change: bool
) -> WorkspaceScreen:
    """Put the settings into words."""
    local = clock.now.astimezone(clock.zone)
    return WorkspaceScreen(
        name=workspace.name,
        timezone=workspace.timezone,
        currency=workspace.currency,
        here=f"It is {local:%A}, {local:%H:%M} there.",
        can_change=can_change,
    )


def changes(form: Mapping[str, Any], shown: WorkspaceScreen) -> dict[str, str]:
    """Return what the form changes of what was shown, so that nothing else is overwritten."""
    given = {name: str(form.get(name, getattr(shown, name))).strip() for name in FIELDS}
    given["currency"] = given["currency"].upper()
    return {name: value for name, value in given.items() if value != getattr(shown, name)}


def timezones(names: Iterable[str] | None = None) -> list[str]:
    """Return the timezones to choose from: places and UTC, none of the names of old."""
    known = available_timezones() if names is None else names
    return sorted(name for name in known if name == "UTC" or _is_place(name))


def _is_place(name: str) -> bool:
    region, has_city, _ = name.partition("/")
    return bool(has_city) and region not in {"Etc", "SystemV", "US", "posix", "right"}


def currencies() -> list[str]:
    """Return the currencies to choose from."""
    return sorted(CURRENCIES)
