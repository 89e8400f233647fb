"""How values read on a screen: moments, phone numbers, figures, names of things."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.kit import phone as phones

NOTHING: Final = "\N{EN DASH}"
UNNAMED: Final = "Unknown customer"
DAYS_WITH_WEEKDAY: Final = 6

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
BYTE_UNITS: Final = ("kB", "MB", "GB")
STAGES: Final = ("new", "qualified", "nurtured", "converted", "lost")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it is read at a glance, and the exact instant for the hover."""

    text: str = ""
    exact: str = ""


NEVER: Final = Moment()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several views of a list: its words, its address, and whether it is the current one."""

    label: str
    href: str
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Now, and where: what turns instants into words."""

    now: datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, now: datetime, timezone: str) -> "Clock":
        """Build a clock; a timezone that this machine does not know reads as UTC."""
        try:
            return cls(now, ZoneInfo(timezone))
        except (ZoneInfoNotFoundError, ValueError):
            return cls(now, ZoneInfo("UTC"))

    @property
    def today(self) -> date:
        """The workspace's calendar day."""
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date | None) -> datetime | None:
        """Return the instant at which a day begins here."""
        return datetime.combine(day, time.min, self.zone) if day else None

    def end_of(self, day: date | None) -> datetime | None:
        """Return the instant at which a day is over here."""
        return self.start_of(day + timedelta(days=1)) if day else None

    def moment(self, at: datetime | None) -> Moment:
        """Say when something was: the hour today, the weekday this week, else the date."""
        if at is None:
            return NEVER
        local = at.astimezone(self.zone)
        return Moment(self._short(local), exact(local))

    def hour(self, at: datetime | None) -> Moment:
        """Say only the hour; the day stands above in a divider."""
        if at is None:
            return NEVER
        local = at.astimezone(self.zone)
        return Moment(f"{local:%H:%M}", exact(local))

    def day(self, at: datetime) -> str:
        """Name the day of a divider."""
        on = at.astimezone(self.zone).date()
        if on == self.today:
            return "Today"
        if on == self.today - timedelta(days=1):
            return "Yesterday"
        year = "" if on.year == self.today.year else f" {on.year}"
        return f"{on:%A} {on.day} {on:%B}{year}"

    def _short(self, local: datetime) -> str:
        days = (self.today - local.date()).days
        if days == 0:
            return f"{local:%H:%M}"
        if 0 < days <= DAYS_WITH_WEEKDAY:
            return f"{local:%a %H:%M}"
        if local.year == self.today.year:
            return short_day(local.date())
        return f"{short_day(local.date())} {local.year}"


def exact(local: datetime) -> str:
    """Write an instant out in full, with its offset."""
    return f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M:%S} ({local:%Z})"


def short_day(day: date) -> str:
    """Write a day as `7 Jan`."""
    return f"{day.day} {day:%b}"


def day_range(first: date, last: date) -> str:
    """Write a range of days as `1 Jan to 7 Jan`."""
    return short_day(first) if first == last else f"{short_day(first)} to {short_day(last)}"


def phone(e164: str | None, username: str | None = None) -> str:
    """Write a number in international format; without one the username, or that there is none."""
    if e164:
        return phones.display(e164)
    return f"@{username}" if username else "No phone number"


def person(name: str | None, e164: str | None, username: str | None = None) -> str:
    """Name somebody by what we know."""
    return name or (phone(e164, username) if e164 or username else UNNAMED)


def initials(name: str) -> str:
    """Give the one or two letters of an avatar."""
    words = [word for word in name.split() if word[0].isalpha()]
    letters = [word[0].upper() for word in (words[:1] + words[1:][-1:])]
    return "".join(letters) or "#"


def count(value: float) -> str:
    """Write a count with thousands apart."""
    return f"{value:,.0f}"


def size(octets: int) -> str:
    """Write a size in bytes as people do, with thousands as steps."""
    step = min((len(str(octets)) - 1) // 3, len(BYTE_UNITS))
    if step == 0:
        return plural(octets, "byte")
    return f"{octets / 1000**step:.3g} {BYTE_UNITS[step - 1]}"


def duration(seconds: float) -> str:
    """Write a span in its two largest units."""
    whole = round(seconds)
    for size, unit, smaller, small_unit in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // smaller
            return (
                f"{whole // size} {unit} {rest} {small_unit}" if rest else f"{whole // size} {unit}"
            )
    return f"{whole} s"


def points(value: int) -> str:
    """Write points with their sign."""
    return f"+{value}" if value > 0 else str(value).replace("-", "\N{MINUS SIGN}")


def stage(value: str) -> str:
    """Name a stage."""
    return value.capitalize()


def window(expires_at: datetime | None, now: datetime) -> str:
    """Say how long the reply window stays open, or that it is closed."""
    if expires_at is None or expires_at <= now:
        return "Window closed"
    left = (expires_at - now).total_seconds()
    hours = int(left // 3600)
    return f"{hours} h left" if hours else f"{max(1, int(left // 60))} min left"


def utc(moment: datetime) -> datetime:
    """Read a moment without an offset as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_day(text: str) -> date | None:
    """Read a day of this millennium as `2026-01-31`; anything else is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


TOUCHES: Final = {
    "channel": "Wrote to us",
    "ad": "Came from an ad",
    "reply": "Answered a message",
}


def touch(kind: str) -> str:
    """Name what led a customer here."""
    return TOUCHES.get(str(kind), sentence(kind))


def sentence(name: str) -> str:
    """Write a name of ours (`window_closed`) as words (`Window closed`)."""
    words = str(name).replace("_", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]


def web_address(url: str | None) -> str:
    """Return an address that may become a link: the web, and nothing a browser would run."""
    return url if url and url.lower().startswith(("https://", "http://")) else ""


def money(value: Decimal | None, currency: str | None) -> str:
    """Write an amount with its currency; no amount is no text."""
    return "" if value is None else f"{value:,.2f}\N{NO-BREAK SPACE}{currency or ''}".strip()


def plural(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{count(number)} {noun if number == 1 else plural_of(noun)}"


def plural_of(noun: str) -> str:
    """Write a noun as of several: `delivery` as `deliveries`, `day` as `days`."""
    is_after_consonant = noun[-1:] == "y" and noun[-2:-1] not in {*"aeiou"}
    return f"{noun[:-1]}ies" if is_after_consonant else f"{noun}s"


def listing(names: Sequence[str]) -> str:
    """Write names as one says them: `Ana`, `Ana and Bo`, `Ana, Bo and Cy`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def plain(said: str) -> str:
    """Write what an error says as a sentence of its own."""
    said = said.strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}." if said else ""
