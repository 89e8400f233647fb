"""What an adapter answers for features that its provider does not offer."""

from collections.abc import Sequence
from typing import NoReturn

from backend.channels.errors import NotOffered
from backend.channels.events import Identity, MediaReference
from backend.channels.ports import (
    Access,
    AccountFacts,
    Acknowledgement,
    Feature,
    MediaLocation,
    Provider,
    SendReceipt,
    Template,
)


class Unoffered:
    """The base of adapters: every optional call refuses until an adapter declares and does it."""

    provider: Provider
    acknowledgement: Acknowledgement = Acknowledgement()
    routing_field: str | None = None

    def mark_read(self, access: Access, provider_message_id: str) -> None:
        """Refuse."""
        del access, provider_message_id
        self._refuse(Feature.MARK_READ)

    def probe(self, access: Access) -> AccountFacts:
        """Refuse."""
        del access
        self._refuse(Feature.PROBE)

    def list_templates(self, access: Access) -> Sequence[Template]:
        """Refuse."""
        del access
        self._refuse(Feature.LIST_TEMPLATES)

    def create_template(self, access: Access, template: Template) -> Template:
        """Refuse."""
        del access, template
        self._refuse(Feature.CREATE_TEMPLATE)

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Refuse."""
        del access, media
        self._refuse(Feature.MEDIA)

    def look_up(self, access: Access, *, reference: str, recipient: Identity) -> SendReceipt | None:
        """Refuse."""
        del access, reference, recipient
        self._refuse(Feature.LOOK_UP)

    def _refuse(self, feature: Feature) -> NoReturn:
        what = feature.replace("_", " ")
        message = f"{self.provider} offers no such thing through LeadFlow: {what}"
        raise NotOffered(message)
