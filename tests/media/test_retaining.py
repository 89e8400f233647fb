"""Files are kept for as long as the words of the messages that carried them."""

from datetime import timedelta
from io import BytesIO

import pytest

from backend import media, privacy
from backend.media import MediaState
from backend.media.tasks import sweep
from backend.platform.unit_of_work import unit_of_work
from backend.privacy import Retention
from tests.factories import run_as
from tests.media.conftest import PNG
from tests.platform._far_side import ok

OLD = timedelta(days=100)


@pytest.fixture
def old(fetched, change):
    """Return a file that was sent a hundred days ago."""
    shown = fetched(ok(PNG), filename="roof.png")
    change("UPDATE media SET sent_at = sent_at - interval '100 days'")
    return shown


def keep(actor, *, text_days):
    run_as(actor, privacy.set_retention, Retention(raw_days=90, text_days=text_days))
    privacy.retain(actor.workspace_id)


def test_what_is_older_than_words_may_be_is_emptied_and_deleted(actor, old, view, copies):
    keep(actor, text_days=90)
    shown = view(old.message_id)
    assert (shown.state, shown.filename) == (MediaState.ERASED, None)
    sweep()
    assert copies() == []


@pytest.mark.parametrize("text_days", [None, 101])
def test_what_may_still_be_kept_stays(actor, old, view, copies, text_days):
    keep(actor, text_days=text_days)
    assert view(old.message_id).state == MediaState.STORED
    assert len(copies()) == 1


@pytest.mark.usefixtures("old")
def test_it_is_known_before_how_many_would_go(actor):
    def count(uow, who, ago):
        return media.count_files(uow, who.workspace_id, before=uow.now - ago)

    assert run_as(actor, count, OLD - timedelta(days=1)) == 1
    assert run_as(actor, count, OLD + timedelta(days=1)) == 0


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize(("text_days", "files"), [(90, 1), (101, 0), (None, 0)])
def test_the_preview_of_a_retention_counts_files(actor, text_days, files):
    proposed = Retention(raw_days=90, text_days=text_days)
    assert run_as(actor, privacy.retention_effect, proposed).files == files


@pytest.fixture
def handed_in(actor, channel):
    """Return a file that was uploaded for a reply."""
    file = BytesIO(PNG)
    found = media.inspect(file, "roof.png")
    begun = run_as(actor, media.store_upload, channel.id, found)
    media.keep(begun, file)
    with unit_of_work(actor) as uow:
        return media.kept(uow, actor.workspace_id, begun, found)


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize(
    ("aged", "left"),
    [
        ("UPDATE media SET sent_at = now() - interval '23 hours'", 1),
        ("UPDATE media SET sent_at = now() - interval '25 hours'", 0),
    ],
    ids=["within a day", "after a day"],
)
def test_an_upload_that_nothing_carries_goes_after_a_day(actor, change, copies, aged, left):
    change(aged)
    privacy.retain(actor.workspace_id)
    sweep()
    assert len(copies()) == left
