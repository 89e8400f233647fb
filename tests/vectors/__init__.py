"""The third-party payloads beside this file, by name; sources and licences are in README.md."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Signed:
    """A body, the secret it was signed with, and the `X-Hub-Signature-256` that resulted."""

    secret: str
    body: bytes
    header: str


def _load(path: str) -> Any:
    return json.loads((_HERE / path).read_text(encoding="utf-8"))


def _whatsapp() -> dict[str, dict[str, Any]]:
    """Name each delivery after its file, and after its case where a file holds several."""
    found: dict[str, dict[str, Any]] = {}
    for folder in ("meta-openapi/webhooks", "vaam-meta-whatsapp-rs"):
        for path in sorted((_HERE / folder).glob("*.json")):
            found[path.stem] = _load(f"{folder}/{path.name}")
    for path in sorted((_HERE / "pywa/updates").glob("*.json")):
        cases = _load(f"pywa/updates/{path.name}")
        found |= {f"pywa/{path.stem}/{case}": delivery for case, delivery in cases.items()}
    return found


def signed_by_meta() -> Signed:
    """Return the delivery that Meta really signed."""
    facts = _load("pywa/signed_webhook.json")
    body = (_HERE / "pywa/signed_webhook_body.bin.txt").read_bytes()
    return Signed(facts["app_secret"], body, facts["x_hub_signature_256"])


def hub_signatures() -> list[Signed]:
    """Return the published examples of the signature scheme."""
    cases = _load("hub-signature/sha256_vectors.json")
    return [Signed(case["secret"], case["body"].encode(), case["header"]) for case in cases]


@dataclass(frozen=True, slots=True)
class SignedByTwilio:
    """A call as Twilio makes it: token, address, body, and the `X-Twilio-Signature`."""

    name: str
    token: str
    url: str
    body: bytes
    header: str


def signed_by_twilio() -> list[SignedByTwilio]:
    """Return the recorded examples of the signature scheme, parameters written as a form."""
    cases = _load("twilio/signature_vectors.json")["vectors"]
    return [
        SignedByTwilio(
            name=case["name"],
            token=case["auth_token"],
            url=case["url"],
            body=(case.get("body") or urlencode([tuple(pair) for pair in case["params"]])).encode(),
            header=case["signature"],
        )
        for case in cases
    ]


def meta_bodies(folder: str) -> dict[str, dict[str, Any]]:
    """Return Meta's official bodies of a call (`requests/...`, `responses/...`) by file name."""
    paths = sorted((_HERE / "meta-openapi" / folder).glob("*.json"))
    return {path.stem: _load(f"meta-openapi/{folder}/{path.name}") for path in paths}


WHATSAPP = _whatsapp()
