"""What the played Meta answers, and the played 360dialog after it: messages, templates, files."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from backend.channels.adapters.whatsapp_cloud_errors import meaning_of
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeFile, FakeRequest, FakeSent
from backend.channels.ports import Template, TemplateStatus

Fields = Mapping[str, Any]

ATTACHMENTS = "/whatsapp_business/attachments/"
_STATUSES: Mapping[HTTPStatus, str] = {
    HTTPStatus.TOO_MANY_REQUESTS: "4 17 80007",
    HTTPStatus.UNAUTHORIZED: "0 104 190",
    HTTPStatus.FORBIDDEN: "3 10 200",
    HTTPStatus.UNPROCESSABLE_ENTITY: "613",
    HTTPStatus.INTERNAL_SERVER_ERROR: "2 131000",
    HTTPStatus.SERVICE_UNAVAILABLE: "131016 133004",
}
_BY_CODE = {code: status for status, codes in _STATUSES.items() for code in codes.split()}
_REFUSED_TEMPLATES = {
    TemplateStatus.PENDING: "132001",
    TemplateStatus.REJECTED: "132001",
    TemplateStatus.PAUSED: "132015",
    TemplateStatus.DISABLED: "132016",
}
_VARIABLE = re.compile(r"\{\{([0-9]+)\}\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of an account with good credentials, at one moment."""

    account: FakeAccount
    request: FakeRequest
    now: datetime

    @property
    def body(self) -> dict[str, Any]:
        """What was posted; an empty object when it is no JSON object."""
        try:
            found = json.loads(self.request.body)
        except ValueError:
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def meta_error(code: str) -> FakeAnswer:
    """Answer with an error of Meta's shape, under the status that Meta gives it."""
    said = {
        "message": f"(#{code}) {meaning_of(code) or 'The call was refused'}",
        "type": "OAuthException",
        "code": int(code),
        "error_data": {"messaging_product": "whatsapp", "details": meaning_of(code) or ""},
        "fbtrace_id": _token("trace", code)[:12],
    }
    return as_json({"error": said}, _BY_CODE.get(code, HTTPStatus.BAD_REQUEST))


def take_message(asked: Asked) -> FakeAnswer:
    """Accept a message or a mark of reading, or refuse with the next planned refusal."""
    body, account = asked.body, asked.account
    if body.get("status") == "read":
        account.read.append(str(body.get("message_id")))
        return as_json({"success": True})
    refusal = account.refusals.pop(0) if account.refusals else _lack(account, body)
    if refusal:
        return meta_error(refusal)
    recipient = body.get("to") or body["recipient"]
    number = account.credentials.get("phone_number_id") or account.address
    message_id = f"wamid.{_token(number, str(len(account.sent)), asked.now.isoformat())}"
    account.sent.append(
        FakeSent(
            provider_message_id=message_id,
            recipient=recipient,
            body=body,
            text=_read_by_customer(account, body),
            reference=body.get("biz_opaque_callback_data"),
            at=asked.now,
        )
    )
    return as_json(_accepted(body, recipient, message_id))


def template_of(template: Template) -> Fields:
    """Write a template as Meta lists it."""
    return {
        "id": template.provider_template_id,
        "name": template.name,
        "language": template.language,
        "status": template.status.value.upper(),
        "category": template.category.upper(),
        "quality_score": {"score": (template.quality or "unknown").upper()},
        "rejected_reason": template.reason or "NONE",
        "components": list(template.components),
    }


def take_template(asked: Asked) -> Template | None:
    """Take a template for review; `None` when it lacks something or is there already."""
    body, account = asked.body, asked.account
    if not all(body.get(key) for key in ("name", "language", "category", "components")):
        return None
    named = (body["name"], body["language"])
    if named in {(one.name, one.language) for one in account.templates}:
        return None
    number = int.from_bytes(hashlib.sha256("/".join(named).encode()).digest()[:6])
    made = Template(
        provider_template_id=str(number),
        name=body["name"],
        language=body["language"],
        status=TemplateStatus.PENDING,
        category=body["category"].lower(),
        components=body["components"],
    )
    account.templates.append(made)
    return made


def file_facts(file: FakeFile, media_id: str, base: str) -> Fields:
    """Tell where a file is."""
    digest = hashlib.sha256(file.content).hexdigest()
    return {
        "messaging_product": "whatsapp",
        "url": f"{base}{ATTACHMENTS}?mid={media_id}&ext=1772356200&hash={digest[:16]}",
        "mime_type": file.mime_type,
        "sha256": digest,
        "file_size": len(file.content),
        "id": media_id,
    }


def hand_out(asked: Asked) -> FakeAnswer | None:
    """Answer with a file; `None` when there is no such."""
    file = asked.account.files.get(asked.request.query.get("mid", ""))
    if file is None:
        return None
    return FakeAnswer(HTTPStatus.OK, file.content, {"content-type": file.mime_type})


def sample_templates(number: int) -> list[Template]:
    """Return an approved template and a paused one."""
    hello = Template(
        provider_template_id=f"168955690812{number:04}",
        name="order_update",
        language="en",
        status=TemplateStatus.APPROVED,
        category="utility",
        quality="green",
        components=({"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way."},),
    )
    offer = replace(
        hello,
        provider_template_id=f"168955690813{number:04}",
        name="spring_offer",
        status=TemplateStatus.PAUSED,
        category="marketing",
        quality="yellow",
        components=(
            {"type": "HEADER", "format": "TEXT", "text": "Spring"},
            {"type": "BODY", "text": "Hello {{1}}, have a look."},
            {"type": "FOOTER", "text": "Answer STOP to hear no more"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Show me"}]},
        ),
    )
    return [hello, offer]


def counted(query: Mapping[str, str], name: str, unsaid: int) -> int:
    """Read a whole number of a query; what is none counts as unsaid."""
    given = query.get(name, "")
    return int(given) if given.isascii() and given.isdigit() else unsaid


def as_json(said: Fields, status: HTTPStatus = HTTPStatus.OK) -> FakeAnswer:
    """Answer with JSON."""
    return FakeAnswer(status, json.dumps(said).encode(), {"content-type": "application/json"})


def _token(*parts: str) -> str:
    return base64.b64encode(hashlib.sha256("|".join(parts).encode()).digest()[:24]).decode()


def _accepted(body: Fields, recipient: str, message_id: str) -> Fields:
    contact = {"input": recipient}
    contact |= {"wa_id": recipient.lstrip("+")} if body.get("to") else {"user_id": recipient}
    message = {"id": message_id}
    message |= {"message_status": "accepted"} if body.get("type") == "template" else {}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _lack(account: FakeAccount, body: Fields) -> str | None:
    checks: Sequence[tuple[str, Callable[[], bool]]] = (
        ("100", lambda: body.get("messaging_product") == "whatsapp"),
        ("131008", lambda: bool(body.get("to") or body.get("recipient"))),
        ("131008", lambda: bool(body.get(body.get("type", "text")))),
    )
    lacking = next((code for code, is_met in checks if not is_met()), None)
    if lacking or body.get("type") != "template":
        return lacking
    return _template_lack(account, body["template"])


def _template_lack(account: FakeAccount, sent: Fields) -> str | None:
    template = _find(account, sent)
    if template is None:
        return "132001"
    if template.status is not TemplateStatus.APPROVED:
        return _REFUSED_TEMPLATES[template.status]
    given = len(_values(sent))
    return None if given == len(set(_VARIABLE.findall(_text_of(template)))) else "132000"


def _find(account: FakeAccount, sent: Fields) -> Template | None:
    language: Fields = sent.get("language") or {}
    for template in account.templates:
        if (template.name, template.language) == (sent.get("name"), language.get("code")):
            return template
    return None


def _values(sent: Fields) -> list[str]:
    parts = (part for part in sent.get("components", ()) if part.get("type") == "body")
    return [value.get("text", "") for part in parts for value in part.get("parameters", ())]


def _text_of(template: Template) -> str:
    bodies = (part for part in template.components if str(part.get("type")).upper() == "BODY")
    return next((str(part.get("text", "")) for part in bodies), "")


def _read_by_customer(account: FakeAccount, body: Fields) -> str | None:
    kind = body.get("type", "text")
    held: Fields = body[kind]
    match kind:
        case "text":
            return held.get("body")
        case "interactive":
            return held["body"]["text"]
        case "template":
            template = _find(account, held)
            values = dict(enumerate(_values(held), start=1))
            text = _text_of(template) if template else ""
            return _VARIABLE.sub(lambda found: values.get(int(found[1]), found[0]), text)
        case _:
            return held.get("caption")
