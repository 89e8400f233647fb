"""Every SQL statement about contacts; set-based, a batch at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select

from backend.contacts.models import Contact
from backend.contacts.policy import Key
from backend.contacts.schemas import Merge
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.kit.text import containing
from backend.platform.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenIdentifier:
    """An identifier of a contact and when it was last seen."""

    contact_id: UUID
    key: Key
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
        """Return which contact holds which identifier."""
        wanted = sorted(set(keys))
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
        return {(row.kind, row.value): row.contact_id for row in found}

    def insert(self, contact_ids: Sequence[UUID], *, seen_at: datetime) -> None:
        """Add bare contacts; `describe` fills them in."""
        if not contact_ids:
            return
        self._uow.execute(
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
        for item in sorted(seen, key=lambda item: (item.key, item.seen_at)):
            newest[item.key] = item
        rows = list(newest.values())
        self._uow.execute(
            """
            INSERT INTO contact_identifier (id, workspace_id, contact_id, kind, value, seen_at)
            SELECT s.id, :workspace_id, s.contact_id, s.kind, s.value, s.seen_at
            FROM unnest(CAST(:ids AS uuid[]), CAST(:contacts AS uuid[]), CAST(:kinds AS text[]),
                        CAST(:values AS text[]), CAST(:times AS timestamptz[]))
              AS s(id, contact_id, kind, value, seen_at)
            ON CONFLICT (workspace_id, kind, value) DO UPDATE
            SET contact_id = excluded.contact_id,
                seen_at = GREATEST(contact_identifier.seen_at, excluded.seen_at)
            """,
            {
                "workspace_id": self._workspace_id,
                "ids": [new_id() for _ in rows],
                "contacts": [row.contact_id for row in rows],
                "kinds": [row.key[0] for row in rows],
                "values": [row.key[1] for row in rows],
                "times": [row.seen_at for row in rows],
            },
        )

    def describe(self, seen: Sequence[SeenName]) -> None:
        """Fold names into the contacts: the latest introduction counts whole, ties by value."""
        self._uow.execute(
            """
            WITH seen AS (
                SELECT * FROM unnest(
                    CAST(:contacts AS uuid[]), CAST(:names AS text[]), CAST(:usernames AS text[]),
                    CAST(:times AS timestamptz[])
                ) AS s(contact_id, name, username, seen_at)
            ),
            named AS (
                SELECT DISTINCT ON (contact_id) contact_id, name, username, seen_at FROM seen
                WHERE name IS NOT NULL OR username IS NOT NULL
                ORDER BY contact_id, seen_at DESC, name DESC NULLS LAST, username DESC NULLS LAST
            )
            UPDATE contact AS c
            SET display_name = n.name, username = n.username, named_at = n.seen_at
            FROM named AS n
            WHERE c.id = n.contact_id
              AND (c.named_at IS NULL OR (n.seen_at, COALESCE(n.name, ''), COALESCE(n.username, ''))
                   > (c.named_at, COALESCE(c.display_name, ''), COALESCE(c.username, '')))
            """,
            {
                "contacts": [item.contact_id for item in seen],
                "names": [item.name for item in seen],
                "usernames": [item.username for item in seen],
                "times": [item.seen_at for item in seen],
            },
        )

    def fold_identifiers(self, seen: Mapping[UUID, datetime]) -> None:
        """Repeat the current phone and user id on the contacts, and when they were last seen."""
        self._uow.execute(
            """
            UPDATE contact AS c
            SET phone = f.phone, bsuid = f.bsuid,
                last_seen_at = GREATEST(c.last_seen_at, w.seen_at)
            FROM unnest(CAST(:ids AS uuid[]), CAST(:seen AS timestamptz[])) AS w(id, seen_at)
            JOIN LATERAL (
                SELECT
                    (array_agg(value ORDER BY seen_at DESC, value DESC)
                        FILTER (WHERE kind = 'phone'))[1] AS phone,
                    (array_agg(value ORDER BY seen_at DESC, value DESC)
                        FILTER (WHERE kind = 'bsuid'))[1] AS bsuid
                FROM contact_identifier WHERE contact_id = w.id
            ) AS f ON true
            WHERE c.id = w.id
            """,
            {"ids": list(seen), "seen": list(seen.values())},
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
            wanted = wanted.where(col(Contact.search_text).ilike(containing(search)))
        if before := page.position(datetime.fromisoformat, UUID):
            wanted = wanted.where(tuple_(col(Contact.last_seen_at), col(Contact.id)) < before)
        ordered = wanted.order_by(col(Contact.last_seen_at).desc(), col(Contact.id).desc())
        return self._uow.session.exec(ordered.limit(page.limit + 1)).all()
