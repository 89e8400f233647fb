from datetime import timedelta
from itertools import permutations

import pytest

from backend.channels import DeliveryStatus
from backend.inbox.policy import SNIPPET_LENGTH, is_window_open, shown_status, snippet
from tests.factories import NOON

STEPS = tuple(DeliveryStatus)


@pytest.mark.parametrize(
    ("expires_at", "is_open"),
    [
        (None, False),
        (NOON, False),
        (NOON + timedelta(microseconds=1), True),
        (NOON - timedelta(microseconds=1), False),
    ],
)
def test_a_window_is_open_until_the_moment_it_expires(expires_at, is_open):
    assert is_window_open(expires_at, NOON) is is_open


@pytest.mark.parametrize("length", range(len(STEPS) + 1))
def test_the_shown_status_does_not_depend_on_the_order(length):
    for steps in permutations(STEPS, length):
        assert shown_status(steps) == shown_status(sorted(steps))


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], None),
        ([DeliveryStatus.ACCEPTED], DeliveryStatus.ACCEPTED),
        ([DeliveryStatus.SENT, DeliveryStatus.ACCEPTED], DeliveryStatus.SENT),
        ([DeliveryStatus.SENT, DeliveryStatus.FAILED], DeliveryStatus.FAILED),
        ([DeliveryStatus.FAILED, DeliveryStatus.DELIVERED], DeliveryStatus.DELIVERED),
        ([DeliveryStatus.DELIVERED, DeliveryStatus.READ], DeliveryStatus.READ),
    ],
)
def test_arrival_beats_failure_and_failure_beats_sending(history, expected):
    assert shown_status(history) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("", ""),
        (" two\n lines ", "two lines"),
        ("x" * SNIPPET_LENGTH, "x" * SNIPPET_LENGTH),
        ("x" * (SNIPPET_LENGTH + 1), "x" * (SNIPPET_LENGTH - 1) + "…"),
    ],
)
def test_a_snippet_is_one_line_of_at_most_its_length(text, expected):
    assert snippet(text) == expected
