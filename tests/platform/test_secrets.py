"""What is sealed opens with the right key in the right place, and nowhere else."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from backend.platform import key_file
from backend.platform.key_file import KEY_FILE, new_key
from backend.platform.secrets import (
    SealBroken,
    derived_key,
    derived_keys,
    key_id,
    reseal,
    seal,
    sealed_with,
    secret_keys,
    unseal,
)

SECRET = {"access_token": "canary 🐤", "number": 7}
PLACE = "channel|1|credentials"


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    monkeypatch.setenv("LEADFLOW_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def use_keys(monkeypatch):
    """Return a function that puts these keys in force."""
    return lambda *keys: monkeypatch.setenv("LEADFLOW_SECRET_KEYS", ", ".join(keys))


@pytest.mark.usefixtures("data_dir")
def test_what_was_sealed_opens_in_its_place():
    sealed = seal(SECRET, context=PLACE)
    assert "canary" not in sealed
    assert unseal(sealed, context=PLACE) == SECRET


@pytest.mark.usefixtures("data_dir")
def test_a_seal_does_not_open_in_another_place():
    sealed = seal(SECRET, context=PLACE)
    with pytest.raises(SealBroken) as refused:
        unseal(sealed, context="channel|2|credentials")
    assert "canary" not in str(refused.value)


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize("broken", ["", "nonsense", "é"])
def test_what_is_no_seal_does_not_open(broken):
    with pytest.raises(SealBroken):
        unseal(broken, context=PLACE)


def test_after_a_rotation_the_new_key_seals_and_the_old_one_opens(use_keys):
    old, new = new_key(), new_key()
    use_keys(old)
    sealed_before = seal(SECRET, context=PLACE)
    use_keys(new, old)
    sealed_after = seal(SECRET, context=PLACE)
    assert unseal(sealed_before, context=PLACE) == SECRET
    use_keys(new)
    assert unseal(sealed_after, context=PLACE) == SECRET
    with pytest.raises(SealBroken):
        unseal(sealed_before, context=PLACE)


def test_without_a_setting_one_key_is_made_and_kept_for_its_owner(data_dir):
    (made,) = secret_keys()
    assert secret_keys() == [made]
    assert stat.S_IMODE((data_dir / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == [KEY_FILE]


def test_processes_that_start_together_agree_on_one_key(data_dir):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: tuple(secret_keys()), range(8)))
    assert len(set(made)) == 1
    assert [path.name for path in data_dir.iterdir()] == [KEY_FILE]


def test_a_derived_key_belongs_to_one_purpose_and_one_key(use_keys):
    use_keys(new_key())
    first = derived_key("queue")
    assert derived_key("queue") == first != derived_key("cookies")
    use_keys(new_key())
    assert derived_key("queue") != first


def test_a_seal_that_nobody_can_have_made_does_not_open(use_keys):
    use_keys(new_key())
    for made in (Fernet(secret_keys()[0]).encrypt(b"[]"), b"gAAAAA=="):
        with pytest.raises(SealBroken):
            unseal(made.decode(), context=PLACE)


def test_a_value_comes_under_the_first_key_once(use_keys):
    old, new = new_key(), new_key()
    use_keys(old)
    before = seal(SECRET, context=PLACE)
    use_keys(new, old)
    after = reseal(before, context=PLACE)
    assert (sealed_with(before), sealed_with(after)) == (key_id(old), key_id(new))
    assert reseal(after, context=PLACE) == after
    use_keys(new)
    assert unseal(after, context=PLACE) == SECRET
    assert sealed_with(before) is None


def test_a_value_in_the_wrong_place_comes_under_no_other_key(use_keys):
    use_keys(new_key())
    sealed = seal(SECRET, context=PLACE)
    with pytest.raises(SealBroken):
        reseal(sealed, context="channel|2|credentials")


def test_the_id_of_a_key_tells_keys_apart_and_nothing_of_them():
    one, other = new_key(), new_key()
    assert key_id(one) == key_id(one) != key_id(other)
    assert len(key_id(one)) == 8
    assert key_id(one) not in one


def test_what_an_old_key_signed_can_be_verified_after_a_rotation(use_keys):
    old, new = new_key(), new_key()
    use_keys(old)
    (signed_with,) = derived_keys("queue")
    use_keys(new, old)
    assert derived_keys("queue") == (derived_key("queue"), signed_with)


def test_a_new_key_is_put_before_the_others(data_dir):
    (first,) = secret_keys()
    second, third = new_key(), new_key()
    key_file.put_first(data_dir, second)
    key_file.put_first(data_dir, third)
    assert secret_keys() == [third, second, first]
    key_file.put_first(data_dir, first)
    assert secret_keys() == [first, third, second]
    assert stat.S_IMODE((data_dir / KEY_FILE).stat().st_mode) == 0o600


def test_the_sealing_key_is_never_forgotten(data_dir):
    (first,) = secret_keys()
    key_file.put_first(data_dir, new_key())
    key_file.drop(data_dir, secret_keys())
    assert len(secret_keys()) == 1
    assert secret_keys() != [first]


def test_keys_put_first_at_one_moment_are_all_kept(data_dir):
    made = [new_key() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: key_file.put_first(data_dir, key), made))
    assert set(made) < set(secret_keys())
    assert {path.name for path in data_dir.iterdir()} == {KEY_FILE, key_file.LOCK_FILE}


def test_a_change_that_breaks_off_leaves_the_keys_as_they_were(data_dir, monkeypatch):
    before = secret_keys()

    monkeypatch.setattr(key_file.os, "fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        key_file.put_first(data_dir, new_key())
    assert secret_keys() == before
    assert KEY_FILE in {path.name for path in data_dir.iterdir()} <= {KEY_FILE, key_file.LOCK_FILE}


@pytest.mark.parametrize("text", ["{}", "{}\n", "{},{}", "{}\n{}\n", " {} ,\n\n {}\n"])
def test_keys_stand_on_lines_or_between_commas(data_dir, text):
    keys = [new_key() for _ in range(text.count("{}"))]
    (data_dir / KEY_FILE).write_text(text.format(*keys))
    assert secret_keys() == keys
