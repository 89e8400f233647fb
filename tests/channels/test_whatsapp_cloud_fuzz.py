"""Whatever arrives, an event is fit to be stored, or the whole delivery is refused."""

import copy
import dataclasses
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.channels import MalformedDelivery
from tests.channels.deliveries import ADAPTER
from tests.vectors import WHATSAPP


def texts_and_numbers(value) -> Iterator[object]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from texts_and_numbers(key)
            yield from texts_and_numbers(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts_and_numbers(item)
    else:
        yield value


def assert_storable(event):
    for value in texts_and_numbers(dataclasses.asdict(event)):
        if isinstance(value, str):
            assert "\x00" not in value
            value.encode()
        elif isinstance(value, float):
            assert math.isfinite(value)
        elif isinstance(value, datetime):
            assert value.tzinfo is UTC
    for key in ("provider_message_id", "target_provider_id"):
        assert 0 < len(getattr(event, key, "id")) <= 512
    identity = getattr(event, "identity", None)
    assert identity is None or identity.is_known


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
ANY_JSON = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            ANY_TEXT | st.sampled_from(["id", "type", "text", "body", "from", "value", "messages"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def places(node, place=()) -> Iterator[tuple[object, ...]]:
    yield place
    if isinstance(node, (dict, list)):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(item, (*place, key))


def mutate(delivery, place, *, drop, value):
    if not place:
        return value
    *way, last = place
    node = delivery
    for key in way:
        node = node[key]
    if drop:
        del node[last]
    else:
        node[last] = value
    return delivery


@st.composite
def spoiled_deliveries(draw):
    delivery = copy.deepcopy(draw(st.sampled_from(list(WHATSAPP.values()))))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from(list(places(delivery))))
        drop = draw(st.booleans())
        delivery = mutate(delivery, place, drop=drop, value=draw(ANY_JSON))
    return json.dumps(delivery).encode()


@settings(max_examples=400, deadline=None)
@given(
    spoiled_deliveries() | st.binary(max_size=200) | ANY_JSON.map(lambda v: json.dumps(v).encode())
)
def test_no_body_breaks_the_reader(body):
    try:
        events = ADAPTER.parse(body)
    except MalformedDelivery:
        return
    for event in events:
        assert_storable(event)
