"""A provider's fake on loopback, for its adapter to call over real HTTP."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from backend.channels import Access, adapter_for
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest, ProviderFake
from tests.factories import NOON

# What a test makes of an answer: another one, or none at all, which hangs up.
Spoil = Callable[[FakeAnswer], FakeAnswer | None]


@dataclass
class Served:
    """One account of a provider that is listening; `asked` holds every call it got."""

    fake: ProviderFake
    account: FakeAccount
    asked: list[FakeRequest] = field(default_factory=list)
    spoil: Spoil = lambda said: said

    def access(self, **changed):
        """Return what a channel of the account calls with; `changed` replaces credentials."""
        adapter = adapter_for(self.fake.provider)
        given = {**self.account.credentials, **changed}
        return Access(
            credentials=adapter.credentials_model.model_validate(given),
            address=self.account.address,
            routing_key=given.get("phone_number_id") or self.account.address,
            base_url=self.account.base_url,
            webhook_url=self.account.webhook_url,
        )

    def answer(self, request: FakeRequest) -> FakeAnswer | None:
        """Let the provider do what it is asked, then spoil its answer."""
        self.asked.append(request)
        return self.spoil(self.fake.answer(self.account, request, NOON))


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_POST(self):
        self._do()

    do_GET = do_POST  # noqa: N815  names of the library

    def log_message(self, *_):
        """Say nothing."""

    def _do(self):
        target = urlsplit(self.path)
        said = self.served.answer(
            FakeRequest(
                method=self.command,
                path=target.path,
                query=dict(parse_qsl(target.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("content-length", 0))),
            )
        )
        if said is None:
            self.close_connection = True
            return
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)


@contextmanager
def serving(fake: ProviderFake, number: int = 1) -> Generator[Served]:
    """Run a provider on 127.0.0.1, which LEADFLOW_ALLOW_PRIVATE_TARGETS has to open."""
    handler = type("FakeHandler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        account = fake.account(number)
        account.base_url = f"http://127.0.0.1:{server.server_port}"
        account.webhook_url = "https://leads.example.com/webhooks/1"
        handler.served = served = Served(fake, account)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join(5)
