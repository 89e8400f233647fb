"""What is sealed opens with the right key in the right place, and nowhere else."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from backend.platform.secrets import KEY_FILE, SealBroken, derived_key, seal, secret_keys, unseal

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


def key():
    return Fernet.generate_key().decode()


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
    old, new = key(), key()
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
    use_keys(key())
    first = derived_key("queue")
    assert derived_key("queue") == first != derived_key("cookies")
    use_keys(key())
    assert derived_key("queue") != first
