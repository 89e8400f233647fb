"""360dialog: the Cloud API through its hub, with one API key for each number.

Bodies and deliveries are Meta's. Nobody signs a delivery: 360dialog adds the headers that were set
with the webhook's address, so a secret among them proves who sends. The proof covers no body.
Source: 360dialog, "Messaging API" and "Webhook configuration".
"""

import base64
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, SecretStr

from backend.channels.adapters.reading import Object, objects, optional_object, read_body, words
from backend.channels.adapters.unoffered import Unoffered
from backend.channels.adapters.whatsapp_cloud_calls import GraphApi, segment
from backend.channels.adapters.whatsapp_cloud_deliveries import (
    is_delivery,
    read_bare_value,
    read_delivery,
)
from backend.channels.adapters.whatsapp_cloud_media import at_hub, find_file
from backend.channels.adapters.whatsapp_cloud_sending import hand_over, tell_read
from backend.channels.adapters.whatsapp_cloud_templates import (
    handed_in,
    read_template,
    template_body,
)
from backend.channels.errors import CredentialsRefused, NotOffered
from backend.channels.events import InboundEvent, MediaReference
from backend.channels.outgoing import Outbound
from backend.channels.ports import (
    Access,
    AccountFacts,
    Feature,
    MediaLocation,
    Provider,
    SendReceipt,
    SignedRequest,
    Template,
)

HUB: Final = "https://waba-v2.360dialog.io"
SECRET_HEADER: Final = "x-webhook-secret"  # noqa: S105  the name of a header
BASIC_USER: Final = "leadflow"
_TEMPLATES = "/v1/configs/templates"
_PAGE_SIZE = 100
_MAX_PAGES = 100
_BARE = frozenset({"messages", "statuses", "contacts", "errors"})
_ENTITIES = {
    "PHONE_NUMBER": "the number",
    "WABA": "the WhatsApp Business Account",
    "BUSINESS": "the business portfolio",
    "APP": "360dialog's app",
}


class Dialog360Credentials(BaseModel):
    """What 360dialog's hub shows, and the secret that is set among the webhook's headers.

    The secret travels as `X-Webhook-Secret`, or as the password of basic authentication for the
    user `leadflow`. An empty one accepts no delivery. While it is being rotated,
    `previous_webhook_secret` is accepted beside it. The `phone_number_id` is needed only where
    one webhook serves several numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    api_key: SecretStr
    webhook_secret: SecretStr
    phone_number_id: str = ""
    previous_webhook_secret: SecretStr | None = None


class Dialog360Adapter(Unoffered):
    """The Cloud API as 360dialog passes it on."""

    provider: Provider = Provider.DIALOG360
    routing_field: str | None = "phone_number_id"
    credentials_model: type[BaseModel] = Dialog360Credentials
    features: frozenset[Feature] = frozenset(Feature) - {Feature.HANDSHAKE, Feature.LOOK_UP}

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Refuse: 360dialog makes no subscription check."""
        del credentials, query

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Compare the secret among the headers with the one that was set."""
        if not isinstance(credentials, Dialog360Credentials):
            return False
        secrets = (credentials.webhook_secret, credentials.previous_webhook_secret)
        keys = [secret.get_secret_value() for secret in secrets if secret]
        given = request.headers.get(SECRET_HEADER, "")
        basic = request.headers.get("authorization", "")
        verdicts = [
            verdict
            for key in keys
            if key
            for verdict in (_is_same(key, given), _is_same(basic_header(key), basic))
        ]
        return any(verdicts)

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read a delivery of Meta's shape, or the value alone as 360dialog once sent it.

        Raises `MalformedDelivery`.
        """
        delivery = read_body(body)
        if not is_delivery(delivery) and "entry" not in delivery and delivery.keys() & _BARE:
            return read_bare_value(delivery)
        return read_delivery(delivery)

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Hand a message over, once; our reference comes back with its statuses."""
        return hand_over(_api(access), "/messages", message)

    def mark_read(self, access: Access, provider_message_id: str) -> None:
        """Show the customer that a message was read."""
        tell_read(_api(access), "/messages", provider_message_id)

    def probe(self, access: Access) -> AccountFacts:
        """Ask whether the number may send; 360dialog tells neither its name nor its allowance."""
        health = optional_object(_api(access).get("/health_status").get("health_status"))
        return AccountFacts(warnings=tuple(_warnings(health)))

    def list_templates(self, access: Access) -> Sequence[Template]:
        """Return every template of the account, all pages of them."""
        found = _pages(_api(access))
        return tuple(template for raw in found if (template := read_template(raw)))

    def create_template(self, access: Access, template: Template) -> Template:
        """Hand a template in for review."""
        return handed_in(template, _api(access).hand_in(_TEMPLATES, template_body(template)))

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Ask for the address of a file; it is fetched by 360dialog's host in place of Meta's.

        Raises `SendRefused` for an address elsewhere: the key would leave with the call.
        """
        api = _api(access)
        if media.provider_media_id is None:
            url = at_hub(api, media.url or "")
            return MediaLocation(url=url, headers=api.headers, mime_type=media.mime_type)
        return find_file(api, f"/{segment(media.provider_media_id)}", place=at_hub)


def basic_header(secret: str) -> str:
    """Return the header of basic authentication under a secret."""
    token = base64.b64encode(f"{BASIC_USER}:{secret}".encode()).decode()
    return f"Basic {token}"


def _is_same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def _api(access: Access) -> GraphApi:
    """Return 360dialog's API as the key opens it; raises `CredentialsRefused` without a key."""
    known = access.credentials
    if not isinstance(known, Dialog360Credentials):
        message = "these credentials are another provider's"
        raise NotOffered(message)
    key = known.api_key.get_secret_value()
    if not key:
        code, title = "no_api_key", "The channel has no API key; it only receives."
        raise CredentialsRefused(code, title)
    secrets = (known.api_key, known.webhook_secret, known.previous_webhook_secret)
    return GraphApi(
        name="360dialog",
        base=(access.base_url or HUB).rstrip("/"),
        headers={"D360-API-KEY": key},
        secrets=tuple(secret.get_secret_value() for secret in secrets if secret),
        is_replaced=access.base_url is not None,
    )


def _pages(api: GraphApi) -> Iterator[Object]:
    """Read page after page; a page that adds nothing is the last, whatever total is told."""
    offset = 0
    for _ in range(_MAX_PAGES):
        query = {"limit": str(_PAGE_SIZE), "offset": str(offset)}
        page = api.get(_TEMPLATES, query)
        items = objects(page.get("waba_templates")) or objects(page.get("data"))
        yield from items
        offset += len(items)
        total = words(page.get("total")) or ""
        if not items or not total.isdigit() or offset >= int(total):
            return


def _warnings(health: Object) -> Iterator[str]:
    for entity in objects(health.get("entities")):
        said = (words(entity.get("can_send_message")) or "").upper()
        if said in {"LIMITED", "BLOCKED"}:
            who = _ENTITIES.get(words(entity.get("entity_type")) or "", "the account")
            yield f"Meta says that {who} is {said.lower()} in sending{_why(entity)}."


def _why(entity: Object) -> str:
    errors = objects(entity.get("errors"))
    told = words(errors[0].get("error_description")) if errors else None
    return f": {told.rstrip('.')}" if told else ""
