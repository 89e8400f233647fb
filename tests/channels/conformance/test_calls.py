"""What every adapter makes of its provider's API, over real HTTP on loopback."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.channels import (
    AccountFacts,
    CredentialsRefused,
    Fault,
    Feature,
    MediaReference,
    MessageKind,
    NotOffered,
    Provider,
    SendRefused,
    SendUnknown,
    Template,
    TemplateStatus,
    TextContent,
)
from backend.channels.fakes import FakeFile
from backend.channels.samples import ANA, message
from backend.platform.outbound import Call, send
from tests.channels.conformance.kit import (
    CALLING,
    PLAYED,
    REFUSALS,
    contents_of,
    declares,
    outbound,
)
from tests.channels.conformance.played import Mood, playing

TEXT = outbound(TextContent("It is 20 EUR."))
SENDING = [provider for provider in CALLING if declares(provider, Feature.SEND_TEXT)]


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


@pytest.fixture
def played(provider):
    with playing(provider) as running:
        yield running


@pytest.fixture
def adapter(played):
    return played.subject.adapter


@pytest.fixture
def closed_port():
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def declaring(feature):
    found = [provider for provider in CALLING if declares(provider, feature)]
    return pytest.mark.parametrize("provider", found)


def keeps_secrets(played, error):
    """Assert that an error says a sentence and no secret, however it is shown."""
    shown = [str(error), repr(error), repr(vars(error)), repr(error.__cause__)]
    assert error.message.strip()
    for secret in played.secrets():
        assert not [text for text in shown if secret in text]
    return error


@pytest.mark.parametrize("provider", PLAYED)
def test_each_declared_content_is_accepted_once(provider, played, adapter):
    for feature, content in contents_of(played.account).items():
        if feature not in adapter.features:
            continue
        before = len(played.account.sent)
        receipt = adapter.send(played.access(), outbound(content))
        assert receipt.provider_message_id
        if provider is Provider.MOCK:
            continue
        (sent,) = played.account.sent[before:]
        assert sent.provider_message_id == receipt.provider_message_id
        assert sent.recipient == ANA.phone
        if Feature.REFERENCE in adapter.features:
            assert sent.reference == "0190f0c2"


@pytest.mark.parametrize("provider", PLAYED)
def test_each_content_that_is_not_declared_is_refused_without_a_call(played, adapter):
    for feature, content in contents_of(played.account).items():
        if feature in adapter.features:
            continue
        with pytest.raises(NotOffered):
            adapter.send(played.access(), outbound(content))
    assert played.asked == []


@pytest.mark.parametrize("provider", SENDING)
def test_a_quote_is_sent_or_refused_as_declared(played, adapter):
    quoting = outbound(TextContent("That one."), quoted_provider_id="conform.text.1")
    if Feature.QUOTE in adapter.features:
        assert adapter.send(played.access(), quoting).provider_message_id
        return
    with pytest.raises(NotOffered):
        adapter.send(played.access(), quoting)
    assert played.asked == []


@pytest.mark.parametrize(
    ("provider", "code"),
    [(provider, code) for provider in SENDING for code in REFUSALS.get(provider.value, ())],
)
def test_a_refusal_has_its_code_and_its_fault(provider, code, played, adapter):
    played.account.refusals.append(code)
    with pytest.raises(SendRefused) as refused:
        adapter.send(played.access(), TEXT)
    error = keeps_secrets(played, refused.value)
    assert (error.code, error.fault) == (code, REFUSALS[provider.value][code])
    assert played.account.sent == []


@pytest.mark.parametrize("provider", SENDING)
def test_wrong_credentials_are_somebodys_to_mend(played, adapter):
    stranger = played.access(credentials=played.subject.other.credentials)
    with pytest.raises(SendRefused) as refused:
        adapter.send(stranger, TEXT)
    assert keeps_secrets(played, refused.value).fault is Fault.AUTH
    assert played.account.sent == []


@declaring(Feature.PROBE)
def test_a_probe_with_wrong_credentials_says_so(played, adapter):
    stranger = played.access(credentials=played.subject.other.credentials)
    with pytest.raises(CredentialsRefused) as refused:
        adapter.probe(stranger)
    keeps_secrets(played, refused.value)


@declaring(Feature.PROBE)
def test_a_probe_returns_what_the_provider_knows(played, adapter):
    facts = adapter.probe(played.access())
    assert isinstance(facts, AccountFacts)
    assert facts.warnings == ()


@declaring(Feature.PROBE)
def test_a_probe_that_fails_is_no_refusal_of_the_credentials(played, adapter, closed_port):
    with pytest.raises(SendRefused) as refused:
        adapter.probe(played.access(port=closed_port))
    assert refused.value.fault is Fault.RETRY
    played.mood = Mood.FAILS
    with pytest.raises((SendRefused, SendUnknown)) as failed:
        adapter.probe(played.access())
    assert not isinstance(keeps_secrets(played, failed.value), CredentialsRefused)


@pytest.mark.parametrize("provider", SENDING)
def test_what_never_left_may_be_sent_again(played, adapter, closed_port):
    with pytest.raises(SendRefused) as refused:
        adapter.send(played.access(port=closed_port), TEXT)
    assert keeps_secrets(played, refused.value).fault is Fault.RETRY


@pytest.mark.parametrize("provider", SENDING)
def test_a_forbidden_target_is_no_reason_to_send_again(played, adapter, monkeypatch):
    monkeypatch.delenv("LEADFLOW_ALLOW_PRIVATE_TARGETS")
    with pytest.raises(SendRefused) as refused:
        adapter.send(played.access(), TEXT)
    keeps_secrets(played, refused.value)
    assert played.asked == []


@pytest.mark.parametrize("mood", [Mood.HANGS_UP, Mood.MUMBLES, Mood.SAYS_NOTHING, Mood.FAILS])
@pytest.mark.parametrize("provider", SENDING)
def test_what_left_without_a_clear_answer_is_unknown(mood, played, adapter):
    played.mood = mood
    with pytest.raises(SendUnknown) as unknown:
        adapter.send(played.access(), TEXT)
    keeps_secrets(played, unknown.value)
    assert len(played.account.sent) == 1


@pytest.mark.slow
def test_what_was_accepted_and_never_answered_is_unknown():
    """Ask all providers at once: each takes as long as an adapter waits."""
    with ThreadPoolExecutor(len(SENDING)) as threads:
        assert list(threads.map(stalled, SENDING)) == [1] * len(SENDING)


def stalled(provider):
    """Return how often a message was taken whose sender was never answered."""
    with playing(provider) as played:
        played.mood = Mood.STALLS
        with pytest.raises(SendUnknown) as unknown:
            played.subject.adapter.send(played.access(), TEXT)
        keeps_secrets(played, unknown.value)
        return len(played.account.sent)


@declaring(Feature.LIST_TEMPLATES)
def test_every_template_is_listed(played, adapter):
    listed = adapter.list_templates(played.access())
    known = {one.provider_template_id: one for one in played.account.templates}
    assert {one.provider_template_id for one in listed} == set(known)
    for template in listed:
        expected = known[template.provider_template_id]
        assert (template.name, template.language) == (expected.name, expected.language)
        assert template.status is expected.status


@declaring(Feature.CREATE_TEMPLATE)
def test_a_template_is_handed_in(played, adapter):
    asked = Template(
        provider_template_id="",
        name="conformance_note",
        language="en",
        status=TemplateStatus.PENDING,
        category="utility",
        components=({"type": "BODY", "text": "Your order is on its way."},),
    )
    made = adapter.create_template(played.access(), asked)
    assert made.provider_template_id
    assert made.provider_template_id in {
        one.provider_template_id for one in played.account.templates
    }


@declaring(Feature.MARK_READ)
def test_a_message_is_marked_as_read(played, adapter):
    adapter.mark_read(played.access(), "conform.text.1")
    assert played.account.read == ["conform.text.1"]


@pytest.mark.parametrize("provider", [one for one in PLAYED if declares(one, Feature.MEDIA)])
def test_a_file_of_a_message_is_found_and_fetched(played, adapter):
    name = "1003383421387256"
    played.account.files[name] = FakeFile(mime_type="image/jpeg", content=b"\xff\xd8a picture")
    (request,) = played.subject.deliver(message(MessageKind.IMAGE))
    (event,) = adapter.parse(request.body)
    found = adapter.locate_media(played.access(), event.media[0])
    answer = send(Call("GET", found.url, headers=found.headers, allow_http=True, redirects=3))
    assert answer.body == b"\xff\xd8a picture"
    assert not [secret for secret in played.secrets() if secret in repr(found)]


@declaring(Feature.MEDIA)
def test_no_secret_goes_to_a_foreign_place(played, adapter):
    foreign = MediaReference(url="https://files.example.com/a.jpg", mime_type="image/jpeg")
    try:
        found = adapter.locate_media(played.access(), foreign)
    except SendRefused:
        return
    carried = " ".join(found.headers.values())
    assert not found.headers or not [one for one in played.secrets() if one in carried]


@declaring(Feature.LOOK_UP)
def test_what_became_of_a_message_can_be_looked_up(played, adapter):
    receipt = adapter.send(played.access(), TEXT)
    found = adapter.look_up(played.access(), reference=TEXT.reference, recipient=ANA)
    assert found.provider_message_id == receipt.provider_message_id
    assert adapter.look_up(played.access(), reference="0190ffff", recipient=ANA) is None
