"""Both books agree only when every figure that has to is equal, or zero."""

import pytest

from backend.rehearsal import Kept, Told, compare

TOLD = {
    "messages": 2,
    "acknowledged": frozenset({"m1", "m2"}),
    "statuses": frozenset({"out:sent"}),
    "repeats": 1,
    "sends": {"r1": 1},
    "unsettled": 0,
}
KEPT = {
    "messages": {"m1": 1, "m2": 1},
    "statuses": {"out:sent": 1},
    "replies": {"r1": "handed_over"},
    "waiting": 0,
    "quarantined": 0,
}


def compared(told=None, kept=None):
    return compare(Told(**TOLD | (told or {})), Kept(**KEPT | (kept or {})))


def wrong(outcome):
    return {row.name: row.count for row in outcome.rows if not row.is_good}


def test_equal_books_agree():
    outcome = compared()
    assert outcome.agrees
    assert {row.name: row.count for row in outcome.rows} == {
        "sent": 2,
        "acknowledged": 2,
        "accepted once": 2,
        "duplicates": 1,
        "statuses": 1,
        "replies": 1,
        "unknown": 0,
        "lost": 0,
        "doubled": 0,
        "contradicted": 0,
        "quarantined": 0,
        "unfinished": 0,
    }


@pytest.mark.parametrize(
    ("told", "kept", "expected"),
    [
        ({"messages": 3}, {}, {"acknowledged": 2}),
        ({}, {"messages": {"m1": 1}}, {"accepted once": 1, "lost": 1}),
        ({}, {"messages": {"m1": 1, "m2": 2}}, {"accepted once": 1, "doubled": 1}),
        ({}, {"messages": {"m1": 1, "m2": 1, "m3": 1}}, {"contradicted": 1}),
        ({}, {"statuses": {}}, {"statuses": 0, "lost": 1}),
        ({}, {"statuses": {"out:sent": 2}}, {"doubled": 1}),
        ({"sends": {"r1": 2}}, {}, {"doubled": 1}),
        ({"sends": {}}, {}, {"lost": 1}),
        ({}, {"replies": {"r1": "failed"}}, {"contradicted": 1}),
        ({}, {"replies": {}}, {"contradicted": 1}),
        ({"sends": {}}, {"replies": {"r1": "queued"}}, {"unfinished": 1}),
        ({}, {"waiting": 2}, {"unfinished": 2}),
        ({}, {"quarantined": 1}, {"quarantined": 1}),
        ({"unsettled": 1}, {}, {"unfinished": 1}),
    ],
)
def test_what_differs_is_named(told, kept, expected):
    assert wrong(compared(told, kept)) == expected


@pytest.mark.parametrize("sends", [{}, {"r1": 1}])
def test_a_reply_of_which_nobody_knows_is_neither_lost_nor_doubled(sends):
    assert compared({"sends": sends}, {"replies": {"r1": "unknown"}}).agrees
