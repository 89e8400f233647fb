"""Every SQL statement about contacts; set-based, a batch at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, tuple_
from sqlmodel import col, select

from backend.contacts.models import Contact
from backend.contacts.policy import Key, forms_of
from backend.contacts.schemas import Merge
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.kit.phone import containing_number
from backend.platform.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenIdentifier:
    """An identifier of a contact and when it was last seen."""

    contact_id: UUID
    key: Key
    shown: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenName:
    """What a contact called themselves at some time."""

    contact_id: UUID
    name: str | None
    username: str | None
    seen_at: datetime


class ContactRepository:
    """The contacts of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def holders(self, keys: Iterable[Key]) -> dict[Key, UUID]:
        """Return which contact holds which identifier, in whatever form it was kept."""
        wanted = {form: key for key in sorted(set(keys)) for form in forms_of(key)}
        found = self._uow.execute(
            """
            SELECT i.kind, i.value, i.contact_id
            FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS w(kind, value)
            JOIN contact_identifier AS i
              ON i.workspace_id = :workspace_id AND i.kind = w.kind AND i.value = w.value
            """,
            {
                "workspace_id": self._workspace_id,
                "kinds": [kind for kind, _ in wanted],
                "values": [value for _, value in wanted],
            },
        )
        held = {(row.kind, row.value): row.contact_id for row in found}
        return {
            wanted[form]: held[form] for form in sorted(held, key=lambda form: form == wanted[form])
        }

    def insert(self, contact_ids: Sequence[UUID], *, seen_at: datetime) -> None:
        """Add bare contacts; `fold` fills them in."""
        if not contact_ids:
            return
        self._uow.write(
            "INSERT INTO contact (id, workspace_id, last_seen_at, created_at)"
            " SELECT id, :workspace_id, :seen_at, :now FROM unnest(CAST(:ids AS uuid[])) AS id",
            {
                "workspace_id": self._workspace_id,
                "ids": list(contact_ids),
                "seen_at": seen_at,
                "now": self._uow.now,
            },
        )

    def identify(self, seen: Sequence[SeenIdentifier]) -> None:
        """Attach identifiers to their contacts, keeping when each was last seen."""
        newest: dict[Key, SeenIdentifier] = {}
        for item in sorted(seen, key=lambda item: (item.key, item.seen_at, item.shown)):
            newest[item.key] = item
        rows = list(newest.values())
        self._uow.write(
            """
            INSERT INTO contact_identifier
              (id, workspace_id, contact_id, kind, value, shown, seen_at)
            SELECT s.id, :workspace_id, s.contact_id, s.kind, s.value, s.shown, s.seen_at
            FROM unnest(CAST(:ids AS uuid[]), CAST(:contacts AS uuid[]), CAST(:kinds AS text[]),
                        CAST(:values AS text[]), CAST(:shown AS text[]),
                        CAST(:times AS timestamptz[]))
              AS s(id, contact_id, kind, value, shown, seen_at)
            ON CONFLICT (workspace_id, kind, value) DO UPDATE
            SET contact_id = excluded.contact_id,
                shown = CASE WHEN (excluded.seen_at, excluded.shown)
                    >= (contact_identifier.seen_at,
                        COALESCE(contact_identifier.shown, contact_identifier.value))
                    THEN excluded.shown ELSE contact_identifier.shown END,
                seen_at = GREATEST(contact_identifier.seen_at, excluded.seen_at)
            """,
            {
                "workspace_id": self._workspace_id,
                "ids": [new_id() for _ in rows],
                "contacts": [row.contact_id for row in rows],
                "kinds": [row.key[0] for row in rows],
                "values": [row.key[1] for row in rows],
                "shown": [row.shown for row in rows],
                "times": [row.seen_at for row in rows],
            },
        )

    def fold(self, seen: Mapping[UUID, datetime], names: Iterable[SeenName] = ()) -> None:
        """Fold what was seen of contacts into them: identifiers, names, and when it was.

        The latest introduction counts whole, ties by value. The current phone and user id are
        repeated on the contact.
        """
        latest: dict[UUID, SeenName] = {}
        for item in sorted(names, key=_introduction):
            latest[item.contact_id] = item
        told = [latest.get(contact_id) for contact_id in seen]
        self._uow.write(
            """
            UPDATE contact AS c
            SET phone = f.phone, bsuid = f.bsuid,
                last_seen_at = GREATEST(c.last_seen_at, w.seen_at),
                display_name = CASE WHEN n.is_newer THEN w.name ELSE c.display_name END,
                username = CASE WHEN n.is_newer THEN w.username ELSE c.username END,
                named_at = CASE WHEN n.is_newer THEN w.named_at ELSE c.named_at END
            FROM unnest(CAST(:ids AS uuid[]), CAST(:seen AS timestamptz[]),
                        CAST(:names AS text[]), CAST(:usernames AS text[]),
                        CAST(:named AS timestamptz[]))
              AS w(id, seen_at, name, username, named_at)
            JOIN contact AS o ON o.id = w.id
            CROSS JOIN LATERAL (
                SELECT w.named_at IS NOT NULL AND (
                    o.named_at IS NULL
                    OR (w.named_at, COALESCE(w.name, '') COLLATE "C",
                        COALESCE(w.username, '') COLLATE "C")
                     > (o.named_at, COALESCE(o.display_name, ''), COALESCE(o.username, ''))
                ) AS is_newer
            ) AS n
            JOIN LATERAL (
                SELECT
                    (array_agg(COALESCE(shown, value) ORDER BY seen_at DESC, value DESC)
                        FILTER (WHERE kind = 'phone'))[1] AS phone,
                    (array_agg(value ORDER BY seen_at DESC, value DESC)
                        FILTER (WHERE kind = 'bsuid'))[1] AS bsuid
                FROM contact_identifier WHERE contact_id = w.id
            ) AS f ON true
            WHERE c.id = w.id
            """,
            {
                "ids": list(seen),
                "seen": list(seen.values()),
                "names": [item and item.name for item in told],
                "usernames": [item and item.username for item in told],
                "named": [item and item.seen_at for item in told],
            },
        )

    def absorb(self, merges: Sequence[Merge]) -> None:
        """Hand the identifiers and the newer description of absorbed contacts over."""
        parameters = {
            "survivors": [merge.survivor for merge in merges],
            "absorbed": [merge.absorbed for merge in merges],
        }
        self._uow.execute(
            """
            UPDATE contact_identifier AS i SET contact_id = m.survivor
            FROM unnest(CAST(:survivors AS uuid[]), CAST(:absorbed AS uuid[]))
              AS m(survivor, absorbed)
            WHERE i.contact_id = m.absorbed
            """,
            parameters,
        )
        self._uow.execute(
            """
            UPDATE contact AS c
            SET last_seen_at = GREATEST(c.last_seen_at, a.last_seen_at),
                named_at = n.named_at, display_name = n.display_name, username = n.username
            FROM (
                SELECT m.survivor, max(a.last_seen_at) AS last_seen_at
                FROM unnest(CAST(:survivors AS uuid[]), CAST(:absorbed AS uuid[]))
                  AS m(survivor, absorbed)
                JOIN contact AS a ON a.id = m.absorbed GROUP BY m.survivor
            ) AS a
            JOIN LATERAL (
                SELECT named_at, display_name, username FROM contact
                WHERE id = a.survivor OR id IN (
                    SELECT m.absorbed
                    FROM unnest(CAST(:survivors AS uuid[]), CAST(:absorbed AS uuid[]))
                      AS m(survivor, absorbed)
                    WHERE m.survivor = a.survivor
                )
                ORDER BY named_at DESC NULLS LAST, display_name DESC NULLS LAST,
                         username DESC NULLS LAST
                LIMIT 1
            ) AS n ON true
            WHERE c.id = a.survivor
            """,
            parameters,
        )

    def delete(self, contact_ids: Sequence[UUID]) -> None:
        """Remove contacts that nothing refers to any more."""
        self._uow.execute(
            "DELETE FROM contact WHERE id = ANY(CAST(:ids AS uuid[]))", {"ids": list(contact_ids)}
        )

    def find(self, contact_id: UUID) -> Contact | None:
        """Find a contact of this workspace."""
        wanted = select(Contact).where(
            Contact.id == contact_id, Contact.workspace_id == self._workspace_id
        )
        return self._uow.session.exec(wanted).first()

    def page(self, page: PageRequest, *, search: str | None) -> Sequence[Contact]:
        """Return contacts, those seen last first, one more than asked for."""
        wanted = select(Contact).where(Contact.workspace_id == self._workspace_id)
        if search:
            patterns = containing_number(search)
            wanted = wanted.where(or_(*map(col(Contact.search_text).ilike, patterns)))
        if before := page.position(datetime.fromisoformat, UUID):
            wanted = wanted.where(tuple_(col(Contact.last_seen_at), col(Contact.id)) < before)
        ordered = wanted.order_by(col(Contact.last_seen_at).desc(), col(Contact.id).desc())
        return self._uow.session.exec(ordered.limit(page.limit + 1)).all()


def _introduction(item: SeenName) -> tuple[datetime, str, str]:
    """Order what people called themselves: later counts more, then by value."""
    return item.seen_at, item.name or "", item.username or ""
