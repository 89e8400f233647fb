"""What a browser sends is hostile until it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.errors import Invalid, NotFound
from backend.kit.paging import Page
from backend.leads import Stage
from leadflow_app import paging
from leadflow_app.inputs import chosen_from, the_id, uuid_or_none


@given(st.text())
def test_what_is_no_id_names_nothing(text):
    if uuid_or_none(text) is None:
        with pytest.raises(NotFound):
            the_id(text)


@pytest.mark.parametrize("payload", [None, 7, [], {}, {"id": "x"}, True])
def test_what_is_not_even_a_text_names_nothing(payload):
    assert uuid_or_none(payload) is None


def test_a_stage_that_does_not_exist_is_refused():
    assert chosen_from(Stage, "lost") is Stage.LOST
    with pytest.raises(Invalid, match="That choice does not exist"):
        chosen_from(Stage, "won")


def numbers(request):
    start = int(request.cursor or 0)
    end = min(start + request.limit, 450)
    return Page(tuple(range(start, end)), str(end) if end < 450 else None)


@pytest.mark.parametrize(
    ("wanted", "got", "more"), [(50, 50, "50"), (300, 300, "300"), (1000, 450, None)]
)
def test_a_list_grows_through_its_cursors(wanted, got, more):
    page = paging.take(numbers, wanted)
    assert (len(page.items), page.next_cursor) == (got, more)
    assert list(page.items) == list(range(got))
