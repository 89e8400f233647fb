"""Replies of every shape are checked when they are written."""

import json
from datetime import timedelta
from io import BytesIO

import pytest

from backend import channels, inbox, media
from backend.channels import MessageKind, TemplateChange, mock
from backend.inbox.tasks import send
from backend.kit.ids import new_id
from backend.platform.unit_of_work import unit_of_work
from tests.factories import run_as, say

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def landed(actor, mock_channel):
    return say(actor, mock_channel)


@pytest.fixture
def upload(operator, mock_channel):
    """Return a function that hands a file in, a picture if no other, and returns its id."""

    def hand_in(content=PNG, name="a.png"):
        file = BytesIO(content)
        found = media.inspect(file, name)
        begun = run_as(operator, media.store_upload, mock_channel.id, found)
        media.keep(begun, file)
        with unit_of_work(operator) as uow:
            return media.kept(uow, operator.workspace_id, begun, found).id

    return hand_in


@pytest.fixture
def sent(monkeypatch):
    """Return what is handed to the mock channel."""
    heard, hand_over = [], mock.MockAdapter.send

    def listen(adapter, access, message):
        heard.append(message.content)
        return hand_over(adapter, access, message)

    monkeypatch.setattr(mock.MockAdapter, "send", listen)
    return heard


def reply(operator, landed, content):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=content)
    send(str(operator.workspace_id), str(written.id))
    return written


def template(actor, channel, status="approved", components=()):
    with unit_of_work(actor) as uow:
        change = TemplateChange(
            address=None,
            provider_template_id="1",
            name="hello",
            language="en",
            status=status,
            occurred_at=uow.now,
        )
        channels.apply_template_changes(uow, actor.workspace_id, [(channel.id, change)])
        uow.execute(
            "UPDATE template SET components = CAST(:components AS jsonb)",
            {"components": json.dumps(components)},
        )
    (one,) = run_as(actor, channels.list_templates, channel.id).items
    return one


@pytest.mark.parametrize(
    ("titles", "text"),
    [
        ((), "Which?"),
        (("a", "b", "c", "d"), "Which?"),
        (("a", "a"), "Which?"),
        (("x" * 21,), "Which?"),
        (("a", " "), "Which?"),
        (("a",), ""),
        (("a",), "x" * 1025),
    ],
    ids=["none", "four", "twice", "long title", "blank title", "no text", "long text"],
)
def test_buttons_that_no_customer_could_tap_are_refused(operator, landed, titles, text):
    with pytest.raises(inbox.BadText):
        reply(operator, landed, inbox.ButtonsReply(text=text, titles=titles))


def test_buttons_are_kept_as_they_were_sent(operator, landed, sent):
    content = inbox.ButtonsReply(text="Which?", titles=(" Red ", "Blue"))
    written = reply(operator, landed, content)
    assert [button.title for button in sent[0].buttons] == ["Red", "Blue"]
    assert (written.kind, written.text) == (MessageKind.INTERACTIVE, "Which?")


def test_a_file_goes_out_under_a_link_of_ours(operator, landed, mock_channel, upload, sent):
    one = upload()
    written = reply(operator, landed, inbox.MediaReply(media_id=one, caption="Look"))
    (content,) = sent
    assert (content.kind, content.mime_type) == (MessageKind.IMAGE, "image/png")
    assert (content.filename, content.caption) == ("a.png", "Look")
    ours = mock_channel.webhook_url.removesuffix(mock_channel.webhook_path)
    assert content.url.startswith(f"{ours}/media/")
    assert content.url not in str(written.payload)
    (file,) = run_as(operator, media.of_messages, [written.id])[written.id]
    assert file.id == one


def test_a_file_that_nobody_handed_in_is_refused(operator, landed):
    with pytest.raises(inbox.BadText, match="no such file"):
        reply(operator, landed, inbox.MediaReply(media_id=new_id()))


def test_a_file_is_carried_by_one_message(operator, landed, upload, sent):
    content = inbox.MediaReply(media_id=upload())
    reply(operator, landed, content)
    with pytest.raises(inbox.BadText, match="sent already"):
        reply(operator, landed, content)
    assert len(sent) == 1


def test_a_file_that_went_away_is_not_sent(actor, operator, landed, upload, sent):
    content = inbox.MediaReply(media_id=upload())
    written = run_as(operator, inbox.reply, landed.conversation_id, content=content)
    with unit_of_work(actor) as uow:
        uow.execute("DELETE FROM media")
    send(str(actor.workspace_id), str(written.id))
    assert sent == []


def test_a_template_of_which_only_the_name_is_known_is_sent(
    actor, operator, landed, mock_channel, sent
):
    one = template(actor, mock_channel)
    values = inbox.TemplateValues(body=("Ana",))
    written = reply(operator, landed, inbox.TemplateReply(template_id=one.id, values=values))
    assert (sent[0].name, sent[0].body, written.text) == ("hello", ("Ana",), "hello Ana")


@pytest.fixture
def headed(actor, mock_channel, upload):
    """Return a function that makes a reply of a template with a header, with a picture or none."""

    def write(file_format, *, has_file=True):
        body = {"type": "BODY", "text": "Hello {{1}}"}
        components = ({"type": "HEADER", "format": file_format}, body)
        one = template(actor, mock_channel, components=components)
        values = inbox.TemplateValues(body=("Ana",))
        file = upload() if has_file else None
        return inbox.TemplateReply(template_id=one.id, values=values, media_id=file)

    return write


def test_a_template_goes_out_with_the_file_above_it(operator, landed, headed, sent):
    content = headed("IMAGE")
    written = reply(operator, landed, content)
    assert (sent[0].header.kind, sent[0].body) == (MessageKind.IMAGE, ("Ana",))
    assert (written.kind, written.text) == (MessageKind.TEMPLATE, "Hello Ana")
    (file,) = run_as(operator, media.of_messages, [written.id])[written.id]
    assert file.id == content.media_id


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("IMAGE", False), "needs a file"),
        (("VIDEO", True), "does not take this file"),
        (("TEXT", True), "does not take this file"),
        (("LOCATION", False), "begins with a location"),
    ],
    ids=["none", "another", "too many", "a place"],
)
def test_a_template_whose_file_does_not_fit_is_refused(operator, landed, headed, given, said):
    file_format, has_file = given
    content = headed(file_format, has_file=has_file)
    with pytest.raises(inbox.BadText, match=said):
        reply(operator, landed, content)


def test_a_template_whose_file_went_away_is_not_sent(operator, landed, headed, sent):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=headed("MEDIA"))
    with unit_of_work(operator) as uow:
        uow.execute("DELETE FROM media")
    send(str(operator.workspace_id), str(written.id))
    assert sent == []


def test_sound_goes_without_text(operator, landed, upload):
    sound = upload(b"OggS\0\2" + b"\0" * 40, "a.ogg")
    with pytest.raises(inbox.BadText, match="shows no text with audio"):
        reply(operator, landed, inbox.MediaReply(media_id=sound, caption="Listen"))


def test_a_template_of_another_channel_is_not_found(actor, operator, landed):
    other = run_as(actor, _another)
    one = template(actor, other)
    with pytest.raises(inbox.BadText, match="no such template"):
        reply(operator, landed, inbox.TemplateReply(template_id=one.id))


def test_what_may_be_sent_is_told_with_what_may_be_instead(actor, operator, mock_channel):
    with unit_of_work(actor) as uow:
        yesterday = uow.now - timedelta(days=1)
    late = say(actor, mock_channel, timestamp=yesterday)
    found = run_as(operator, inbox.what_may_be_sent, late.conversation_id)
    assert found[inbox.ReplyKind.TEMPLATE] is None
    assert found[inbox.ReplyKind.TEXT].obstacle is inbox.Obstacle.WINDOW_CLOSED


def _another(uow, actor):
    given = channels.ChannelInput(
        name="Other",
        platform=channels.Platform.WHATSAPP,
        provider=channels.Provider.MOCK,
        address="+12065559999",
    )
    return channels.create_channel(uow, actor, given)
