"""Keys are rotated while everything that they seal stays open, wherever the work stops."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pyotp
import pytest

from backend import auth, channels
from backend.auth import Actor, AuditQuery, KeysAreGiven
from backend.channels import Provider
from backend.intake import webhooks
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import WebhookDoor
from backend.kit.paging import PageRequest
from backend.platform import key_file, sealing
from backend.platform.key_file import KEY_FILE, new_key
from backend.platform.secrets import SealBroken, key_id, secret_keys
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import (
    WHATSAPP_CREDENTIALS,
    administer,
    create_channel,
    create_workspace,
    envelope,
    message,
    run_as,
)
from tests.intake.test_webhooks import delivery
from tests.platform._processes import eventually

FAIL_ON = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the power is gone'; END $$;
CREATE TRIGGER fail BEFORE UPDATE ON channel FOR EACH ROW
WHEN (OLD.id = '{}') EXECUTE FUNCTION fail()
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    """Keep the keys in a data directory of its own, the first one made."""
    monkeypatch.setenv("LEADFLOW_DATA_DIR", str(tmp_path))
    secret_keys()
    return tmp_path


@pytest.fixture
def use_keys(monkeypatch):
    """Return a function that puts these keys in force, as the environment does."""
    return lambda *keys: monkeypatch.setenv("LEADFLOW_SECRET_KEYS", ",".join(keys))


def connect(actor, number=1):
    credentials = WHATSAPP_CREDENTIALS | {"phone_number_id": str(number)}
    return run_as(actor, create_channel, provider=Provider.WHATSAPP_CLOUD, credentials=credentials)


def opens(actor, channel):
    """Whether a channel's credentials can be used."""

    def use(uow, actor):
        return channels.connection_of(uow, actor.workspace_id, channel.id)

    try:
        return run_as(actor, use).credentials.waba_id == WHATSAPP_CREDENTIALS["waba_id"]
    except SealBroken:
        return False


def used_keys():
    """Return how many values each key of the present ones opens, the sealing one first."""
    return [key.values for key in auth.secrets_status().keys]


def texts(count):
    return [str(envelope(messages=[message()])).encode() for _ in range(count)]


def test_deliveries_are_accepted_before_during_and_after_a_rotation(actor, data_dir, monkeypatch):
    monkeypatch.setattr(webhooks, "CONNECTION_SECONDS", 0.0)
    channel = connect(actor)

    async def through_a_rotation():
        behind = Acceptor()
        transport = httpx.ASGITransport(WebhookDoor(behind))
        steps = [
            lambda: None,
            lambda: key_file.put_first(data_dir, new_key()),
            auth.rotate_secrets,
            lambda: auth.rotate_secrets(drop_old=True),
        ]
        async with behind.running(), httpx.AsyncClient(transport=transport) as client:
            for step, body in zip(steps, texts(len(steps)), strict=True):
                await asyncio.to_thread(step)
                answer = await client.send(delivery(channel, body))
                yield answer.status_code, len(secret_keys())

    async def answers():
        return [answer async for answer in through_a_rotation()]

    assert asyncio.run(answers()) == [(200, 1), (200, 2), (200, 2), (200, 1)]


def test_the_keys_of_the_environment_are_rotated_step_by_step(actor, use_keys):
    old, new = new_key(), new_key()
    use_keys(old)
    channel = connect(actor)
    use_keys(new, old)
    assert opens(actor, channel)
    assert used_keys() == [0, 1]
    assert auth.rotate_secrets().resealed == 1
    assert used_keys() == [1, 0]
    use_keys(new)
    assert opens(actor, channel)


def test_keys_of_the_environment_are_not_ours_to_change(actor, use_keys):
    use_keys(new_key())
    connect(actor)
    for asked in ({"with_new_key": True}, {"drop_old": True}):
        with pytest.raises(KeysAreGiven, match="LEADFLOW_SECRET_KEYS"):
            auth.rotate_secrets(**asked)


def test_a_whole_rotation_leaves_one_key_that_opens_everything(actor, data_dir):
    (old,) = secret_keys()
    connected = [connect(actor, number) for number in range(3)]
    rotation = auth.rotate_secrets(with_new_key=True, drop_old=True)
    assert (rotation.resealed, rotation.broken, rotation.dropped) == (3, 0, (key_id(old),))
    (new,) = secret_keys()
    assert new != old
    assert (data_dir / KEY_FILE).read_text() == f"{new}\n"
    assert all(opens(actor, channel) for channel in connected)


@pytest.mark.usefixtures("data_dir")
def test_a_rotation_is_repeated_without_effect(actor):
    connect(actor)
    auth.rotate_secrets(with_new_key=True)
    again = auth.rotate_secrets()
    assert (again.resealed, again.dropped) == (0, ())


@pytest.mark.usefixtures("data_dir")
def test_a_rotation_that_breaks_off_leaves_everything_open_and_goes_on_later(actor, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 1)
    connected = sorted((connect(actor, number) for number in range(3)), key=lambda view: view.id)
    administer(FAIL_ON.format(connected[1].id))
    try:
        with pytest.raises(Exception, match="the power is gone"):
            auth.rotate_secrets(with_new_key=True, drop_old=True)
    finally:
        administer("DROP FUNCTION fail() CASCADE")
    assert used_keys() == [1, 2]
    assert all(opens(actor, channel) for channel in connected)
    assert auth.rotate_secrets(drop_old=True).resealed == 2
    assert used_keys() == [3]
    assert all(opens(actor, channel) for channel in connected)


@pytest.mark.usefixtures("data_dir")
def test_a_rotation_waits_for_what_is_being_sealed_with_the_old_key(actor):
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(actor) as uow:
            channel = create_channel(
                uow, actor, provider=Provider.WHATSAPP_CLOUD, credentials=WHATSAPP_CREDENTIALS
            )
            rotating = pool.submit(auth.rotate_secrets, with_new_key=True, drop_old=True)
            assert eventually(lambda: administer(WAITING)[0][0] == 1)
        assert rotating.result().resealed == 1
    assert len(secret_keys()) == 1
    assert opens(actor, channel)


@pytest.mark.usefixtures("data_dir")
def test_a_value_that_does_not_open_is_counted_and_left_alone(actor):
    good, moved = connect(actor, 1), connect(actor, 2)
    change(actor, moved, "(SELECT credentials FROM channel WHERE id <> '{id}')")
    rotation = auth.rotate_secrets(with_new_key=True, drop_old=True)
    assert (rotation.resealed, rotation.broken, rotation.dropped) == (1, 1, ())
    assert len(secret_keys()) == 2
    assert opens(actor, good)


@pytest.mark.usefixtures("data_dir")
def test_a_value_that_no_key_opens_is_told_of_and_hinders_nobody(actor):
    good, lost = connect(actor, 1), connect(actor, 2)
    change(actor, lost, "'gAAAAABlost'")
    rotation = auth.rotate_secrets(with_new_key=True, drop_old=True)
    assert (rotation.resealed, rotation.status.unopened) == (1, 1)
    assert len(secret_keys()) == 1
    assert opens(actor, good)


def change(actor, channel, value):
    statement = f"UPDATE channel SET credentials = {value} WHERE id = '{{id}}'"  # noqa: S608  ours
    run_as(actor, lambda uow, _: uow.execute(statement.format(id=channel.id)))


@pytest.mark.usefixtures("data_dir")
def test_second_factors_survive_a_rotation(actor, admin):
    offer = run_as(admin, auth.begin_second_factor)
    auth.rotate_secrets(with_new_key=True, drop_old=True)
    code = pyotp.TOTP(offer.secret).now()
    assert run_as(admin, auth.confirm_second_factor, code)
    assert actor


@pytest.mark.usefixtures("data_dir")
def test_a_rotation_is_in_the_audit_log_of_every_workspace(actor):
    with unit_of_work(SYSTEM) as uow:
        other = Actor.system(create_workspace(uow).id)
    connect(actor)
    auth.rotate_secrets(with_new_key=True)
    (first, _) = secret_keys()
    for scope, count in ((actor, 1), (other, 0)):
        query = AuditQuery(action="secrets.rotated")
        (entry,) = run_as(scope, auth.list_audit, query, PageRequest()).items
        assert entry.details == {"resealed": count, "broken": 0, "key": key_id(first)}


def test_the_status_tells_which_keys_are_needed_and_shows_none(actor, data_dir):
    connect(actor)
    (old,) = secret_keys()
    assert auth.secrets_status().old_and_needed == ()
    key_file.put_first(data_dir, new_key())
    (new, _) = secret_keys()
    status = auth.secrets_status()
    told = [(key.key_id, key.is_sealing, key.values) for key in status.keys]
    assert told == [(key_id(new), True, 0), (key_id(old), False, 1)]
    assert [key.key_id for key in status.old_and_needed] == [key_id(old)]
    assert old not in repr(status)
    assert new not in repr(status)
