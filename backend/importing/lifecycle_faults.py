"""What the lifecycle says of a row, told as faults of its columns. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from backend.importing.policy import Fault
from backend.leads import Need, Refusal, Stage, Standing

FIELDS: Final = {
    None: "stage",
    Need.VALUE: "value",
    Need.OWNER: "owner_email",
    Need.PHONE: "phone",
    Need.TAG: "tags",
    Need.LOSS_REASON: "loss_reason",
}


def told(values: Mapping[str, object], *, has_phone: bool = False) -> Standing:
    """Return what the values of a row say of a lead; `has_phone` when the contact has one."""
    stage, reason = values.get("stage"), values.get("loss_reason")
    return Standing(
        stage=Stage(str(stage)) if stage else None,
        has_value="value" in values,
        has_owner="owner_email" in values,
        has_phone="phone" in values or has_phone,
        has_tag=bool(values.get("tags")),
        reason=str(reason) if reason else None,
    )


def faults(refusals: Iterable[Refusal], columns: Mapping[str, str]) -> list[Fault]:
    """Name the column of each refusal; `columns` are headers by field."""
    found: list[Fault] = []
    for refusal in refusals:
        field = FIELDS[refusal.need]
        column = columns.get(field, field)
        found.append(Fault(column=column, message=refusal.message, expected=refusal.expected))
    return found
