"""Copies in a bucket of an S3-compatible service, over HTTP."""

from io import BytesIO

import pytest

from backend.media import MediaState
from backend.platform import file_store
from backend.rest import rest_app
from tests.media._bucket import serving
from tests.media.conftest import PNG
from tests.platform._far_side import ok
from tests.rest.conftest import client, client_of  # noqa: F401  fixtures


@pytest.fixture
def app():
    return rest_app()


@pytest.fixture
def bucket(monkeypatch):
    with serving() as service:
        monkeypatch.setenv("LEADFLOW_MEDIA_URL", "s3://files/of-customers")
        monkeypatch.setenv("LEADFLOW_MEDIA_ENDPOINT", service.endpoint)
        monkeypatch.setenv("LEADFLOW_MEDIA_ACCESS_KEY", "made-up-id")
        monkeypatch.setenv("LEADFLOW_MEDIA_SECRET_KEY", "made-up-secret")
        yield service


def test_a_copy_is_kept_below_the_prefix_and_read_back(bucket):
    file_store.put("w/m/1", BytesIO(PNG))
    assert bucket.objects == {"/files/of-customers/w/m/1": PNG}
    assert b"".join(file_store.pieces("w/m/1")) == PNG


def test_every_call_is_signed_and_names_no_secret(bucket):
    file_store.put("w/m/1", BytesIO(PNG))
    (said,) = bucket.signatures
    assert said.startswith("AWS4-HMAC-SHA256 Credential=made-up-id/")
    assert "made-up-secret" not in said


def test_a_copy_that_is_not_there_says_so_at_once(bucket):
    with pytest.raises(FileNotFoundError):
        file_store.pieces("w/m/none")
    assert bucket.objects == {}


def test_a_deleted_copy_is_gone_and_deleting_twice_is_no_error(bucket):
    file_store.put("w/m/1", BytesIO(PNG))
    file_store.remove("w/m/1")
    file_store.remove("w/m/1")
    assert bucket.objects == {}


def test_a_fetched_file_is_handed_out_of_the_bucket(bucket, client, fetched):  # noqa: F811
    shown = fetched(ok(PNG))
    assert shown.state == MediaState.STORED
    assert list(bucket.objects.values()) == [PNG]
    assert client.get(f"/v1/media/{shown.id}").content == PNG


def test_a_file_that_the_bucket_refuses_is_tried_again(bucket, fetched):
    bucket.refuses = True
    shown = fetched(ok(PNG))
    said = (shown.state, shown.error)
    assert said == (MediaState.WAITING, "the storage did not take the file")
