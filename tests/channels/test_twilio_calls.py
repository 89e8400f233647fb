"""What the adapter posts to Twilio and what it makes of the answers."""

import base64
import json
from dataclasses import replace

import pytest

from backend.channels import (
    Access,
    ButtonKind,
    ButtonValue,
    Fault,
    Identity,
    MediaContent,
    MediaReference,
    MessageKind,
    Outbound,
    Provider,
    SendRefused,
    SendUnknown,
    TemplateContent,
    TemplateStatus,
    TextContent,
    adapter_for,
)
from backend.channels.adapters.twilio_calls import FAULTS
from backend.channels.fakes import FakeAnswer
from tests.channels.conformance.played import playing
from tests.platform._far_side import far_side, ok, saying

ADAPTER = adapter_for(Provider.TWILIO)
ANA = Identity(phone="+12065550123")
FILE = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


@pytest.fixture
def played():
    with playing(Provider.TWILIO) as running:
        yield running


def outbound(content, *, recipient=ANA):
    return Outbound(recipient=recipient, reference="0190", content=content)


TEXT = outbound(TextContent("It is 20 EUR."))


def access(url="https://api.twilio.com", **credentials):
    given = {"account_sid": "AC1", "auth_token": "token", **credentials}
    return Access(
        credentials=ADAPTER.credentials_model.model_validate(given),
        address="+12065550100",
        routing_key="+12065550100",
        base_url=url,
    )


def template(**given):
    return TemplateContent(name="order_update", language="en", **given)


def sent(played, content, **given):
    ADAPTER.send(played.access(), outbound(content, **given))
    return played.account.sent[-1].body


def test_a_text_goes_from_the_number_and_names_where_its_statuses_go(played):
    assert sent(played, TextContent("It is 20 EUR. \u20ac & more")) == {
        "To": "whatsapp:+12065550123",
        "From": f"whatsapp:{played.account.address}",
        "Body": "It is 20 EUR. \u20ac & more",
        "StatusCallback": played.account.webhook_url,
    }
    pair = base64.b64decode(played.asked[-1].headers["authorization"].removeprefix("Basic "))
    known = played.account.credentials
    assert pair.decode() == f"{known['account_sid']}:{known['auth_token']}"


def test_a_messaging_service_sends_in_the_place_of_the_number(played):
    given = {**played.account.credentials, "messaging_service_sid": "MG1"}
    ADAPTER.send(played.access(credentials=given), TEXT)
    body = played.account.sent[-1].body
    assert body["MessagingServiceSid"] == "MG1"
    assert "From" not in body


def test_a_user_id_is_written_to_where_there_is_no_number(played):
    body = sent(played, TextContent("Hello"), recipient=Identity(bsuid="US.1"))
    assert body["To"] == "whatsapp:US.1"


def test_nobody_is_written_to_by_a_user_name_alone():
    with pytest.raises(SendRefused) as refused:
        ADAPTER.send(access(), outbound(TextContent("x"), recipient=Identity(username="ana")))
    assert refused.value.code == "no_recipient"


def test_a_file_goes_with_its_caption(played):
    photo = MediaContent(
        kind=MessageKind.IMAGE, url="https://files.example.com/a.jpg", mime_type="image/jpeg"
    )
    assert sent(played, photo)["MediaUrl"] == "https://files.example.com/a.jpg"
    assert "Body" not in played.account.sent[-1].body
    assert sent(played, replace(photo, caption="Here"))["Body"] == "Here"


def test_a_template_goes_by_its_content_with_numbered_values(played):
    sid = played.account.templates[0].provider_template_id
    body = sent(played, template(provider_template_id=sid, body=("Ana", "A-17")))
    assert body["ContentSid"] == sid
    assert json.loads(body["ContentVariables"]) == {"1": "Ana", "2": "A-17"}
    assert played.account.sent[-1].text == "Hello Ana, your order A-17 is on its way."


def test_values_are_numbered_over_header_body_and_the_ends_of_urls(played):
    sid = played.account.templates[0].provider_template_id
    full = template(
        provider_template_id=sid,
        header="Spring",
        body=("Ana",),
        buttons=(
            ButtonValue(1, ButtonKind.URL, "orders/17"),
            ButtonValue(0, ButtonKind.QUICK_REPLY, "YES"),
        ),
    )
    body = sent(played, full)
    assert json.loads(body["ContentVariables"]) == {"1": "Spring", "2": "Ana", "3": "orders/17"}
    assert "ContentVariables" not in sent(played, template(provider_template_id=sid))


def test_a_template_without_a_content_is_refused_before_any_call():
    with pytest.raises(SendRefused) as refused:
        ADAPTER.send(access(), outbound(template(body=("Ana",))))
    assert refused.value.fault is Fault.TEMPLATE


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("20429", "retry"),
        ("63017", "retry"),
        ("63018", "delayed"),
        ("63038", "delayed"),
        ("20003", "auth"),
        ("21408", "config"),
        ("63007", "config"),
        ("63013", "account"),
        ("63026", "account"),
        ("21610", "suppress"),
        ("63014", "suppress"),
        ("63033", "suppress"),
        ("63016", "window"),
        ("63027", "template"),
        ("63028", "template"),
        ("63041", "template"),
        ("21211", "permanent"),
        ("63024", "permanent"),
        ("63005", "permanent"),
        ("63034", "permanent"),
    ],
)
def test_a_code_has_a_fault(code, fault):
    assert FAULTS[code] == fault


def test_a_refusal_says_how_long_to_wait(played):
    played.account.refusals.append("20429")
    with pytest.raises(SendRefused) as refused:
        ADAPTER.send(played.access(), TEXT)
    assert (refused.value.fault, refused.value.retry_after) == (Fault.RETRY, 1.0)


@pytest.mark.parametrize(
    ("status", "body", "code", "fault"),
    [
        (b"429 Too Many Requests", b"", "http_429", Fault.RETRY),
        (b"401 Unauthorized", b"<html>", "http_401", Fault.AUTH),
        (b"404 Not Found", b"no such place", "http_404", Fault.CONFIG),
        (b"400 Bad Request", b'{"code": 99999, "message": "No."}', "99999", Fault.PERMANENT),
        (b"400 Bad Request", b"[]", "http_400", Fault.PERMANENT),
        (b"307 Temporary Redirect", b"", "http_307", Fault.CONFIG),
    ],
)
def test_an_answer_that_is_no_yes_is_a_refusal(status, body, code, fault):
    with far_side(ok(body, status=status)) as twilio, pytest.raises(SendRefused) as refused:
        ADAPTER.send(access(twilio.url("")), TEXT)
    assert (refused.value.code, refused.value.fault) == (code, fault)
    assert len(twilio.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        ok(b"", status=b"500 Internal Server Error"),
        ok(b"", status=b"504 Gateway Timeout"),
        ok(b"", status=b"408 Request Timeout"),
        ok(b"<html>welcome</html>"),
        ok(b'{"status": "queued"}', status=b"201 Created"),
        ok(b"x" * 100_000, status=b"201 Created"),
        saying(b"HTTP/1.1 201 Cre"),
        saying(),
    ],
)
def test_an_answer_that_proves_nothing_leaves_it_unknown(reply):
    with far_side(reply) as twilio, pytest.raises(SendUnknown):
        ADAPTER.send(access(twilio.url("")), TEXT)
    assert len(twilio.requests) == 1


def test_a_probe_knows_name_quality_and_limit(played):
    facts = ADAPTER.probe(played.access())
    assert facts == played.account.facts


@pytest.mark.parametrize(
    ("path", "change", "warning"),
    [
        (".json", {"status": "suspended"}, "The account's status at Twilio is suspended."),
        (
            ".json",
            {"type": "Trial"},
            "It is a trial account, which writes to verified numbers only.",
        ),
        ("/Senders", {"senders": []}, "{} is none of the account's WhatsApp senders."),
        (
            "/Senders",
            {"senders": [{"sender_id": "whatsapp:{}", "status": "OFFLINE"}]},
            "The sender's status at Twilio is OFFLINE.",
        ),
    ],
)
def test_a_probe_warns(played, monkeypatch, path, change, warning):
    address = played.account.address
    changed = json.loads(json.dumps(change).replace("{}", address))
    rewrite(played, monkeypatch, path, lambda said: {**said, **changed})
    assert ADAPTER.probe(played.access()).warnings == (warning.replace("{}", address),)


def rewrite(played, monkeypatch, path, change):
    """Let the provider answer otherwise at addresses that end so."""
    answer = type(played.subject.fake).answer

    def rewritten(self, account, request, now):
        said = answer(self, account, request, now)
        if not request.path.endswith(path):
            return said
        changed = change(json.loads(said.body))
        return (
            changed
            if isinstance(changed, FakeAnswer)
            else replace(said, body=json.dumps(changed).encode())
        )

    monkeypatch.setattr(type(played.subject.fake), "answer", rewritten)


def test_a_list_of_senders_that_cannot_be_had_fails_no_probe(played, monkeypatch):
    rewrite(played, monkeypatch, "/Senders", lambda _: FakeAnswer(404, b"{}"))
    facts = ADAPTER.probe(played.access())
    assert (facts.quality, facts.warnings) == (None, ())


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("250 Customers/24hr", 250),
        ("1K Customers/24hr", 1000),
        ("10K Customers/24hr", 10_000),
        ("Unlimited Customers/24hr", None),
        ("", None),
    ],
)
def test_a_limit_is_read_as_twilio_writes_it(played, monkeypatch, said, limit):
    def changed(answer):
        answer["senders"][0]["properties"]["messaging_limit"] = said
        return answer

    rewrite(played, monkeypatch, "/Senders", changed)
    assert ADAPTER.probe(played.access()).messaging_limit == limit


def test_every_page_of_templates_is_read(played):
    first = played.account.templates[0]
    many = [
        replace(first, provider_template_id=f"HX{number}", name=f"t{number}")
        for number in range(205)
    ]
    played.account.templates[:] = many
    assert [one.name for one in ADAPTER.list_templates(played.access())] == [
        one.name for one in many
    ]
    assert len(played.asked) == 3


def test_a_template_has_metas_components(played):
    hello, offer = ADAPTER.list_templates(played.access())
    assert hello == played.account.templates[0]
    assert offer == played.account.templates[1]


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        ("approved", TemplateStatus.APPROVED, None),
        ("received", TemplateStatus.PENDING, None),
        ("rejected", TemplateStatus.REJECTED, None),
        ("disabled", TemplateStatus.DISABLED, None),
        ("unsubmitted", TemplateStatus.PENDING, "it was not submitted to WhatsApp"),
    ],
)
def test_a_review_has_its_status(played, monkeypatch, told, status, reason):
    def changed(answer):
        answer["contents"][0]["approval_requests"]["status"] = told
        return answer

    rewrite(played, monkeypatch, "/ContentAndApprovals", changed)
    found = ADAPTER.list_templates(played.access())[0]
    assert (found.status, found.reason) == (status, reason)


def test_a_file_is_fetched_with_the_token_at_twilio():
    found = ADAPTER.locate_media(access(None), MediaReference(url=FILE, mime_type="image/png"))
    assert (found.url, found.mime_type) == (FILE, "image/png")
    assert found.headers["Authorization"].startswith("Basic ")


def test_another_address_stands_for_twilios_files_too():
    found = ADAPTER.locate_media(access("http://127.0.0.1:9"), MediaReference(url=FILE))
    assert found.url == FILE.replace("https://api.twilio.com", "http://127.0.0.1:9")


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "https://169.254.169.254/latest/meta-data",
        "http://api.twilio.com/2010-04-01/x",
        "https://api.twilio.com.example.com/x",
        "https://example.com/api.twilio.com/x",
        "https://api.twilio.com@example.com/x",
        "https://api.twilio.com:8443/x",
        "https://eviltwilio.com/x",
        "file:///etc/passwd",
        FILE + "\n",
        FILE + " x",
    ],
)
def test_the_token_goes_nowhere_else(url):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.locate_media(access(None), MediaReference(url=url))
    assert refused.value.code == "foreign_media"


def test_credentials_of_another_shape_are_not_read():
    with pytest.raises(ValueError, match="account_sid"):
        ADAPTER.credentials_model.model_validate({"account_sid": "AC1/../x", "auth_token": ""})
