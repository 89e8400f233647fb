"""What providers do at times, and what LeadFlow did with it, ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backend.intake import DeliveryVerdict, FaultOutcome, NetworkFault
from leadflow_app import display, routes

TIMES: Final = ("1", "2", "5", "10", "20")
# Title and what happens, in the order in which they are offered.
FAULTS: Final[Mapping[NetworkFault, tuple[str, str]]] = {
    NetworkFault.REPEATED: ("Repeat a delivery", "The same message, and then again and again."),
    NetworkFault.SHUFFLED: ("Out of order", "Three messages; the last one comes first."),
    NetworkFault.WITHOUT_NUMBER: ("Hidden number", "A username; only a user id comes along."),
    NetworkFault.LATE_STATUS: ("Late status", "Your last reply: read, then delivered."),
    NetworkFault.ORPHAN_STATUS: ("Orphan status", "Delivered, says a message that nobody sent."),
    NetworkFault.BROKEN_BODY: ("Broken body", "The delivery ends in the middle."),
    NetworkFault.UNSIGNED: ("Unsigned", "Somebody posts without the provider's signature."),
    NetworkFault.OUTAGE: ("Outage, then all at once", "The latest first, every third one twice."),
}
# Those of which there can be more or less.
COUNTED: Final = frozenset({NetworkFault.REPEATED, NetworkFault.OUTAGE})
SAID: Final[Mapping[tuple[NetworkFault, DeliveryVerdict], str]] = {
    (NetworkFault.REPEATED, DeliveryVerdict.ACCEPTED): "The first one is stored.",
    (
        NetworkFault.SHUFFLED,
        DeliveryVerdict.ACCEPTED,
    ): "The conversation shows them in the order in which they were written.",
    (
        NetworkFault.WITHOUT_NUMBER,
        DeliveryVerdict.ACCEPTED,
    ): "A person of their own, known by the user id until a number comes.",
    (
        NetworkFault.LATE_STATUS,
        DeliveryVerdict.ACCEPTED,
    ): "Delivered came after read, and takes nothing back: the reply shows as read.",
    (
        NetworkFault.ORPHAN_STATUS,
        DeliveryVerdict.ACCEPTED,
    ): "Kept until its message is known, and shown nowhere before.",
    (
        NetworkFault.OUTAGE,
        DeliveryVerdict.ACCEPTED,
    ): "Each took effect once, in the order in which they were written.",
}
BY_VERDICT: Final[Mapping[DeliveryVerdict, str]] = {
    DeliveryVerdict.ACCEPTED: "Stored, and took effect.",
    DeliveryVerdict.DUPLICATE: "Recognised and acknowledged; nothing is stored twice.",
    DeliveryVerdict.QUARANTINED: "Kept with its cause, out of the way of the others.",
    DeliveryVerdict.REFUSED: "Answered with 401. Nothing is stored.",
}


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What became of some of the deliveries; `href` leads to them."""

    key: str
    verdict: str
    label: str
    count: str
    text: str
    reason: str = ""
    link: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class FaultReport:
    """The fault that happened last."""

    title: str = ""
    rows: list[VerdictRow] = field(default_factory=list)


def report(fault: NetworkFault, outcomes: Sequence[FaultOutcome]) -> FaultReport:
    """Put what became of a fault into words."""
    ordered = sorted(outcomes, key=lambda outcome: list(DeliveryVerdict).index(outcome.verdict))
    return FaultReport(FAULTS[fault][0], [verdict_row(fault, outcome) for outcome in ordered])


def verdict_row(fault: NetworkFault, outcome: FaultOutcome) -> VerdictRow:
    """Put one verdict into words, with the way to what it is about."""
    verdict = outcome.verdict
    link, href = "", ""
    if verdict is DeliveryVerdict.QUARANTINED:
        link, href = "Open the quarantine", routes.QUARANTINE
    elif verdict is DeliveryVerdict.ACCEPTED and outcome.conversation_id is not None:
        link, href = "Open the conversation", routes.conversation(outcome.conversation_id)
    return VerdictRow(
        key=f"{verdict.value} {outcome.reason}",
        verdict=verdict.value,
        label=display.sentence(verdict.value),
        count=_deliveries(outcome.count),
        text=SAID.get((fault, verdict), BY_VERDICT[verdict]),
        reason=outcome.reason,
        link=link,
        href=href,
    )


def _deliveries(count: int) -> str:
    return f"{display.count(count)} {'delivery' if count == 1 else 'deliveries'}"
