from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from backend.kit.errors import ErrorKind
from backend.platform.errors import SettingsError
from backend.platform.settings import (
    PROJECT_ROOT,
    SETTINGS,
    AdminSettings,
    DatabaseSettings,
    DataSettings,
    NetworkSettings,
    QueueSettings,
    SecretSettings,
    ServerSettings,
    load,
    load_all,
    unknown_variables,
    variable_name,
)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for cls in SETTINGS:
        for field in cls.model_fields:
            monkeypatch.delenv(variable_name(cls, field), raising=False)


def test_nothing_has_to_be_set():
    load_all()
    assert load(DatabaseSettings).database_url is None
    assert load(QueueSettings).redis_url is None
    assert load(SecretSettings).secret_keys is None
    assert load(DataSettings).data_dir == PROJECT_ROOT / ".data"
    assert load(NetworkSettings).allow_private_targets == ()
    server = load(ServerSettings)
    assert (server.host, server.port, server.public_url) == ("127.0.0.1", 8000, None)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("LEADFLOW_PORT", "")
    assert load(DatabaseSettings).database_url is None
    assert load(ServerSettings).port == 8000


def test_good_values_are_taken_in_one_form(monkeypatch):
    key = Fernet.generate_key().decode()
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://a:b@db/leads")
    monkeypatch.setenv("LEADFLOW_PUBLIC_URL", "https://leads.example.com/")
    monkeypatch.setenv("LEADFLOW_SECRET_KEYS", f" {key} , ")
    monkeypatch.setenv("LEADFLOW_DATA_DIR", "kept")
    assert load(DatabaseSettings).database_url == "postgresql://a:b@db/leads"
    assert load(ServerSettings).public_url == "https://leads.example.com"
    keys = load(SecretSettings).secret_keys
    assert keys
    assert keys.get_secret_value() == key
    assert load(DataSettings).data_dir == Path.cwd() / "kept"
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "10.20.0.0/16, fd12:3456::/32,10.1.2.3")
    opened = load(NetworkSettings).allow_private_targets
    assert [str(network) for network in opened] == ["10.20.0.0/16", "fd12:3456::/32", "10.1.2.3/32"]


@pytest.mark.parametrize(
    ("cls", "variable", "value", "accepted"),
    [
        (ServerSettings, "LEADFLOW_PORT", "abc", "a whole number from 1 to 65535"),
        (ServerSettings, "LEADFLOW_PORT", "70000", "a whole number from 1 to 65535"),
        (
            ServerSettings,
            "LEADFLOW_PUBLIC_URL",
            "leads.example.com",
            "an address without a path, like https://leads.example.com",
        ),
        (AdminSettings, "LEADFLOW_ADMIN_EMAIL", "ada", "an e-mail address like ada@example.com"),
        *(
            (
                NetworkSettings,
                "LEADFLOW_ALLOW_PRIVATE_TARGETS",
                value,
                "address ranges with commas between, like 10.20.0.0/16,fd12:3456::/32",
            )
            for value in ("intranet", "10.20.0.1/16", "10.20.0.0/16;10.30.0.0/16", "fe80::1%eth0")
        ),
    ],
)
def test_a_wrong_value_is_one_sentence(monkeypatch, cls, variable, value, accepted):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        load(cls)
    assert refused.value.message == f"{variable} is {value!r}; it must be {accepted}."
    assert refused.value.field == variable
    assert refused.value.kind is ErrorKind.INVALID


@pytest.mark.parametrize(
    ("cls", "variable", "value", "accepted"),
    [
        (
            DatabaseSettings,
            "DATABASE_URL",
            "mysql://ada:hidden@db/leads",
            "an address like postgresql://user:password@host:5432/leadflow",
        ),
        (
            QueueSettings,
            "REDIS_URL",
            "http://:hidden@broker",
            "an address like redis://:password@host:6379/0",
        ),
        (
            SecretSettings,
            "LEADFLOW_SECRET_KEYS",
            "hidden,hidden",
            "one or more Fernet keys (32 bytes, URL-safe base64) with commas between",
        ),
    ],
)
def test_a_wrong_secret_is_not_repeated(monkeypatch, cls, variable, value, accepted):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        load(cls)
    assert refused.value.message == (
        f"{variable} has a value that cannot be used; it must be {accepted}."
    )


def test_secrets_are_not_shown(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada:hidden@db/leads")
    monkeypatch.setenv("LEADFLOW_ADMIN_PASSWORD", "hidden")
    monkeypatch.setenv("REDIS_URL", "redis://:hidden@broker")
    assert "hidden" not in "".join(repr(load(cls)) for cls in SETTINGS)


def test_a_misspelt_variable_is_named():
    said = unknown_variables({"LEADFLOW_PROT": "1", "LEADFLOW_PORT": "1", "HOME": "/"})
    assert said == ("LEADFLOW_PROT is not a setting of LeadFlow; did you mean LEADFLOW_PORT?",)
