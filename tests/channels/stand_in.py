"""A provider on loopback with its adapter: whatever a test says it answers, over real HTTP."""

import contextlib
import json
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import BaseModel

from backend.channels import (
    Access,
    AccountFacts,
    CredentialsRefused,
    Fault,
    Feature,
    Outbound,
    Provider,
    SendReceipt,
    SendRefused,
    SendUnknown,
    Template,
    TemplateStatus,
)
from backend.channels.adapters import whatsapp_cloud
from backend.platform.outbound import Call, send

TOKEN = "a good token"
EVERYTHING = frozenset(Feature)


@dataclass
class Account:
    """What the provider says."""

    url: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    hangs_up: bool = False
    asked: list[str] = field(default_factory=list)


class StandIn(whatsapp_cloud.WhatsAppCloudAdapter):
    """The Cloud API's webhook, with calls of our own in the place of Meta's."""

    provider: Provider = Provider.WHATSAPP_CLOUD
    features: frozenset[Feature] = EVERYTHING

    def probe(self, access: Access) -> AccountFacts:
        told = self._ask(access, "facts")
        if ends := told.get("token_expires_at"):
            told["token_expires_at"] = datetime.fromisoformat(ends)
        return AccountFacts(**{**told, "warnings": tuple(told.get("warnings", ()))})

    def list_templates(self, access: Access) -> Sequence[Template]:
        found = self._ask(access, "templates")["items"]
        return [Template(**{**one, "status": TemplateStatus(one["status"])}) for one in found]

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        told = self._ask(access, "messages")
        return SendReceipt(f"{told['id']}.{message.recipient.phone}")

    def _ask(self, access: Access, what: str) -> dict[str, Any]:
        credentials: Any = access.credentials
        assert isinstance(credentials, BaseModel)
        token = credentials.access_token.get_secret_value()
        headers = {"authorization": f"Bearer {token}"}
        answer = send(Call("GET", f"{access.base_url}/{what}", headers=headers, allow_http=True))
        told = json.loads(answer.body or b"{}")
        if answer.status == 401:
            code, title = "190", "Invalid OAuth access token."
            raise CredentialsRefused(code, title)
        if answer.status == 503:
            message = "no answer"
            raise SendUnknown(message)
        if not answer.is_success:
            raise SendRefused(told["code"], told["title"], fault=Fault.WINDOW)
        return told


class _Answering(BaseHTTPRequestHandler):
    account: Account

    def do_GET(self) -> None:
        self.account.asked.append(self.path)
        status, told = self._answer()
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[int, Mapping[str, Any]]:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, {}
        if self.account.hangs_up:
            return 503, {}
        if self.account.refusal:
            return 400, {"code": self.account.refusal, "title": "Refused for a reason"}
        answers = {
            "/facts": self.account.facts,
            "/templates": {"items": self.account.templates},
            "/messages": {"id": "wamid.test"},
        }
        return 200, answers[self.path]

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def answering() -> Generator[Account]:
    """Serve one account on loopback."""
    account = Account(facts={"display_number": "+1 206 555 0111", "quality": "green"})
    handler = type("Handler", (_Answering,), {"account": account})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        account.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield account
        server.shutdown()
        thread.join()
