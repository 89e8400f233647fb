from itertools import permutations
from uuid import UUID

import pytest

from backend.channels import Identity
from backend.contacts.policy import (
    apart,
    forms_of,
    key_text,
    keys_of,
    people,
    shown_as,
    sides,
)

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


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ({}, {"phone a": ONE}),
        ({"bsuid b": "phone a"}, {"phone a": ONE, "bsuid b": ONE}),
        ({"c": "b", "b": "phone a"}, {"phone a": ONE, "b": ONE, "c": ONE}),
        ({"b": None}, {"phone a": ONE, "b": TWO}),
        ({"b": "c", "c": "b"}, {"phone a": ONE, "b": TWO, "c": TWO}),
        ({"phone a": "b", "b": None}, {"phone a": ONE, "b": TWO}),
    ],
)
def test_an_identifier_belongs_to_whoever_it_came_with(since, expected):
    assert sides({"phone a": ONE}, since, TWO) == expected


@pytest.mark.parametrize(
    ("known", "divided", "kept"),
    [
        ({PHONE: ONE, USER_ID: TWO}, {frozenset((ONE, TWO))}, (PHONE,)),
        ({PHONE: ONE, USER_ID: TWO}, set(), (PHONE, USER_ID)),
        ({USER_ID: TWO}, {frozenset((ONE, TWO))}, (PHONE, USER_ID)),
        ({}, {frozenset((ONE, TWO))}, (PHONE, USER_ID)),
    ],
)
def test_who_was_said_to_be_two_is_not_joined(known, divided, kept):
    assert apart((PHONE, USER_ID), known, divided) == kept


def test_a_number_counts_in_the_form_of_its_subscriber_and_is_shown_as_written():
    written = identity(phone="+554188887777", bsuid="US.1")
    phone, user_id = keys_of(written)
    assert phone == ("phone", "+5541988887777")
    assert (shown_as(phone, written), shown_as(user_id, written)) == ("+554188887777", "US.1")
    assert set(forms_of(phone)) == {phone, ("phone", "+554188887777")}
    assert forms_of(user_id) == (user_id,)
    assert key_text(user_id) == "bsuid US.1"
