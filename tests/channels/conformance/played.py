"""A provider's fake on loopback, in good and in bad moods, and a channel's access to it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qsl, urlsplit

from backend.channels import Access, Provider
from backend.channels.conformance import Subject, subject_of
from backend.channels.fakes import FakeAnswer, FakeRequest
from backend.channels.samples import MOMENT


class Mood(StrEnum):
    """What the provider does once it has done what it was asked."""

    WELL = "answers"
    HANGS_UP = "hangs up"
    STALLS = "never answers"
    MUMBLES = "answers half a JSON"
    SAYS_NOTHING = "answers without a body"
    FAILS = "answers 503"


@dataclass
class Played:
    """A provider that is listening; `asked` holds every call it got."""

    subject: Subject
    port: int
    mood: Mood = Mood.WELL
    asked: list[FakeRequest] = field(default_factory=list)
    is_over: Event = field(default_factory=Event)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def account(self):
        return self.subject.account

    def access(self, *, credentials=None, port=None):
        """Return what a channel of the account, or one with other credentials, calls with."""
        model = self.subject.adapter.credentials_model
        given = self.account.credentials
        return Access(
            credentials=model.model_validate(given if credentials is None else credentials),
            address=self.account.address,
            routing_key=given.get(self.subject.adapter.routing_field) or self.account.address,
            base_url=f"http://127.0.0.1:{port}" if port else self.url,
            webhook_url=self.account.webhook_url,
        )

    def secrets(self):
        """Return what nobody may read anywhere."""
        accounts = (self.account, self.subject.other)
        model = self.subject.adapter.credentials_model
        hidden = {
            value.get_secret_value()
            for account in accounts
            for _, value in model.model_validate(account.credentials)
            if hasattr(value, "get_secret_value")
        }
        return {secret for secret in hidden if secret}

    def answer(self, request: FakeRequest) -> FakeAnswer | None:
        """Do what is asked, and answer according to the mood."""
        self.asked.append(request)
        said = self.subject.fake.answer(self.account, request, MOMENT)
        match self.mood:
            case Mood.HANGS_UP:
                return None
            case Mood.STALLS:
                self.is_over.wait(60)
                return None
            case Mood.MUMBLES:
                return FakeAnswer(said.status, b'{"id": ', said.headers)
            case Mood.SAYS_NOTHING:
                return FakeAnswer(said.status)
            case Mood.FAILS:
                return FakeAnswer(503, b"upstream connect error")
            case _:
                return said


class Handler(BaseHTTPRequestHandler):
    """Translates between HTTP and the fake."""

    played: Played

    def do_POST(self):
        self._do()

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815  names of the library

    def log_message(self, *_):
        """Say nothing."""

    def _do(self):
        target = urlsplit(self.path)
        length = int(self.headers.get("content-length", 0))
        said = self.played.answer(
            FakeRequest(
                method=self.command,
                path=target.path,
                query=dict(parse_qsl(target.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
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
def playing(provider: Provider) -> Generator[Played]:
    """Run a provider's fake on loopback."""
    handler = type("PlayedHandler", (Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        handler.played = played = Played(subject_of(provider), server.server_port)
        played.account.base_url = played.url
        serving = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        try:
            yield played
        finally:
            played.is_over.set()
            server.shutdown()
            serving.join(5)
