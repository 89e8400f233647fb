"""What is posted to Meta has the shape of Meta's official bodies; sources in tests/vectors."""

import copy

import pytest

from backend.channels import (
    ButtonKind,
    ButtonsContent,
    ButtonValue,
    Fault,
    Identity,
    MediaContent,
    MessageKind,
    Outbound,
    ReplyButton,
    SendRefused,
    Template,
    TemplateContent,
    TemplateStatus,
    TextContent,
)
from backend.channels.adapters.whatsapp_cloud_sending import message_body
from backend.channels.adapters.whatsapp_cloud_templates import read_template, template_body
from tests.vectors import meta_bodies

OFFICIAL = meta_bodies("requests/phone_number_id_messages__post")
TEMPLATES = meta_bodies("requests/waba_id_message_templates__post")
ANA = Identity(phone="+12065550123")


def outbound(content, **given):
    fields = {"recipient": ANA, "reference": "0190f0c2", "content": content, **given}
    return Outbound(**fields)


def file(kind, **given):
    fields = {"kind": MessageKind(kind), "url": "https://files.example.com/a", "mime_type": "a/b"}
    return MediaContent(**{**fields, **given})


def buttons(count=2):
    made = tuple(ReplyButton(f"id-{index}", f"Title {index}") for index in range(count))
    return ButtonsContent(text="Shall we?", buttons=made)


def template(**given):
    return TemplateContent(**{"name": "order_update", "language": "en_US", **given})


IMAGE = file("image")
QUICK = tuple(ButtonValue(index, ButtonKind.QUICK_REPLY, "payload") for index in range(2))
SENT = {
    "send_text_message": (TextContent("Hi"), {}),
    "send_text_message_with_preview_url": (TextContent("Hi", shows_preview=True), {}),
    "send_image_message_by_url": (IMAGE, {}),
    "send_audio_message_by_url": (file("audio"), {}),
    "send_video_message_by_url": (file("video", caption="Here"), {}),
    "send_sticker_message_by_url": (file("sticker"), {}),
    "send_document_message_by_url": (file("document", caption="Here"), {}),
    "send_reply_button": (buttons(), {}),
    "send_test_message": (template(), {}),
    "send_message_template_text": (template(body=("a",)), {}),
    "send_message_template_media": (template(header=IMAGE, body=("a",)), {}),
    "send_message_template_interactive": (
        template(header=IMAGE, body=("a",), buttons=QUICK),
        {},
    ),
    "send_reply_to_text_message": (TextContent("Hi"), {"quoted_provider_id": "wamid.1"}),
    "send_reply_to_image_message_by_url": (IMAGE, {"quoted_provider_id": "wamid.1"}),
    "send_reply_to_audio_message_by_url": (file("audio"), {"quoted_provider_id": "wamid.1"}),
    "send_reply_to_sticker_message_by_url": (file("sticker"), {"quoted_provider_id": "wamid.1"}),
    "send_reply_to_video_message_by_url": (
        file("video", caption="Here"),
        {"quoted_provider_id": "wamid.1"},
    ),
    "send_reply_to_document_message_by_url": (
        file("document", caption="Here"),
        {"quoted_provider_id": "wamid.1"},
    ),
}


def shape(value):
    if isinstance(value, dict):
        return {key: shape(held) for key, held in value.items()}
    if isinstance(value, list):
        return [shape(held) for held in value]
    return type(value).__name__


def official(name):
    """Return an official body with what its sample leaves out, and with text as only values."""
    body = copy.deepcopy(OFFICIAL[name])
    for component in body.get("template", {}).get("components", ()):
        if component["type"] == "body":
            component["parameters"] = [
                value for value in component["parameters"] if value["type"] == "text"
            ]
    return {"recipient_type": "individual", "type": "text", **body}


@pytest.mark.parametrize("name", SENT)
def test_a_message_has_the_shape_of_the_official_body(name):
    content, given = SENT[name]
    body = message_body(outbound(content, **given))
    assert body.pop("biz_opaque_callback_data") == "0190f0c2"
    assert shape(body) == shape(official(name))
    assert body["type"] == official(name)["type"]
    assert body["messaging_product"] == "whatsapp"


def test_every_official_body_here_is_compared():
    assert set(OFFICIAL) == {*SENT, "send_typing_indicator_and_read_receipt"}


def kinds_of(body):
    """Return the constants of a template's components, which name what is what."""
    parts = body["template"].get("components", ())
    return [
        (
            part["type"],
            part.get("sub_type"),
            part.get("index"),
            [value["type"] for value in part["parameters"]],
        )
        for part in parts
    ]


def test_the_parts_of_a_template_are_named_as_in_the_official_body():
    content, _ = SENT["send_message_template_interactive"]
    body = message_body(outbound(content))
    assert kinds_of(body) == kinds_of(official("send_message_template_interactive"))


def test_a_template_is_filled_in_order():
    content = template(
        header="Spring",
        body=("Ana", "A-17"),
        buttons=(
            ButtonValue(1, ButtonKind.URL, "a17"),
            ButtonValue(2, ButtonKind.QUICK_REPLY, "Y"),
        ),
    )
    assert message_body(outbound(content))["template"] == {
        "name": "order_update",
        "language": {"code": "en_US"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "Spring"}]},
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "A-17"}],
            },
            {
                "type": "button",
                "sub_type": "url",
                "index": "1",
                "parameters": [{"type": "text", "text": "a17"}],
            },
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "2",
                "parameters": [{"type": "payload", "payload": "Y"}],
            },
        ],
    }


def test_buttons_keep_their_ids_titles_and_footer():
    content = ButtonsContent(
        text="Shall we?", buttons=(ReplyButton("Y", "Yes"),), footer="LeadFlow"
    )
    assert message_body(outbound(content))["interactive"] == {
        "type": "button",
        "body": {"text": "Shall we?"},
        "footer": {"text": "LeadFlow"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "Y", "title": "Yes"}}]},
    }


def test_a_document_keeps_its_name():
    sent = message_body(outbound(file("document", filename="offer.pdf")))["document"]
    assert sent == {"link": "https://files.example.com/a", "filename": "offer.pdf"}


def test_a_document_in_a_header_keeps_its_name():
    header = file("document", filename="offer.pdf")
    (part,) = message_body(outbound(template(header=header)))["template"]["components"]
    assert part["parameters"][0]["document"]["filename"] == "offer.pdf"


@pytest.mark.parametrize(
    ("recipient", "named"),
    [
        (ANA, {"to": "+12065550123"}),
        (Identity(bsuid="US.1"), {"recipient": "US.1"}),
        (Identity(phone="+12065550123", bsuid="US.1"), {"to": "+12065550123"}),
    ],
)
def test_a_person_is_named_by_number_or_else_by_user_id(recipient, named):
    body = message_body(outbound(TextContent("Hi"), recipient=recipient))
    assert {key: body[key] for key in ("to", "recipient") if key in body} == named


@pytest.mark.parametrize(
    ("content", "recipient", "code"),
    [
        (TextContent("Hi"), Identity(username="ana"), "no_recipient"),
        (file("location"), ANA, "not_a_file"),
        (file("audio", caption="Here"), ANA, "no_caption"),
        (file("sticker", caption="Here"), ANA, "no_caption"),
        (template(header=file("text")), ANA, "not_a_file"),
    ],
)
def test_what_cannot_be_written_is_refused(content, recipient, code):
    with pytest.raises(SendRefused) as refused:
        message_body(outbound(content, recipient=recipient))
    assert (refused.value.code, refused.value.fault) == (code, Fault.PERMANENT)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_for_review_is_the_official_body(name):
    asked = TEMPLATES[name]
    made = Template(
        provider_template_id="",
        name=asked["name"],
        language=asked["language"],
        status=TemplateStatus.PENDING,
        category=asked["category"].lower(),
        components=asked["components"],
    )
    assert template_body(made) == asked


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("APPROVED", TemplateStatus.APPROVED),
        ("approved", TemplateStatus.APPROVED),
        ("PENDING", TemplateStatus.PENDING),
        ("submitted", TemplateStatus.PENDING),
        ("IN_APPEAL", TemplateStatus.PENDING),
        ("REJECTED", TemplateStatus.REJECTED),
        ("PAUSED", TemplateStatus.PAUSED),
        ("DISABLED", TemplateStatus.DISABLED),
        ("PENDING_DELETION", TemplateStatus.DISABLED),
        ("SOMETHING_NEW", TemplateStatus.DISABLED),
        (None, TemplateStatus.DISABLED),
    ],
)
def test_the_status_of_a_template_is_read(said, status):
    assert read_template({"name": "a", "language": "en", "status": said}).status is status


def test_a_template_is_read_as_far_as_it_goes():
    raw = {
        "id": "ours",
        "external_id": "1689556908129832",
        "name": "hello",
        "language": "en",
        "status": "REJECTED",
        "category": "UTILITY",
        "quality_score": {"score": "GREEN"},
        "rejected_reason": "INVALID_FORMAT",
        "components": [{"type": "BODY", "text": "Hello"}],
    }
    assert read_template(raw) == Template(
        provider_template_id="1689556908129832",
        name="hello",
        language="en",
        status=TemplateStatus.REJECTED,
        category="utility",
        quality="green",
        components=[{"type": "BODY", "text": "Hello"}],
        reason="INVALID_FORMAT",
    )
    sparse = read_template({"name": "hello", "language": "en", "status": "APPROVED"})
    assert (sparse.provider_template_id, sparse.quality, sparse.reason) == ("hello/en", None, None)
    assert read_template({"name": "hello"}) is None
