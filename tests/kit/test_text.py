import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.text import MAX_DEPTH, clean, containing

ANY_TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=20,
)


def test_replaces_nul_and_lone_surrogates():
    assert clean("a\x00b\ud800c\udfffd") == "a\ufffdb\ufffdc\ufffdd"


def test_cleans_keys_and_values_at_any_place():
    assert clean({"\x00": ["a\x00", {"b": ("kept", 1)}], "n": None}) == {
        "\ufffd": ["a\ufffd", {"b": ("kept", 1)}],
        "n": None,
    }


def test_keeps_emoji_right_to_left_text_and_long_text():
    said = "👩‍👩‍👧 שלום עולم\n\t" + "x" * 100_000
    assert clean(said) == said


@pytest.mark.parametrize("value", [12, 1.5, None, True, b"\x00"])
def test_leaves_what_is_not_text_alone(value):
    assert clean(value) is value


def test_cuts_what_is_nested_beyond_reason():
    deep: object = "bottom"
    for _ in range(10_000):
        deep = [deep]
    cut = clean(deep)
    depth = 0
    while isinstance(cut, list):
        cut = cut[0]
        depth += 1
    assert (depth, cut) == (MAX_DEPTH, None)


@given(JSON)
def test_the_result_is_always_storable(value):
    written = json.dumps(clean(value), ensure_ascii=False)
    assert "\\u0000" not in written.replace("\\\\", "")
    written.encode("utf-8")


@given(JSON)
def test_cleaning_again_changes_nothing(value):
    once = clean(value)
    assert clean(once) == once


@pytest.mark.parametrize(
    ("search", "pattern"),
    [(" ana ", "%ana%"), ("50%_\\", r"%50\%\_\\%"), ("a\x00b", "%a\ufffdb%")],
)
def test_a_search_is_taken_by_the_letter(search, pattern):
    assert containing(search) == pattern
