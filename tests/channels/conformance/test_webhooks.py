"""What every adapter makes of its provider's webhooks, as `leadflow doctor --adapter` asks."""

from dataclasses import replace

import pytest

from backend.channels import Provider
from backend.channels.adapters.fakes import is_played
from backend.channels.conformance import CHECKS, subject_of
from backend.channels.traits import traits_of
from tests.channels.conformance.kit import PLAYED

ASKED = [
    (provider, title)
    for provider in PLAYED
    for title, check in CHECKS.items()
    if check.is_asked_of(traits_of(provider))
]


@pytest.mark.parametrize(("provider", "title"), ASKED)
def test_an_adapter_keeps_its_contract(provider, title):
    assert not list(CHECKS[title].run(subject_of(provider)))


def test_every_adapter_is_examined():
    assert all(is_played(provider) for provider in Provider)


class Broken:
    """An adapter with one answer replaced."""

    def __init__(self, adapter, **answers):
        self._adapter, self._answers = adapter, answers

    def __getattr__(self, name):
        return self._answers.get(name) or getattr(self._adapter, name)


def broken(provider, **answers):
    subject = subject_of(provider)
    return replace(subject, adapter=Broken(subject.adapter, **answers))


def fail(_body):
    message = "boom"
    raise KeyError(message)


@pytest.mark.parametrize(
    ("title", "answers"),
    [
        ("the handshake is answered as declared", {"handshake": lambda *_: "7"}),
        ("its own delivery is genuine", {"verify": lambda *_: False}),
        ("nobody's delivery is genuine without a signature", {"verify": lambda *_: True}),
        ("a changed byte of the body is a forgery", {"verify": lambda *_: True}),
        ("a changed character of a signed header is a forgery", {"verify": lambda *_: True}),
        ("a changed character of a signed address is a forgery", {"verify": lambda *_: True}),
        ("an empty secret verifies nothing", {"verify": lambda *_: True}),
        ("another account's secret verifies nothing", {"verify": lambda *_: True}),
        ("two secrets count while one replaces the other", {"verify": lambda *_: False}),
        ("every kind of message is read", {"parse": lambda _: ()}),
        ("a quoted message is named", {"parse": lambda _: ()}),
        ("an ad that led here is named", {"parse": lambda _: ()}),
        ("a user id stands for a hidden number", {"parse": lambda _: ()}),
        ("every status is read", {"parse": lambda _: ()}),
        ("reading twice is reading once", {"parse": lambda _: object()}),
        ("a poisonous body is malformed or rejected", {"parse": fail}),
        ("what is not declared is refused", {"mark_read": lambda *_: None}),
    ],
)
def test_a_check_can_fail(title, answers):
    assert list(CHECKS[title].run(broken(Provider.TWILIO, **answers)))


def test_every_check_is_known_to_fail():
    marks = next(iter(test_a_check_can_fail.pytestmark))
    assert {title for title, _ in marks.args[1]} == set(CHECKS)
