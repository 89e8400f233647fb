"""Twilio's WhatsApp: its signature, its webhooks, its Messages and its Content API.

A delivery is a form with one event. Twilio signs the address that it calls and every parameter,
without a moment: only the ids of messages tell a repetition. It repeats for 15 seconds, never
later. It has neither an idempotency key nor an opaque field, so nothing can be looked up by our
reference; buttons, and what else goes beyond text and files, need a Content of their own.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    objects,
    optional_object,
    words,
)
from backend.channels.adapters.twilio_calls import (
    API,
    CONTENT,
    MESSAGING,
    base_of,
    basic_auth,
    get,
    post,
)
from backend.channels.adapters.twilio_messages import WHATSAPP, read_event, read_form
from backend.channels.adapters.twilio_templates import numbered, read_template
from backend.channels.adapters.unoffered import Unoffered
from backend.channels.errors import Fault, NotOffered, SendRefused, SendUnknown
from backend.channels.events import InboundEvent, MediaReference, RejectedItem
from backend.channels.outgoing import (
    ButtonsContent,
    MediaContent,
    Outbound,
    TemplateContent,
    TextContent,
)
from backend.channels.ports import (
    Access,
    AccountFacts,
    Acknowledgement,
    Feature,
    MediaLocation,
    Provider,
    SendReceipt,
    SignedRequest,
    Template,
)
from backend.kit.phone import trusted_e164

_SIGNATURE = "x-twilio-signature"
_BODY_HASH = "bodySHA256"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# How a form is written (WHATWG URL, "urlencoded serializing"); otherwise two bodies were one form.
_AS_WRITTEN = re.compile(rb"(?:[!-$&-~]|%[0-9A-F]{2})*")
_TWILIO_FILE = re.compile(r"https://(?:[a-z0-9-]+\.)+twilio\.com(/[!-~]*)")
_PAGE_SIZE = 100
_MAX_PAGES = 100
_QUALITIES = {"HIGH": "green", "MEDIUM": "yellow", "LOW": "red"}
_LIMIT = re.compile(r"([0-9]+)(K?)\b", re.IGNORECASE)
_IS_WELL = frozenset({"ONLINE", "ONLINE:UPDATING"})


class TwilioCredentials(BaseModel):
    """What Twilio's console shows; the token is that of the account which owns the number.

    An empty `auth_token` accepts no delivery. While the token is being rotated,
    `previous_auth_token` is accepted beside it. With a `messaging_service_sid`, that service
    sends in the place of the number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    account_sid: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9]+$")
    auth_token: SecretStr
    previous_auth_token: SecretStr | None = None
    messaging_service_sid: str = ""


class TwilioAdapter(Unoffered):
    """Twilio's Programmable Messaging for WhatsApp."""

    provider: Provider = Provider.TWILIO
    credentials_model: type[BaseModel] = TwilioCredentials
    acknowledgement: Acknowledgement = Acknowledgement("text/xml; charset=utf-8", "<Response/>")
    features: frozenset[Feature] = frozenset(
        {
            Feature.SEND_TEXT,
            Feature.SEND_MEDIA,
            Feature.SEND_TEMPLATE,
            Feature.PROBE,
            Feature.LIST_TEMPLATES,
            Feature.MEDIA,
        }
    )

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Refuse: Twilio makes no subscription check."""
        del credentials, query

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Compare `X-Twilio-Signature` with the HMAC-SHA1 of the address and the parameters.

        Twilio may call with or without the default port, so both are tried. A body of JSON is
        covered by its hash in the address (Twilio, "Validating requests are coming from Twilio").
        """
        if not isinstance(credentials, TwilioCredentials):
            return False
        signed = _parameters(request)
        if signed is None:
            return False
        secrets = (credentials.auth_token, credentials.previous_auth_token)
        keys = [secret.get_secret_value() for secret in secrets if secret]
        given = request.headers.get(_SIGNATURE, "").encode(errors="replace")
        verdicts = [
            hmac.compare_digest(_signature(key, url, signed), given)
            for key in keys
            if key
            for url in _spellings(request.url)
        ]
        return any(verdicts)

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read the event of a form; its moment is `UNTOLD`. Raises `MalformedDelivery`."""
        try:
            return (read_event(read_form(body)),)
        except Unreadable as fault:
            return (RejectedItem(position="From", reason=str(fault)),)

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Send with the number, or with the messaging service; our reference stays behind."""
        credentials = _credentials(access)
        content = message.content
        if message.quoted_provider_id:
            self._refuse(Feature.QUOTE)
        if isinstance(content, ButtonsContent):
            self._refuse(Feature.SEND_BUTTONS)
        form = {
            "To": f"{WHATSAPP}{_recipient(message)}",
            **_sender(access, credentials),
            **_content(content),
        }
        if access.webhook_url:
            form["StatusCallback"] = access.webhook_url
        said = post(access, f"{_account(credentials)}/Messages.json", form, _auth(credentials))
        sid = identifier(said.get("sid"))
        if sid is None:
            said_nothing = "Twilio accepted the message without an id"
            raise SendUnknown(said_nothing)
        return SendReceipt(provider_message_id=sid)

    def probe(self, access: Access) -> AccountFacts:
        """Ask for the account, and for the number among its WhatsApp senders."""
        credentials = _credentials(access)
        auth = _auth(credentials)
        account = get(access, API, f"{_account(credentials)}.json", auth)
        return _facts(access, account, _find_sender(access, auth))

    def list_templates(self, access: Access) -> Sequence[Template]:
        """Return every Content with its review by WhatsApp."""
        path = f"/v1/ContentAndApprovals?PageSize={_PAGE_SIZE}"
        auth = _auth(_credentials(access))
        pages = _pages(access, CONTENT, path, auth)
        found = (read_template(item) for page in pages for item in objects(page.get("contents")))
        return tuple(template for template in found if template)

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Return the address that the webhook gave, with basic authentication for Twilio alone.

        Raises `SendRefused` for an address elsewhere: the token would leave with the call.
        """
        url = _file_url(access, media.url or "")
        if url is None:
            code, title = "foreign_media", "the file is at no address of Twilio's"
            raise SendRefused(code, title)
        headers = _auth(_credentials(access))
        return MediaLocation(url=url, headers=headers, mime_type=media.mime_type)


def _parameters(request: SignedRequest) -> bytes | None:
    """Return what is signed beside the address, or `None` when the body is not what was signed."""
    hashes = parse_qs(urlsplit(request.url).query, keep_blank_values=True).get(_BODY_HASH)
    if hashes is not None:
        digest = hashlib.sha256(request.body).hexdigest()
        return b"" if hmac.compare_digest(digest.encode(), hashes[0].encode()) else None
    if not _AS_WRITTEN.fullmatch(request.body):
        return None
    pairs = {_pair(piece) for piece in request.body.split(b"&") if piece}
    return b"".join(name + value for name, value in sorted(pairs))


def _pair(piece: bytes) -> tuple[bytes, bytes]:
    name, _, value = piece.replace(b"+", b" ").partition(b"=")
    return unquote_to_bytes(name), unquote_to_bytes(value)


def _spellings(url: str) -> Iterator[str]:
    """Write an address as it is, and with the default port the other way round."""
    yield url
    scheme, separator, rest = url.partition("://")
    place = re.match(r"[^/?#]*", rest)
    port = _DEFAULT_PORTS.get(scheme)
    if place is None or port is None:
        return
    host, behind = place.group(), rest[place.end() :]
    if host.endswith(port):
        yield f"{scheme}{separator}{host.removesuffix(port)}{behind}"
    elif not re.search(r":[0-9]+$", host):
        yield f"{scheme}{separator}{host}{port}{behind}"


def _signature(key: str, url: str, parameters: bytes) -> bytes:
    signed = url.encode(errors="replace") + parameters
    return base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha1).digest())


def _credentials(access: Access) -> TwilioCredentials:
    if isinstance(access.credentials, TwilioCredentials):
        return access.credentials
    message = "these credentials are another provider's"
    raise NotOffered(message)


def _auth(credentials: TwilioCredentials) -> Mapping[str, str]:
    return basic_auth(credentials.account_sid, credentials.auth_token.get_secret_value())


def _account(credentials: TwilioCredentials) -> str:
    return f"/2010-04-01/Accounts/{quote(credentials.account_sid, safe='')}"


def _number(access: Access) -> str:
    return trusted_e164(access.address.removeprefix(WHATSAPP)) or access.address


def _sender(access: Access, credentials: TwilioCredentials) -> Mapping[str, str]:
    if credentials.messaging_service_sid:
        return {"MessagingServiceSid": credentials.messaging_service_sid}
    return {"From": f"{WHATSAPP}{_number(access)}"}


def _recipient(message: Outbound) -> str:
    found = message.recipient.phone or message.recipient.bsuid
    if found is None:
        code, title = "no_recipient", "Twilio sends to a phone number or a user id; there is none"
        raise SendRefused(code, title)
    return found


def _content(content: TextContent | MediaContent | TemplateContent) -> Mapping[str, str]:
    if isinstance(content, TextContent):
        return {"Body": content.text}
    if isinstance(content, TemplateContent):
        return _template(content)
    return {"MediaUrl": content.url, **({"Body": content.caption} if content.caption else {})}


def _template(template: TemplateContent) -> Mapping[str, str]:
    if not template.provider_template_id:
        code, title = "no_content_sid", "Twilio sends a template by the id of its Content (HX...)"
        raise SendRefused(code, title, fault=Fault.TEMPLATE)
    values = numbered(template)
    form = {"ContentSid": template.provider_template_id}
    return form | ({"ContentVariables": json.dumps(values)} if values else {})


def _pages(access: Access, host: str, path: str, auth: Mapping[str, str]) -> Iterator[Object]:
    """Read page after page; the next is asked for at the same host, wherever it is said to be."""
    for _ in range(_MAX_PAGES):
        page = get(access, host, path, auth)
        yield page
        meta = optional_object(page.get("meta"))
        next_url = urlsplit(words(meta.get("next_page_url")) or "")
        if not next_url.query:
            return
        path = f"{path.partition('?')[0]}?{next_url.query}"


def _find_sender(access: Access, auth: Mapping[str, str]) -> Object | None:
    """Return the number's sender; nothing when Twilio's list of senders cannot be had."""
    query = urlencode({"Channel": "whatsapp", "PageSize": _PAGE_SIZE})
    wanted = f"{WHATSAPP}{_number(access)}"
    pages = _pages(access, MESSAGING, f"/v2/Channels/Senders?{query}", auth)
    senders = (sender for page in pages for sender in objects(page.get("senders")))
    try:
        return next((one for one in senders if one.get("sender_id") == wanted), None)
    except (SendRefused, SendUnknown):
        return {}


def _facts(access: Access, account: Object, sender: Object | None) -> AccountFacts:
    properties = optional_object((sender or {}).get("properties"))
    return AccountFacts(
        display_number=_number(access),
        verified_name=words(optional_object((sender or {}).get("profile")).get("name")),
        quality=_QUALITIES.get((words(properties.get("quality_rating")) or "").upper()),
        messaging_limit=_limit(words(properties.get("messaging_limit")) or ""),
        warnings=tuple(_warnings(access, account, sender)),
    )


def _warnings(access: Access, account: Object, sender: Object | None) -> Iterator[str]:
    status = words(account.get("status")) or "unknown"
    if status != "active":
        yield f"The account's status at Twilio is {status}."
    if account.get("type") == "Trial":
        yield "It is a trial account, which writes to verified numbers only."
    if sender is None:
        yield f"{_number(access)} is none of the account's WhatsApp senders."
    elif sender and (state := words(sender.get("status"))) not in _IS_WELL:
        yield f"The sender's status at Twilio is {state}."


def _limit(said: str) -> int | None:
    """Read how many people a day, as in "10K Customers/24hr"."""
    found = _LIMIT.match(said)
    return int(found[1]) * (1000 if found[2] else 1) if found else None


def _file_url(access: Access, url: str) -> str | None:
    base = base_of(access, API)
    if access.base_url and url.startswith(f"{base}/"):
        return url
    found = _TWILIO_FILE.fullmatch(url)
    if found is None:
        return None
    return f"{base}{found[1]}" if access.base_url else url
