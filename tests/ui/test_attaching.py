"""A file is put on a reply, seen, taken off, and sent with what was written."""

from io import BytesIO

import pytest

from backend import inbox, media
from backend.auth import Role
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import unit_of_work
from leadflow_app import routes
from leadflow_app.pages.inbox.state import InboxState
from tests.factories import run_as, say
from tests.ui._pages import open_page, reload, send, sign_in, visit

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SOUND = b"OggS\0\2" + b"\0" * 40


@pytest.fixture
def conversation(actor, mock_channel):
    return say(actor, mock_channel, "Send me a picture", profile_name="Maya Chen").conversation_id


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.OPERATOR)


@pytest.fixture
def state(actor, conversation, cookie):
    page = open_page(InboxState, routes.conversation(conversation), cookie)
    reload(page, actor)
    return page


@pytest.fixture
def upload(operator, mock_channel):
    """Return a function that uploads a file as the page does, and returns its id."""

    def hand_in(content=PNG, name="chair.png"):
        file = BytesIO(content)
        found = media.inspect(file, name)
        begun = run_as(operator, media.store_upload, mock_channel.id, found)
        media.keep(begun, file)
        with unit_of_work(operator) as uow:
            return str(media.kept(uow, operator.workspace_id, begun, found).id)

    return hand_in


def newest(actor, conversation):
    return run_as(actor, inbox.list_messages, conversation, PageRequest()).items[0]


def test_the_box_offers_files_where_they_may_be_sent(state, mock_channel):
    view = state.screen.open
    assert (view.can_send_files, view.upload_to) == (True, f"/v1/channels/{mock_channel.id}/media")


def test_a_file_is_shown_before_it_is_sent(state, upload):
    send(state, "attach", upload())
    assert (state.attached.name, state.attached.way) == ("chair.png", "picture")
    send(state, "detach")
    assert state.attached.key == ""


def test_what_is_written_stands_below_the_file(actor, state, conversation, upload):
    key = upload()
    send(state, "attach", key)
    send(state, "reply", {"text": "This one?", "nonce": state.nonce})
    sent = newest(actor, conversation)
    assert (sent.kind, sent.text, sent.payload["media_id"]) == ("image", "This one?", key)
    assert state.attached.key == ""
    assert [file.name for file in state.screen.open.messages[-1].files] == ["chair.png"]


def test_a_file_needs_no_words(actor, state, conversation, upload):
    send(state, "attach", upload(SOUND, "answer.ogg"))
    send(state, "reply", {"text": "", "nonce": state.nonce})
    assert newest(actor, conversation).kind == "audio"


def test_a_refused_reply_keeps_its_file_and_its_words(actor, state, conversation, upload):
    key = upload(SOUND, "answer.ogg")
    send(state, "attach", key)
    said = send(state, "reply", {"text": "Listen", "nonce": state.nonce})
    assert "shows no text with audio" in str(said[0].args)
    assert (state.attached.key, state.draft) == (key, "Listen")
    assert newest(actor, conversation).text == "Send me a picture"


def test_what_is_no_file_is_not_attached(state):
    assert "no such file" in str(send(state, "attach", str(state.screen.open.key)).args).lower()
    assert state.attached.key == ""


@pytest.fixture
def other(actor, mock_channel):
    return say(actor, mock_channel).conversation_id


def test_a_file_waits_in_its_conversation(actor, state, other, cookie, upload):
    here, key = routes.conversation(state.screen.open.key), upload()
    send(state, "attach", key)
    visit(state, routes.conversation(other), cookie)
    reload(state, actor)
    assert state.attached.key == ""
    visit(state, here, cookie)
    reload(state, actor)
    assert state.attached.key == key
