"""The mistakes that products like this were warned about, and what holds each of them off here.

Signatures checked wrongly or not at all (GHSA-mwhf-vhr5-7j23), markup kept in messages
(CVE-2026-24399, CVE-2026-21483), templates that run expressions (CVE-2025-49136, CVE-2026-9558)
and known holes of the web framework (CVE-2024-47874, CVE-2025-62727, CVE-2026-54283): below.

An id that is enough to read another account (CVE-2026-115725, CVE-2026-45349):
`tests/rest/test_access.py`. SQL in filters (CVE-2025-21628): `tests/rest/test_injection.py`.
Formulas in an export (CVE-2018-8092): `tests/rest/test_analytics.py`. Addresses that lead inside
(CVE-2026-75511, CVE-2026-56227, CVE-2026-56261), also by way of media (CVE-2024-39713):
`tests/platform/test_outbound_targets.py`, and `tests/architecture/test_outbound.py` for its being
the only way out.
"""

import json
import re

import pytest

from backend.auth import Actor
from backend.channels import Provider
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.architecture._source import PRODUCT, ROOT, Source, asks, expect_none, sources
from tests.factories import (
    WHATSAPP_CREDENTIALS,
    create_channel,
    create_workspace,
    envelope,
    message,
)
from tests.intake.test_webhooks import SIGNATURE, delivery, send, signed, stored

FLOORS = {"granian": (2, 7, 4), "python-multipart": (0, 0, 32), "starlette": (1, 3, 1)}
MARKUP_OF_TEXT = ("reflex.code_block", "reflex.html", "reflex.markdown")
TEMPLATES = ("jinja2", "mako", "string.Template", "chevron", "django.template")
BODY = json.dumps(envelope(messages=[message()])).encode()
GOOD = signed(BODY)[SIGNATURE]


# Signatures


@pytest.mark.parametrize(
    "header",
    [
        GOOD[:-1],
        GOOD[:20],
        GOOD + "0",
        GOOD + ",",
        GOOD.removeprefix("sha256="),
        GOOD.replace("sha256", "sha1"),
        GOOD.replace("sha256", "SHA256"),
        "sha256=" + "0" * 64,
        "sha256=sha256=" + GOOD,
        signed(b"")[SIGNATURE],
        signed(b"", "")[SIGNATURE],
        signed(BODY, "")[SIGNATURE],
        signed(BODY, "None")[SIGNATURE],
        f"{GOOD}, {GOOD}",
        "ü",
    ],
)
def test_a_signature_that_is_almost_right_is_wrong(actor, whatsapp_channel, header):
    (answer,) = send(delivery(whatsapp_channel, BODY, {SIGNATURE: header.encode()}))
    assert answer.status_code == 401
    assert stored(actor) == []


@pytest.mark.parametrize("name", ["X-Hub-Signature", "X-Signature", "X-Twilio-Signature"])
def test_a_right_signature_in_another_header_is_none(actor, whatsapp_channel, name):
    (answer,) = send(delivery(whatsapp_channel, BODY, {name: GOOD}))
    assert answer.status_code == 401
    assert stored(actor) == []


def test_a_signature_is_of_bytes_and_not_of_their_meaning(actor, whatsapp_channel):
    """JSON that was read and written again is not what was signed."""
    spaced = json.dumps(json.loads(BODY), indent=1).encode()
    (answer,) = send(delivery(whatsapp_channel, spaced, {SIGNATURE: GOOD}))
    assert answer.status_code == 401
    assert stored(actor) == []


def test_the_secret_of_one_workspace_signs_nothing_for_another(actor, whatsapp_channel):
    secret = "the secret of the other app"
    with unit_of_work(SYSTEM) as uow:
        other = Actor.system(create_workspace(uow).id)
    with unit_of_work(other) as uow:
        theirs = create_channel(
            uow,
            other,
            provider=Provider.WHATSAPP_CLOUD,
            credentials=WHATSAPP_CREDENTIALS | {"app_secret": secret},
        )
    answers = send(
        delivery(whatsapp_channel, BODY, signed(BODY, secret)),
        delivery(theirs, BODY, signed(BODY)),
        delivery(theirs, BODY, signed(BODY, secret)),
    )
    assert [answer.status_code for answer in answers] == [401, 401, 200]
    assert stored(actor) == []
    assert len(stored(other)) == 1


@pytest.mark.parametrize("secret", ["", "  "])
def test_a_channel_without_a_secret_takes_nothing(actor, secret):
    credentials = WHATSAPP_CREDENTIALS | {"app_secret": secret}
    with unit_of_work(actor) as uow:
        channel = create_channel(
            uow, actor, provider=Provider.WHATSAPP_CLOUD, credentials=credentials
        )
    answers = send(
        delivery(channel, BODY, signed(BODY, secret)), delivery(channel, BODY, signed(BODY, ""))
    )
    assert [answer.status_code for answer in answers] == [401, 401]
    assert stored(actor) == []


# Text stays text


def test_no_screen_makes_markup_of_text():
    expect_none(
        finding for source in sources("leadflow_app") for finding in asks(source, MARKUP_OF_TEXT)
    )
    assert not [one.path for one in sources("leadflow_app") if "dangerously" in one.text]


def test_no_text_is_run_as_a_template():
    expect_none(finding for source in sources(*PRODUCT) for finding in asks(source, TEMPLATES))


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("import reflex as rx\nrx.markdown(message.text)", MARKUP_OF_TEXT),
        ("import reflex as rx\nrx.html(message.text)", MARKUP_OF_TEXT),
        ("from jinja2 import Template", TEMPLATES),
        ("from string import Template", TEMPLATES),
    ],
)
def test_text_that_is_more_than_text_is_found(text, forbidden):
    assert list(asks(Source("leadflow_app/pages/inbox/thread.py", text), forbidden))


# What we stand on


def locked(lock: str) -> dict[str, tuple[int, ...]]:
    """Return the versions of a lock by package."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\d.]+)", lock, re.MULTILINE)
    return {name: tuple(int(part) for part in version.split(".")) for name, version in found}


def below_its_floor(versions: dict[str, tuple[int, ...]]) -> list[str]:
    return [name for name, floor in FLOORS.items() if versions[name] < floor]


def test_the_web_framework_has_its_holes_mended():
    assert below_its_floor(locked((ROOT / "requirements.lock").read_text())) == []


def test_an_old_version_is_found():
    old = "granian[reload]==2.7.3 \\\npython-multipart==0.0.32 \\\nstarlette==1.10.0 \\\n"
    assert below_its_floor(locked(old)) == ["granian"]
