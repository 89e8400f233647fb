import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.intake.policy import parts_about, tokens_of, without

TOKENS = tokens_of(["+16505557777", "wamid.a", "US.1"])
NEIGHBOUR = {"from": "16505558888", "id": "wamid.b"}


@pytest.mark.parametrize(
    ("document", "left", "parts"),
    [
        ([{"from": "16505557777"}, NEIGHBOUR], [NEIGHBOUR], [{"from": "16505557777"}]),
        ([{"from": "+16505557777"}], [], [{"from": "+16505557777"}]),
        ([{"deep": {"id": "wamid.a"}}], [], [{"deep": {"id": "wamid.a"}}]),
        (
            {"entry": [{"changes": [{"to": "US.1"}, NEIGHBOUR]}]},
            {"entry": [{"changes": [NEIGHBOUR]}]},
            [{"to": "US.1"}],
        ),
        ({"from": "16505557777", "text": "hello"}, {}, [{"from": "16505557777", "text": "hello"}]),
        ([{"from": "+1 (650) 555-7777"}], [], [{"from": "+1 (650) 555-7777"}]),
        ([{"from": 16505557777}], [], [{"from": 16505557777}]),
        ([{"from": "1", "text": {"body": "US.1"}}], [{"from": "1", "text": {"body": "US.1"}}], []),
        (["wamid.a", "wamid.b"], ["wamid.a", "wamid.b"], []),
        ({"text": "call 16505557777"}, {"text": "call 16505557777"}, []),
        ("wamid.a", "wamid.a", []),
        (None, None, []),
        ({}, {}, []),
    ],
)
def test_the_parts_about_a_person_are_taken_out(document, left, parts):
    assert without(document, TOKENS) == left
    assert parts_about(document, TOKENS) == parts


KEYS = st.sampled_from(["id", "from", "text", "wa_id"])
VALUES = st.recursive(
    st.none() | st.integers() | st.sampled_from(["wamid.a", "wamid.b", "16505557777", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_nothing_of_them_is_left_and_doing_it_again_changes_nothing(document):
    left = without(document, TOKENS)
    for key in ("id", "from", "wa_id"):
        for name in ("wamid.a", "16505557777"):
            assert f"'{key}': '{name}'" not in repr(left)
    assert without(left, TOKENS) == left
    assert parts_about(left, TOKENS) == []
    assert bool(parts_about(document, TOKENS)) is (left != document)
