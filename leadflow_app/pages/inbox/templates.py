"""Message templates in the reply box, ready to draw, and what was filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from backend.channels import TemplateStatus, TemplateView
from backend.inbox import TemplateNeeds, TemplateReply, TemplateValues, needs_of, rendered
from leadflow_app.inputs import uuid_or_none

FILES: Final = {
    "image": "Choose the picture",
    "video": "Choose the film",
    "document": "Choose the document",
    "media": "Choose the file",
}


@dataclass(frozen=True, slots=True)
class TemplateField:
    """One value that a template takes."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """An approved template: what the customer reads, and the values it takes."""

    key: str = ""
    label: str = ""
    preview: str = ""
    fields: list[TemplateField] = field(default_factory=list)
    file: str = ""


def template_rows(templates: Sequence[TemplateView]) -> list[TemplateRow]:
    """Put the templates that can be sent from here into words: the approved ones."""
    return [
        _row(template, needs)
        for template in templates
        if template.status is TemplateStatus.APPROVED
        and (needs := needs_of(template.components)).can_be_given
    ]


def template_reply(row: TemplateRow, form: Mapping[str, Any], file_key: str) -> TemplateReply:
    """Read the values of a template from its form; `file_key` names the file above it."""
    given: dict[str, list[str]] = {"header": [], "body": [], "buttons": []}
    for one in row.fields:
        given[one.name.partition("-")[0]].append(str(form.get(one.name, "")).strip())
    values = TemplateValues(
        header=tuple(given["header"]), body=tuple(given["body"]), buttons=tuple(given["buttons"])
    )
    media_id = uuid_or_none(file_key)
    return TemplateReply(template_id=UUID(row.key), values=values, media_id=media_id)


def _row(template: TemplateView, needs: TemplateNeeds) -> TemplateRow:
    named = (
        *((f"header-{place}", f"Header: {name}") for place, name in enumerate(needs.header)),
        *((f"body-{place}", f"Value {name}") for place, name in enumerate(needs.body)),
        *((f"buttons-{place}", f"Link of {title}") for place, title in needs.buttons),
    )
    return TemplateRow(
        key=str(template.id),
        label=f"{template.name} ({template.language})",
        preview=rendered(template.components, TemplateValues()) or template.name,
        fields=[TemplateField(name, label) for name, label in named],
        file=FILES.get(needs.file, ""),
    )
