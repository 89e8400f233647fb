"""What the made-up MessageBird and Birds have in common: messages, answers and files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

from backend.channels.adapters.bird_files import TYPES
from backend.channels.events import InboundMessage, MediaReference
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest, FakeSent

_FILES = "/media/"
_ENDS = {mime_type: end for end, mime_type in TYPES.items() if end != ".jpeg"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A call, and what the account expects of one."""

    account: FakeAccount
    request: FakeRequest
    now: datetime
    authorization: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shape:
    """Where messages are posted, what may be asked, and how an accepted body is read."""

    send_path: str
    ask_path: str
    recipient: tuple[str | int, ...]
    reference: tuple[str | int, ...]
    text: tuple[str | int, ...]


def answer_of(asked: Asked, shape: Shape) -> FakeAnswer:
    """Answer a call; whoever does not show the key is turned away."""
    request = asked.request
    given = {name.lower(): value for name, value in request.headers.items()}
    if given.get("authorization") != asked.authorization:
        return _error(HTTPStatus.UNAUTHORIZED, "2")
    if request.method == "GET" and request.path.startswith(_FILES):
        return _file(asked)
    if request.method == "GET" and request.path == shape.ask_path:
        return _json(HTTPStatus.OK, {"items": [], "results": []})
    if request.method != "POST" or request.path != shape.send_path:
        return _error(HTTPStatus.NOT_FOUND, "20")
    if asked.account.refusals:
        return _error(HTTPStatus.UNPROCESSABLE_ENTITY, asked.account.refusals.pop(0))
    body: dict[str, Any] = json.loads(request.body)
    sent = FakeSent(
        provider_message_id=f"msg-{len(asked.account.sent) + 1}",
        recipient=str(_at(body, shape.recipient)),
        body=body,
        text=_at(body, shape.text),
        reference=_at(body, shape.reference),
        at=asked.now,
    )
    asked.account.sent.append(sent)
    return _json(HTTPStatus.ACCEPTED, {"id": sent.provider_message_id, "status": "accepted"})


def address_of(account: FakeAccount, message: InboundMessage) -> str:
    """Return where the first file of a message lies: at the account's own address."""
    file = next(iter(message.media), MediaReference())
    name = file.provider_media_id or message.provider_message_id
    base = account.base_url or "https://media.example.com"
    return file.url or f"{base}{_FILES}{name}{_ENDS.get(file.mime_type or '', '')}"


def type_of(message: InboundMessage) -> str | None:
    """Return the type of the first file of a message."""
    return message.media[0].mime_type if message.media else None


def _file(asked: Asked) -> FakeAnswer:
    name = PurePosixPath(asked.request.path).stem
    file = asked.account.files.get(name)
    if file is None:
        return _error(HTTPStatus.NOT_FOUND, "20")
    return FakeAnswer(HTTPStatus.OK, file.content, {"content-type": file.mime_type})


def _at(body: dict[str, Any], path: tuple[str | int, ...]) -> str | None:
    """Return what stands at a path, or `None`."""
    value: Any = body
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _json(status: int, body: Mapping[str, object]) -> FakeAnswer:
    return FakeAnswer(status, json.dumps(body).encode(), {"content-type": "application/json"})


def _error(status: int, code: str) -> FakeAnswer:
    return _json(status, {"errors": [{"code": code, "description": f"refused with {code}"}]})
