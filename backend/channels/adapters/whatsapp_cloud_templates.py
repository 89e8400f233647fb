"""Message templates as Meta, and 360dialog after it, writes them."""

from dataclasses import replace

from backend.channels.adapters.reading import Object, identifier, objects, optional_object, words
from backend.channels.adapters.whatsapp_cloud_account import (
    TEMPLATE_STATUSES,
    read_quality,
    read_reason,
)
from backend.channels.errors import SendUnknown
from backend.channels.ports import Template, TemplateStatus

TEMPLATE_FIELDS = "id,name,language,status,category,quality_score,rejected_reason,components"


def read_template(raw: Object) -> Template | None:
    """Read one template of a list; `None` for an item without a name and a language.

    360dialog has ids of its own, then Meta's is the `external_id`; a template without any id is
    known by its name and language. A status that is new here is `DISABLED`: it may not be sent.
    """
    name, language = identifier(raw.get("name")), identifier(raw.get("language"))
    if name is None or language is None:
        return None
    known = identifier(raw.get("external_id")) or identifier(raw.get("id"))
    score = optional_object(raw.get("quality_score")).get("score")
    return Template(
        provider_template_id=known or f"{name}/{language}",
        name=name,
        language=language,
        status=_status(raw),
        category=(words(raw.get("category")) or "").lower(),
        quality=read_quality(score) if words(score) else None,
        components=objects(raw.get("components")),
        reason=read_reason(raw.get("rejected_reason")),
    )


def template_body(template: Template) -> Object:
    """Write a template for review."""
    return {
        "name": template.name,
        "language": template.language,
        "category": template.category.upper(),
        "components": [dict(component) for component in template.components],
    }


def handed_in(template: Template, answer: Object) -> Template:
    """Return a template as it stands after it was handed in; raises `SendUnknown` without an id."""
    known = identifier(answer.get("external_id")) or identifier(answer.get("id"))
    if known is None:
        message = "the template was accepted without an id; the next sync will show it"
        raise SendUnknown(message)
    category = words(answer.get("category"))
    return replace(
        template,
        provider_template_id=known,
        status=_status(answer, TemplateStatus.PENDING),
        category=category.lower() if category else template.category,
    )


def _status(raw: Object, unsaid: TemplateStatus = TemplateStatus.DISABLED) -> TemplateStatus:
    said = words(raw.get("status"))
    return TEMPLATE_STATUSES.get(said.upper(), TemplateStatus.DISABLED) if said else unsaid
