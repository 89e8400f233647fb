"""Settings from the environment: one class per concern, read through `load`.

A field's description is the accepted form, said to whoever sets it wrongly. A field with
`repr=False` is a secret: its value is never repeated.
"""

import difflib
import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.kit.addresses import Network
from backend.platform.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PREFIX = "LEADFLOW_"
POSTGRES_SCHEMES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*")
A_RATE = "a whole number of requests a minute, from 1 to 1000000"
TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")


def _postgres_url(value: str) -> str:
    scheme, rest = value.split("://", 1)
    if scheme not in POSTGRES_SCHEMES or not rest:
        raise ValueError
    return f"postgresql://{rest}"


def _redis_url(value: str) -> str:
    if urlsplit(value).scheme not in REDIS_SCHEMES:
        raise ValueError
    return value


def _web_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


def _bucket_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment or "@" in value:
        raise ValueError
    return value.rstrip("/")


def _email(value: str) -> str:
    name, _, domain = value.strip().rpartition("@")
    if not name or not domain or " " in value.strip():
        raise ValueError
    return value.strip()


def _fernet_keys(value: SecretStr) -> SecretStr:
    keys = [key.strip() for key in value.get_secret_value().split(",") if key.strip()]
    if not keys:
        raise ValueError
    for key in keys:
        Fernet(key)
    return SecretStr(",".join(keys))


def _networks(value: str | tuple[Network, ...]) -> tuple[Network, ...]:
    if not isinstance(value, str):
        return value
    if "%" in value:  # the zone of an address, which a range has not
        raise ValueError
    ranges = (part.strip() for part in value.split(","))
    return tuple(ip_network(part) for part in ranges if part)


def _host_names(value: str | tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, str):
        return value
    names = [part.strip().lower().rstrip(".") for part in value.split(",") if part.strip()]
    if not all(HOST_NAME.fullmatch(name) for name in names):
        raise ValueError
    return tuple(names)


def _bearer_token(value: SecretStr) -> SecretStr:
    if not TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError
    return value


class DatabaseSettings(BaseSettings):
    """Where the database is; empty means the embedded server of the data directory."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    database_url: Annotated[str, AfterValidator(_postgres_url)] | None = Field(
        None,
        repr=False,
        description="an address like postgresql://user:password@host:5432/leadflow",
    )


class QueueSettings(BaseSettings):
    """Where the queue's broker is; empty means the database itself."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    redis_url: Annotated[str, AfterValidator(_redis_url)] | None = Field(
        None, repr=False, description="an address like redis://:password@host:6379/0"
    )


class ServerSettings(BaseSettings):
    """Where the web process listens and how the world reaches it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    host: str = Field(
        "127.0.0.1", min_length=1, description="an address of this machine, like 127.0.0.1"
    )
    port: int = Field(8000, ge=1, le=65535, description="a whole number from 1 to 65535")
    public_url: Annotated[str, AfterValidator(_web_url)] | None = Field(
        None, description="an address without a path, like https://leads.example.com"
    )


class DataSettings(BaseSettings):
    """Where everything that must be kept is stored."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    data_dir: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        PROJECT_ROOT / ".data", description="a directory that LeadFlow may write to"
    )


class MediaSettings(BaseSettings):
    """Where the files of messages are kept; empty means the data directory.

    The endpoint and the keys are those of an S3-compatible service; without them the ways of
    Amazon's own tools hold (its variables, its instance roles).
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    media_url: Annotated[str, AfterValidator(_bucket_url)] | None = Field(
        None, description="a bucket and perhaps a prefix in it, like s3://bucket/prefix"
    )
    media_endpoint: Annotated[str, AfterValidator(_web_url)] | None = Field(
        None, description="an address without a path, like https://s3.example.com"
    )
    media_region: str | None = Field(None, description="the name of a region, like eu-central-1")
    media_access_key: SecretStr | None = Field(None, repr=False, description="an access key id")
    media_secret_key: SecretStr | None = Field(
        None, repr=False, description="the secret of the access key"
    )


class SecretSettings(BaseSettings):
    """The keys that seal credentials: the first one seals, every one opens."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    secret_keys: Annotated[SecretStr, AfterValidator(_fernet_keys)] | None = Field(
        None,
        repr=False,
        description="one or more Fernet keys (32 bytes, URL-safe base64) with commas between",
    )


class AdminSettings(BaseSettings):
    """The first administrator; without a password one is made up and printed once."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    admin_email: Annotated[str, AfterValidator(_email)] | None = Field(
        None, description="an e-mail address like ada@example.com"
    )
    admin_password: SecretStr | None = Field(None, repr=False, description="a password")


class NetworkSettings(BaseSettings):
    """Where calls to addresses that users gave may go, besides the public internet."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    allow_private_targets: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = (
        Field(
            (), description="address ranges with commas between, like 10.20.0.0/16,fd12:3456::/32"
        )
    )


class DoorSettings(BaseSettings):
    """Under which names the web process answers, through whom, and to whom its counters."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_host_names)] = Field(
        (), description="host names with commas between, like leads.example.com,leads.internal"
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        (), description="address ranges with commas between, like 10.20.0.0/16,fd12:3456::/32"
    )
    metrics_token: Annotated[SecretStr, AfterValidator(_bearer_token)] | None = Field(
        None,
        repr=False,
        description="at least 16 letters, digits or any of . _ ~ + / = -",
    )


class RateSettings(BaseSettings):
    """How many requests a minute; whoever sends more is told when to come back."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    rate_per_key: int = Field(6000, ge=1, le=1_000_000, description=A_RATE)
    rate_per_address: int = Field(600, ge=1, le=1_000_000, description=A_RATE)
    rate_sign_in: int = Field(60, ge=1, le=1_000_000, description=A_RATE)


SETTINGS: tuple[type[BaseSettings], ...] = (
    DatabaseSettings,
    QueueSettings,
    ServerSettings,
    DataSettings,
    MediaSettings,
    SecretSettings,
    AdminSettings,
    NetworkSettings,
    DoorSettings,
    RateSettings,
)

Settings = TypeVar("Settings", bound=BaseSettings)


def load(cls: type[Settings]) -> Settings:
    """Read one class of settings; raises `SettingsError` naming the variable and its form."""
    try:
        return cls()
    except ValidationError as error:
        raise _in_words(cls, error) from None


def load_all() -> None:
    """Read every class of settings once, so that a wrong value fails at the start."""
    for cls in SETTINGS:
        load(cls)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Say, one sentence each, which `LEADFLOW_*` variables no setting reads."""
    known = sorted(variable_name(cls, field) for cls in SETTINGS for field in cls.model_fields)
    strangers = [
        name for name in sorted(environment) if name.startswith(PREFIX) and name not in known
    ]
    return tuple(_stranger_in_words(name, known) for name in strangers)


def variable_name(cls: type[BaseSettings], field: str) -> str:
    """Return the environment variable behind a field."""
    return f"{cls.model_config.get('env_prefix', '')}{field}".upper()


def _stranger_in_words(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else "."
    return f"{name} is not a setting of LeadFlow{hint}"


def _in_words(cls: type[BaseSettings], error: ValidationError) -> SettingsError:
    problem = error.errors(include_url=False)[0]
    name = str(problem["loc"][0])
    field: FieldInfo = cls.model_fields[name]
    variable = variable_name(cls, name)
    given = f"is {problem['input']!r}" if field.repr else "has a value that cannot be used"
    message = f"{variable} {given}; it must be {field.description}."
    return SettingsError(message, field=variable, expected=field.description)
