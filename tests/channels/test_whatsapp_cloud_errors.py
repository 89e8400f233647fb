"""What Meta's error codes mean, and what a call makes of every way in which it can fail."""

import json
from itertools import chain

import pytest

from backend.channels import (
    CredentialsRefused,
    Fault,
    Identity,
    Outbound,
    Provider,
    SendRefused,
    SendUnknown,
    TextContent,
    adapter_for,
)
from backend.channels.adapters.dialog360_fake import Dialog360Fake
from backend.channels.adapters.whatsapp_cloud_errors import (
    KNOWN_CODES,
    fault_of,
    is_unsure,
    meaning_of,
    wait_of,
)
from backend.channels.adapters.whatsapp_cloud_fake import WhatsAppCloudFake
from backend.channels.fakes import FakeAnswer
from tests.channels.fake_server import serving

TEXT = Outbound(
    recipient=Identity(phone="+12065550123"), content=TextContent("Hi"), reference="0190f0c2"
)
# Meta, "Cloud API error codes", class by class.
TABLE = {
    Fault.AUTH: "0 190 3 10 104 200 210 299",
    Fault.RETRY: "4 17 613 80007 130429 131056",
    Fault.DELAYED: "1 2 131000 131016 131049 131057 132069 133004 134100 134101 134102 2494100",
    Fault.CONFIG: (
        "33 131030 131045 131055 133000 133005 133006 133008 133009 133010 133015 133016"
    ),
    Fault.ACCOUNT: "368 131031 131037 131042 131048 131064 134011",
    Fault.TEMPLATE: "132000 132001 132005 132007 132012 132015 132016 132018",
    Fault.WINDOW: "131047",
    Fault.SUPPRESS: "130403 131050",
    Fault.PERMANENT: (
        "100 130472 130497 131005 131008 131009 131021 131026 131051 131052 131053 131062 131063"
        " 132068 135000"
    ),
}
CODES = [(code, fault) for fault, codes in TABLE.items() for code in codes.split()]
UNSURE = {"1", "2", "131000", "131016"}
REFUSED = [(code, fault) for code, fault in CODES if code not in UNSURE]
FAKES = {Provider.WHATSAPP_CLOUD: WhatsAppCloudFake, Provider.DIALOG360: Dialog360Fake}


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


@pytest.fixture(params=FAKES, ids=str)
def served(request):
    with serving(FAKES[request.param]()) as running:
        yield running


@pytest.fixture
def meta():
    with serving(WhatsAppCloudFake()) as running:
        yield running


def send(served, **changed):
    return adapter_for(served.fake.provider).send(served.access(**changed), TEXT)


def refusal(served, kind=SendRefused, **changed):
    with pytest.raises(kind) as refused:
        send(served, **changed)
    shown = [str(refused.value), repr(refused.value), repr(vars(refused.value))]
    secrets = [
        text for name, text in served.account.credentials.items() if not name.endswith("_id")
    ]
    assert not [secret for secret in secrets for text in shown if secret in text]
    return refused.value


def saying(status, body, **headers):
    """Return what replaces every answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _said: FakeAnswer(status, content, headers)


@pytest.mark.parametrize(("code", "fault"), CODES)
def test_every_code_has_a_fault_and_a_meaning(code, fault):
    assert fault_of(code) is fault
    assert meaning_of(code)
    assert is_unsure(code) is (code in UNSURE)


def test_the_table_is_whole():
    assert {code for code, _ in CODES} - {"200", "210", "299"} == KNOWN_CODES


@pytest.mark.parametrize("code", ["", "7", "199", "300", "2500", "20x", "²00", "999999"])
def test_a_code_that_nobody_knows_is_permanent(code):
    assert (fault_of(code), meaning_of(code), is_unsure(code)) == (Fault.PERMANENT, None, False)


@pytest.mark.parametrize(("code", "fault"), REFUSED)
def test_a_refused_message_has_the_fault_of_its_code(code, fault, meta):
    meta.account.refusals.append(code)
    error = refusal(meta)
    assert (error.code, error.fault) == (code, fault)
    assert error.title.startswith(meaning_of(code))
    assert error.retry_after == wait_of(code)
    assert not isinstance(error, CredentialsRefused)
    assert meta.account.sent == []


@pytest.mark.parametrize("code", sorted(UNSURE))
def test_a_failure_of_metas_own_is_unknown(code, served):
    served.account.refusals.append(code)
    assert meaning_of(code) in refusal(served, SendUnknown).message


@pytest.mark.parametrize("code", ["130429", "131056"])
def test_a_rate_limit_counts_under_any_http_status(code, served):
    served.spoil = saying(403, {"error": {"code": int(code), "message": "slow down"}})
    assert refusal(served).fault is Fault.RETRY


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, {"error": {"code": 999999, "message": "Something new"}}, Fault.PERMANENT),
        (400, b"<html>", Fault.PERMANENT),
        (401, {}, Fault.AUTH),
        (403, {}, Fault.AUTH),
        (404, {}, Fault.CONFIG),
        (429, {}, Fault.RETRY),
        (302, {}, Fault.CONFIG),
        (200, {"error": {"code": 131047}}, Fault.WINDOW),
        (400, {"errors": [{"code": 131047, "title": "Late"}]}, Fault.WINDOW),
        (400, {"error": "text", "errors": 7}, Fault.PERMANENT),
        (500, {"error": {"code": 131026}}, Fault.PERMANENT),
    ],
)
def test_an_answer_without_a_known_code_counts_by_its_status(status, body, fault, served):
    served.spoil = saying(status, body)
    error = refusal(served)
    assert error.fault is fault
    assert error.title.endswith(".")


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"upstream connect error", b'{"error": {"code": 999999}}'])
def test_an_outage_is_unknown(status, body, served):
    served.spoil = saying(status, body)
    refusal(served, SendUnknown)
    assert len(served.account.sent) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b'{"messages": ', b"[]", b"{}", b'{"messages": []}', b'{"messages": [{"id": " "}]}'],
)
def test_an_acceptance_that_cannot_be_read_is_unknown(body, served):
    served.spoil = saying(200, body)
    refusal(served, SendUnknown)
    assert len(served.account.sent) == 1


def test_a_connection_that_breaks_off_is_unknown(served):
    served.spoil = lambda _said: None
    refusal(served, SendUnknown)
    assert len(served.account.sent) == 1


def test_an_answer_without_end_is_unknown(served):
    served.spoil = saying(200, b" " * 100_000)
    refusal(served, SendUnknown)


def test_what_never_left_may_be_sent_again(served):
    served.account.base_url = "http://127.0.0.1:1"
    error = refusal(served)
    assert (error.code, error.fault) == ("unreachable", Fault.RETRY)


def test_a_forbidden_target_is_not_tried_again(served, monkeypatch):
    monkeypatch.delenv("LEADFLOW_ALLOW_PRIVATE_TARGETS")
    error = refusal(served)
    assert (error.code, error.fault) == ("unreachable", Fault.CONFIG)
    assert served.asked == []


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("86400", 3600.0), ("soon", None), ("-1", None)]
)
def test_a_wait_is_taken_from_the_answer(header, seconds, served):
    served.spoil = saying(429, {"error": {"code": 130429}}, **{"retry-after": header})
    assert refusal(served).retry_after == seconds


def test_an_error_that_quotes_a_secret_is_told_without_it(served):
    secrets = [str(text) for text in served.account.credentials.values()]
    told = " ".join(secrets)
    error = {"message": told, "error_data": {"details": told}, "error_user_msg": told}
    codes = (None, 999999, 131047, 190, 100)
    for code, key in chain.from_iterable(((code, "error"), (code, "errors")) for code in codes):
        served.spoil = saying(400, {key: [{**error, "code": code}]})
        refusal(served)
    served.spoil = saying(401, {"meta": {"developer_message": told}})
    assert refusal(served).title


def test_the_providers_words_are_kept_short(served):
    served.spoil = saying(400, {"error": {"code": 999999, "message": "long " * 1000}})
    assert len(refusal(served).title) < 600


def test_wrong_credentials_are_the_admins_to_mend(served):
    key = next(iter({"access_token", "api_key"} & served.account.credentials.keys()))
    assert refusal(served, **{key: "wrong"}).fault is Fault.AUTH
    assert refusal(served, **{key: ""}).fault is Fault.AUTH
    assert len(served.asked) == 1
    assert served.account.sent == []
