"""A file comes once, whole and harmless, or a sentence says why it did not."""

import hashlib
from datetime import timedelta

import pytest

from backend import media
from backend.auth import Actor
from backend.channels import MessageKind
from backend.media import MediaState
from backend.media.erasing import erase
from backend.media.fetching import claim
from backend.media.fetching import fetch as download
from backend.media.tasks import fetch, remove, sweep
from backend.platform import file_store
from backend.platform.unit_of_work import unit_of_work
from tests.factories import run_as
from tests.media.conftest import HTML, PDF, PNG, STORED, SVG
from tests.platform._far_side import far_side, ok, saying, sending_on

MB = 1024 * 1024
LAPSE = "UPDATE media SET lease_until = now() - interval '1 minute'"
HURRY = "UPDATE media SET next_attempt_at = now() - interval '1 minute'"


def test_a_picture_is_kept_as_it_came(fetched, copies):
    shown = fetched(ok(PNG), sha256=hashlib.sha256(PNG).hexdigest(), filename="a.png")
    assert (shown.state, shown.mime_type, shown.size) == (STORED, "image/png", len(PNG))
    assert [path.read_bytes() for path in copies()] == [PNG]


def test_a_large_document_goes_through_the_disk(fetched, copies):
    body = PDF + b"\0" * (20 * MB)
    assert fetched(ok(body), kind=MessageKind.DOCUMENT).size == len(body)
    assert copies()[0].stat().st_size == len(body)


@pytest.mark.parametrize(
    "body", [HTML, SVG, PDF, b"MZ\0\0", b""], ids=["html", "svg", "pdf", "exe", "empty"]
)
def test_what_is_no_picture_is_not_kept_as_one(fetched, copies, body):
    shown = fetched(ok(body, b"Content-Type: image/png"), mime_type="image/png")
    assert (shown.state, copies()) == (MediaState.REFUSED, [])
    assert "not accepted as an image" in shown.error


def test_a_file_over_the_limit_of_its_kind_is_refused(fetched, copies):
    shown = fetched(ok(PNG + b"\0" * (5 * MB)))
    assert (shown.state, copies()) == (MediaState.REFUSED, [])
    assert shown.error == "the file is larger than 5 MB, the most for an image"


def test_a_file_that_breaks_off_is_tried_again(fetched, copies):
    shown = fetched(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + PNG))
    assert (shown.state, copies()) == (MediaState.WAITING, [])


def test_another_file_than_promised_is_tried_again(fetched, copies):
    shown = fetched(ok(PNG), sha256=hashlib.sha256(PDF).hexdigest())
    assert (shown.state, copies()) == (MediaState.WAITING, [])
    assert "promised" in shown.error


@pytest.mark.parametrize("status", [b"404 Not Found", b"410 Gone"])
def test_what_the_provider_threw_away_is_gone(fetched, status):
    assert fetched(ok(status=status)).state is MediaState.GONE


def test_a_provider_in_trouble_is_asked_again_and_at_last_given_up(actor, fetched, view, change):
    shown = fetched(ok(status=b"503 Service Unavailable"))
    assert (shown.state, shown.error) == (MediaState.WAITING, "the provider answered 503")
    change("UPDATE media SET attempts = 7")
    change(HURRY)
    fetch(str(actor.workspace_id), str(shown.id))
    assert view(shown.message_id).state is MediaState.FAILED


def test_nobody_is_asked_before_the_wait_is_over(actor, fetched):
    shown = fetched(ok(status=b"503 Service Unavailable"))
    fetch(str(actor.workspace_id), str(shown.id))
    with unit_of_work(actor) as uow:
        assert uow.execute("SELECT attempts FROM media").scalar_one() == 1


def test_after_seven_days_the_provider_is_not_asked(sent, actor, view):
    with far_side(ok(PNG)) as provider:
        message_id = sent(provider.url(), ago=timedelta(days=8))
        fetch(str(actor.workspace_id), str(view(message_id).id))
        assert provider.accepted == 0
    assert view(message_id).state is MediaState.GONE


def test_a_redirect_into_a_closed_network_is_refused(fetched, copies):
    shown = fetched(sending_on("http://10.0.0.1/secret"))
    assert (shown.state, copies()) == (MediaState.REFUSED, [])
    assert "10.0.0.1" not in shown.error


def test_a_redirect_to_a_file_is_followed(fetched):
    with far_side(ok(PNG)) as elsewhere:
        assert fetched(sending_on(elsewhere.url())).state is STORED


def test_fetching_twice_is_fetching_once(actor, sent, view, copies):
    with far_side(ok(PNG)) as provider:
        message_id = sent(provider.url())
        for _ in range(2):
            fetch(str(actor.workspace_id), str(view(message_id).id))
        assert provider.accepted == 1
    assert len(copies()) == 1


def test_the_sweep_fetches_what_nobody_was_woken_for(sent, view):
    with far_side(ok(PNG)) as provider:
        message_id = sent(provider.url())
        sweep()
    assert view(message_id).state is STORED


def test_what_a_dead_worker_left_is_fetched_again_and_kept_once(actor, sent, view, copies, change):
    with far_side(ok(PNG)) as provider:
        message_id = sent(provider.url())
        with unit_of_work(actor) as uow:
            claimed = claim(uow, actor.workspace_id, view(message_id).id)
        download(claimed)  # and dies before it is written down
        sweep()
        assert view(message_id).state is MediaState.FETCHING
        change(LAPSE)
        sweep()
    assert view(message_id).state is STORED
    assert len(copies()) == 1


def test_a_worker_that_comes_too_late_takes_its_copy_back(actor, sent, copies, monkeypatch, change):
    with far_side(ok(PNG)) as provider:
        message_id = sent(provider.url())
        (shown,) = run_as(actor, media.of_messages, [message_id])[message_id]
        ids = str(actor.workspace_id), str(shown.id)
        put = file_store.put

        def overtaken(key, file):
            put(key, file)
            monkeypatch.setattr(file_store, "put", put)
            change(LAPSE)
            fetch(*ids)

        monkeypatch.setattr(file_store, "put", overtaken)
        fetch(*ids)
    (shown,) = run_as(actor, media.of_messages, [message_id])[message_id]
    assert shown.state is STORED
    assert len(copies()) == 1


def test_an_erased_file_is_deleted(actor, fetched, view, copies):
    shown = fetched(ok(PNG), filename="quintessa.png")
    with unit_of_work(actor) as uow:
        erase(uow, actor.workspace_id, [shown.message_id])
    assert len(copies()) == 1
    remove(str(actor.workspace_id), str(shown.id))
    assert copies() == []
    assert (view(shown.message_id).state, view(shown.message_id).filename) == ("erased", None)


def test_a_file_erased_while_it_is_fetched_leaves_no_copy(actor, sent, view, copies, change):
    with far_side(ok(PNG)) as provider:
        message_id = sent(provider.url())
        with unit_of_work(actor) as uow:
            claimed = claim(uow, actor.workspace_id, view(message_id).id)
        with unit_of_work(actor) as uow:
            erase(uow, actor.workspace_id, [message_id])
        download(claimed)  # and dies
    sweep()
    assert len(copies()) == 1  # whoever holds the lease may still be writing
    change(LAPSE)
    sweep()
    assert copies() == []


def test_a_channel_of_another_workspace_fetches_nothing(sent, view, copies):
    message_id = sent("http://127.0.0.1:9/")
    stranger = Actor.system(message_id)
    with unit_of_work(stranger) as uow:
        assert claim(uow, stranger.workspace_id, view(message_id).id) is None
    assert copies() == []
