"""What dialogs share: a question before something is lost, a secret shown once, a field at fault.

Each part is a mixin of a page's state with one var. What stands in a var comes from a use case or
from a row type; what the browser sends back names at most what it was asked about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from backend.auth import Actor
from backend.kit.errors import LeadFlowError
from leadflow_app import runtime
from leadflow_app.display import NEVER, Moment
from leadflow_app.session import signed_in


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for an answer; without a title nothing is asked."""

    title: str = ""
    text: str = ""
    losses: list[str] = field(default_factory=list)
    answer: str = ""
    is_loss: bool = True


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that is shown once: what it is called, itself, and until when it works."""

    title: str = ""
    text: str = ""
    label: str = ""
    value: str = ""
    example: str = ""
    until: Moment = NEVER


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which field of a form."""

    field: str = ""
    text: str = ""


class Asks(rx.State, mixin=True):
    """A page that asks before something is lost."""

    asked: Asked = Asked()

    _deed: Any = None

    def _ask(self, asked: Asked, deed: object) -> None:
        """Ask before a deed, which is kept here: the browser only says yes or no."""
        self.asked, self._deed = asked, deed

    def _take_deed(self) -> Any:  # noqa: ANN401  whatever the page asked about
        """Return what was asked about and ask no longer."""
        deed = self._deed
        self._ask(Asked(), None)
        return deed

    @rx.event
    @signed_in
    async def take_back(self, _actor: Actor) -> None:
        """Leave everything as it is."""
        self._take_deed()


class Reveals(rx.State, mixin=True):
    """A page that shows a secret once: it leaves the state with its dialog, and with the page."""

    secret: Secret = Secret()

    @rx.event
    @signed_in
    async def forget(self, _actor: Actor) -> None:
        """Keep the secret no longer."""
        self.secret = Secret()


class Fills(rx.State, mixin=True):
    """A page with a form whose fields say what is wrong with them."""

    fault: Fault = Fault()

    def _clear(self) -> None:
        """Say nothing about any field."""
        self.fault = Fault()

    @contextmanager
    def _at_fields(self, *names: str) -> Iterator[None]:
        """Put a refusal beside the field that it names; any other stays a refusal."""
        self._clear()
        try:
            yield
        except LeadFlowError as error:
            if error.field not in names:
                raise
            self.fault = Fault(str(error.field), runtime.words_at_field(error))
