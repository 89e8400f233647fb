from itertools import permutations
from uuid import UUID

import pytest

from backend.channels import Identity
from backend.contacts.policy import keys_of, people

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
PHONE, OTHER = ("phone", "+12065550123"), ("phone", "+12065550124")
USER_ID = ("bsuid", "US.1")


def identity(**given):
    return Identity(**given)


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({}, ()),
        ({"display_name": "Ana"}, ()),
        ({"phone": "+12065550123"}, (PHONE,)),
        ({"bsuid": "US.1"}, (USER_ID,)),
        ({"phone": "+12065550123", "bsuid": "US.1", "username": "ana"}, (PHONE, USER_ID)),
        ({"username": "Ana"}, (("username", "ana"),)),
    ],
)
def test_a_username_identifies_only_when_it_is_all_there_is(given, keys):
    assert keys_of(identity(**given)) == keys


def outcome(groups, known):
    return {(frozenset(person.keys), person.contact_ids) for person in people(groups, known)}


@pytest.mark.parametrize(
    ("groups", "known", "expected"),
    [
        ([], {}, set()),
        ([(PHONE,)], {}, {(frozenset({PHONE}), ())}),
        ([(PHONE,), (PHONE,)], {PHONE: ONE}, {(frozenset({PHONE}), (ONE,))}),
        ([(PHONE,), (OTHER,)], {}, {(frozenset({PHONE}), ()), (frozenset({OTHER}), ())}),
        (
            [(PHONE, USER_ID)],
            {PHONE: TWO, USER_ID: ONE},
            {(frozenset({PHONE, USER_ID}), (ONE, TWO))},
        ),
        (
            [(PHONE, USER_ID), (USER_ID, OTHER)],
            {PHONE: THREE, OTHER: ONE},
            {(frozenset({PHONE, USER_ID, OTHER}), (ONE, THREE))},
        ),
        (
            [(PHONE,), (OTHER,)],
            {PHONE: ONE, OTHER: ONE},
            {(frozenset({PHONE, OTHER}), (ONE,))},
        ),
    ],
)
def test_identifiers_that_were_seen_together_are_one_person(groups, known, expected):
    for order in permutations(groups):
        assert outcome(order, known) == expected
