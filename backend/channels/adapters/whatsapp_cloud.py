"""Meta's WhatsApp Cloud API: its handshake, its signature, its deliveries and its calls.

The Graph API is versioned: calls go to the one that this adapter was written for. There is no way
to look up what became of a message; our reference comes back with its statuses.
"""

import hmac
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from backend.channels.adapters.reading import read_body
from backend.channels.adapters.unoffered import Unoffered
from backend.channels.adapters.whatsapp_cloud_calls import GRAPH, VERSION, GraphApi, pages, segment
from backend.channels.adapters.whatsapp_cloud_deliveries import read_delivery
from backend.channels.adapters.whatsapp_cloud_media import at_meta, find_file
from backend.channels.adapters.whatsapp_cloud_number import NumberAsked, read_number
from backend.channels.adapters.whatsapp_cloud_sending import hand_over, tell_read
from backend.channels.adapters.whatsapp_cloud_templates import (
    TEMPLATE_FIELDS,
    handed_in,
    read_template,
    template_body,
)
from backend.channels.errors import CredentialsRefused, Fault, NotOffered, SendRefused
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

_SIGNATURE = "x-hub-signature-256"
_PAGE_SIZE = "100"


class WhatsAppCloudCredentials(BaseModel):
    """What Meta's app dashboard shows; a channel that only receives needs no access token.

    An empty `app_secret` accepts no delivery, an empty `verify_token` no handshake. While the
    secret is being rotated, `previous_app_secret` is accepted beside it. Templates need the
    `waba_id`; with the `app_id`, Meta also tells when the access token expires.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    app_secret: SecretStr
    verify_token: SecretStr
    phone_number_id: str = Field(min_length=1)
    access_token: SecretStr = SecretStr("")
    waba_id: str = ""
    app_id: str = ""
    previous_app_secret: SecretStr | None = None


class WhatsAppCloudAdapter(Unoffered):
    """The Cloud API, for one phone number of a WhatsApp Business Account."""

    provider: Provider = Provider.WHATSAPP_CLOUD
    credentials_model: type[BaseModel] = WhatsAppCloudCredentials
    routing_field: str | None = "phone_number_id"
    features: frozenset[Feature] = frozenset(Feature) - {Feature.LOOK_UP}

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Answer the challenge of whoever knows the verify token."""
        if not isinstance(credentials, WhatsAppCloudCredentials):
            return None
        token = credentials.verify_token.get_secret_value()
        is_known = _is_same(token, query.get("hub.verify_token", ""))
        if not token or not is_known or query.get("hub.mode") != "subscribe":
            return None
        return query.get("hub.challenge") or None

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Compare `X-Hub-Signature-256` with the HMAC of the bytes under the app secret."""
        if not isinstance(credentials, WhatsAppCloudCredentials):
            return False
        given = request.headers.get(_SIGNATURE, "")
        secrets = (credentials.app_secret, credentials.previous_app_secret)
        keys = [secret.get_secret_value() for secret in secrets if secret]
        verdicts = [_is_same(signature(key, request.body), given) for key in keys if key]
        return any(verdicts)

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read every update of a delivery; raises `MalformedDelivery`."""
        return read_delivery(read_body(body))

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Hand a message over, once; our reference comes back with its statuses."""
        return hand_over(_api(access), f"{_number(access)}/messages", message)

    def mark_read(self, access: Access, provider_message_id: str) -> None:
        """Show the customer that a message was read."""
        tell_read(_api(access), f"{_number(access)}/messages", provider_message_id)

    def probe(self, access: Access) -> AccountFacts:
        """Ask for the number, its allowance, its account, and when the token expires.

        Raises `SendRefused` (`wrong_waba`) when the number is none of the account's.
        """
        credentials = _credentials(access)
        asked = NumberAsked(
            number=_number(access),
            number_id=credentials.phone_number_id,
            waba=_waba(credentials) if credentials.waba_id else None,
            app_token=_app_token(access, credentials),
            token=credentials.access_token.get_secret_value(),
        )
        return read_number(_api(access), asked)

    def list_templates(self, access: Access) -> Sequence[Template]:
        """Return every template of the account; raises `SendRefused` without a `waba_id`."""
        query = {"fields": TEMPLATE_FIELDS, "limit": _PAGE_SIZE}
        found = pages(_api(access), f"{_owner(access)}/message_templates", query)
        return tuple(template for raw in found if (template := read_template(raw)))

    def create_template(self, access: Access, template: Template) -> Template:
        """Hand a template in for review."""
        path = f"{_owner(access)}/message_templates"
        return handed_in(template, _api(access).hand_in(path, template_body(template)))

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Ask for the address of a file, which holds for five minutes.

        Raises `SendRefused` for an address elsewhere: the token would leave with the call.
        """
        api = _api(access)
        if media.provider_media_id is None:
            url = at_meta(api, media.url or "")
            return MediaLocation(url=url, headers=api.headers, mime_type=media.mime_type)
        owner = {"phone_number_id": _credentials(access).phone_number_id}
        path = f"/{VERSION}/{segment(media.provider_media_id)}"
        return find_file(api, path, owner, place=at_meta)


def signature(key: str, body: bytes) -> str:
    """Return the header with which Meta signs a body under an app secret."""
    return f"sha256={hmac.digest(key.encode(), body, 'sha256').hex()}"


def _is_same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def _credentials(access: Access) -> WhatsAppCloudCredentials:
    if isinstance(access.credentials, WhatsAppCloudCredentials):
        return access.credentials
    message = "these credentials are another provider's"
    raise NotOffered(message)


def _api(access: Access) -> GraphApi:
    """Return Meta's API as the access token opens it; without a token nothing is called."""
    token = _credentials(access).access_token.get_secret_value()
    if not token:
        code, title = "no_access_token", "The channel has no access token; it only receives."
        raise CredentialsRefused(code, title)
    return _opened_with(access, token)


def _opened_with(access: Access, token: str) -> GraphApi:
    known = _credentials(access)
    secrets = (known.access_token, known.app_secret, known.previous_app_secret, known.verify_token)
    return GraphApi(
        name="Meta",
        base=(access.base_url or GRAPH).rstrip("/"),
        headers={"Authorization": f"Bearer {token}"},
        secrets=tuple(secret.get_secret_value() for secret in secrets if secret),
        is_replaced=access.base_url is not None,
    )


def _app_token(access: Access, credentials: WhatsAppCloudCredentials) -> GraphApi | None:
    """Return Meta's API as the app itself opens it, which may ask about its tokens."""
    secret = credentials.app_secret.get_secret_value()
    if not credentials.app_id or not secret:
        return None
    return _opened_with(access, f"{credentials.app_id}|{secret}")


def _number(access: Access) -> str:
    return f"/{VERSION}/{segment(_credentials(access).phone_number_id)}"


def _waba(credentials: WhatsAppCloudCredentials) -> str:
    return f"/{VERSION}/{segment(credentials.waba_id)}"


def _owner(access: Access) -> str:
    credentials = _credentials(access)
    if not credentials.waba_id:
        title = "Templates belong to a WhatsApp Business Account; its ID (waba_id) is missing."
        code = "no_waba"
        raise SendRefused(code, title, fault=Fault.CONFIG)
    return _waba(credentials)
