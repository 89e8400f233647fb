"""WhatsApp deliveries made of what a test cares about, and what the adapter reads in them."""

import json

from backend.channels import Provider, adapter_for

ADAPTER = adapter_for(Provider.WHATSAPP_CLOUD)


def parse(delivery):
    return ADAPTER.parse(json.dumps(delivery).encode())


def parse_one(delivery):
    (event,) = parse(delivery)
    return event


def change_of(delivery):
    return delivery["entry"][0]["changes"][0]


def envelope(field="messages", **value):
    metadata = {"display_phone_number": "15550783881", "phone_number_id": "PN"}
    change = {"field": field, "value": {"metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "W", "changes": [change]}]}


def message(**fields):
    head = {"from": "16505551234", "id": "wamid.1", "timestamp": "1700000000", "type": "text"}
    return {**head, "text": {"body": "hello"}, **fields}


def read(*, people=None, **fields):
    """Read one message, with these people introduced beside it."""
    return parse_one(envelope(messages=[message(**fields)], contacts=people))


def without(item, *keys):
    return {key: value for key, value in item.items() if key not in keys}
