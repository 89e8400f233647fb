"""What the customer agreed to, ready to draw."""

from dataclasses import dataclass
from typing import Final

from backend.contacts import ConsentChange, ConsentEventView, ConsentState, ConsentView, How
from leadflow_app.display import NEVER, Clock, Moment

STATES: Final = {
    ConsentState.UNKNOWN: "Not said",
    ConsentState.OPTED_IN: "Opted in",
    ConsentState.OPTED_OUT: "Opted out",
}
WAYS: Final = {
    How.KEYWORD: "They wrote it",
    How.FORM: "A form",
    How.REST: "Told over the API",
    How.PERSON: "Recorded by hand",
    How.PROVIDER: "The provider told it",
}
TITLES: Final = {
    ConsentChange.OPT_IN: "Record an opt-in",
    ConsentChange.OPT_OUT: "Record an opt-out",
}


@dataclass(frozen=True, slots=True)
class ConsentScreen:
    """What holds now, since when, and what shows it."""

    state: str = ConsentState.UNKNOWN.value
    label: str = STATES[ConsentState.UNKNOWN]
    since: Moment = NEVER
    how: str = ""
    words: str = ""
    note: str = ""


def consent_screen(view: ConsentView, clock: Clock) -> ConsentScreen:
    """Put what holds into words."""
    state, event = view.state, view.decided_by
    if event is None:
        return ConsentScreen(state=state.value, label=STATES[state])
    return ConsentScreen(
        state=state.value,
        label=STATES[state],
        since=clock.moment(event.occurred_at),
        how=_how(event),
        words=event.words or "",
        note=event.note or "",
    )


def _how(event: ConsentEventView) -> str:
    way = WAYS[event.how]
    return way if event.how is How.KEYWORD else f"{way}, {event.actor_name}"
