"""Templates and files of the Cloud API against the played Meta, over real HTTP on loopback."""

import hashlib
import json
from dataclasses import replace

import pytest

from backend.channels import (
    Access,
    CredentialsRefused,
    Fault,
    MediaReference,
    Provider,
    SendRefused,
    SendUnknown,
    Template,
    TemplateStatus,
    adapter_for,
)
from backend.channels.adapters.whatsapp_cloud_fake import WhatsAppCloudFake
from backend.channels.fakes import FakeAnswer, FakeFile
from backend.platform.outbound import Call
from backend.platform.outbound import send as call
from tests.channels.fake_server import serving

ADAPTER = adapter_for(Provider.WHATSAPP_CLOUD)


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


@pytest.fixture
def meta():
    with serving(WhatsAppCloudFake()) as running:
        yield running


def answered(said):
    return FakeAnswer(200, json.dumps(said).encode())


def test_templates_are_listed_as_they_are_held(meta):
    listed = ADAPTER.list_templates(meta.access())
    assert list(listed) == [
        replace(template, components=list(template.components))
        for template in meta.account.templates
    ]


def test_every_page_of_templates_is_read(meta):
    sample = meta.account.templates[0]
    meta.account.templates = [
        replace(sample, provider_template_id=str(index), name=f"note_{index}")
        for index in range(250)
    ]
    assert len(ADAPTER.list_templates(meta.access())) == 250
    assert [request.query.get("after") for request in meta.asked] == [None, "100", "200"]
    assert len({request.headers["authorization"] for request in meta.asked}) == 1


def test_pages_without_end_are_left(meta):
    page = {"data": [], "paging": {"cursors": {"after": "x"}, "next": "https://evil.example/"}}
    meta.spoil = lambda _said: answered(page)
    assert ADAPTER.list_templates(meta.access()) == ()
    assert len(meta.asked) == 100


def test_templates_need_the_account(meta):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.list_templates(meta.access(waba_id=""))
    assert (refused.value.code, refused.value.fault) == ("no_waba", Fault.CONFIG)
    assert meta.asked == []


NOTE = Template(
    provider_template_id="",
    name="note",
    language="en",
    status=TemplateStatus.PENDING,
    category="utility",
    components=({"type": "BODY", "text": "Your order is on its way."},),
)


def test_a_template_is_handed_in(meta):
    made = ADAPTER.create_template(meta.access(), NOTE)
    held = meta.account.templates[-1]
    assert made.provider_template_id == held.provider_template_id
    assert (held.name, held.status, held.category) == ("note", TemplateStatus.PENDING, "utility")
    assert made.status is TemplateStatus.PENDING


def test_meta_may_put_a_template_into_another_category(meta):
    meta.spoil = lambda _: answered({"id": "9", "status": "APPROVED", "category": "MARKETING"})
    made = ADAPTER.create_template(meta.access(), NOTE)
    assert made == replace(
        NOTE, provider_template_id="9", status=TemplateStatus.APPROVED, category="marketing"
    )


def test_a_template_that_is_there_is_refused(meta):
    ADAPTER.create_template(meta.access(), NOTE)
    with pytest.raises(SendRefused) as refused:
        ADAPTER.create_template(meta.access(), NOTE)
    assert refused.value.code == "100"
    with pytest.raises(CredentialsRefused):
        ADAPTER.create_template(meta.access(access_token="wrong"), NOTE)


def test_a_template_that_got_no_id_is_unknown(meta):
    meta.spoil = lambda _said: answered({"status": "PENDING"})
    with pytest.raises(SendUnknown):
        ADAPTER.create_template(meta.access(), NOTE)


def test_a_file_is_found_and_fetched_with_the_token(meta):
    meta.account.files["77"] = FakeFile(mime_type="image/jpeg", content=b"\xff\xd8a picture")
    found = ADAPTER.locate_media(meta.access(), MediaReference(provider_media_id="77"))
    assert (found.mime_type, found.size) == ("image/jpeg", 11)
    assert found.sha256 == hashlib.sha256(b"\xff\xd8a picture").hexdigest()
    answer = call(Call("GET", found.url, headers=found.headers, allow_http=True))
    assert answer.body == b"\xff\xd8a picture"
    assert call(Call("GET", found.url, allow_http=True)).status == 401
    assert "token" not in repr(found)


def test_a_file_that_is_not_there_is_refused(meta):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.locate_media(meta.access(), MediaReference(provider_media_id="78"))
    assert refused.value.code == "100"


def test_an_id_is_one_piece_of_the_path(meta):
    with pytest.raises(SendRefused):
        ADAPTER.locate_media(meta.access(), MediaReference(provider_media_id="../me?a=b#c"))
    assert meta.asked[0].path == "/v25.0/..%2Fme%3Fa%3Db%23c"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://files.example.com/a.jpg",
        "http://lookaside.fbsbx.com/a",
        "https://fbsbx.com.evil.example/a",
        "https://evilfbsbx.com/a",
        "https://lookaside.fbsbx.com@evil.example/a",
        "https://lookaside.fbsbx.com:444/a",
        "https://lookaside.fbsbx.com",
        "https://lookaside.fbsbx.com/a b",
        "//lookaside.fbsbx.com/a",
    ],
)
def test_the_token_goes_to_no_foreign_host(url, meta):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.locate_media(meta.access(), MediaReference(url=url))
    assert refused.value.code == "foreign_media"
    meta.spoil = lambda _said: answered({"url": url})
    with pytest.raises(SendRefused) as refused:
        ADAPTER.locate_media(meta.access(), MediaReference(provider_media_id="77"))
    assert refused.value.code == "foreign_media"


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=a_b",
        "https://scontent.whatsapp.net/v/t61/a.jpg",
        "https://graph.facebook.com/v25.0/1",
    ],
)
def test_a_file_at_metas_own_hosts_is_fetched_there(url, meta):
    reference = MediaReference(url=url, mime_type="image/png")
    found = ADAPTER.locate_media(meta.access(), reference)
    assert (found.url, found.mime_type) == (url, "image/png")


def test_another_address_counts_only_while_it_is_set():
    known = {"app_secret": "s", "verify_token": "v", "phone_number_id": "1", "access_token": "t"}
    access = Access(
        credentials=ADAPTER.credentials_model.model_validate(known),
        address="+12065550111",
        routing_key="1",
    )
    with pytest.raises(SendRefused):
        ADAPTER.locate_media(access, MediaReference(url="http://127.0.0.1:9/a"))
