"""Searching conversations: by whom they are with, and by the words that were written.

Words are found without regard to case and accents, the last one by its beginning.
"""

from typing import Any, Final
from uuid import UUID

from backend.contacts import meant_by
from backend.inbox.models import WORDS
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

MOST: Final = 2_000
SHORTEST: Final = 2
MOST_WORDS: Final = 12
SAID = f"{WORDS} @@ to_tsquery('leadflow_words', :words) AND revoked_at IS NULL"
FOUND = f"""
WITH found AS MATERIALIZED (
    SELECT conversation_id FROM message WHERE workspace_id = :workspace_id AND {SAID}
), counted AS (SELECT conversation_id FROM found LIMIT :most)
SELECT conversation_id, count(*) AS messages FROM counted GROUP BY conversation_id
"""
# A scalar is worked out row by row; PostgreSQL may work an EXISTS out for all rows beforehand.
SAID_THERE = f"(SELECT true FROM message WHERE conversation_id = v.id AND {SAID} LIMIT 1)"


def search_condition(
    uow: UnitOfWork, workspace_id: UUID, search: str
) -> tuple[str, dict[str, Any]]:
    """Return the condition on `conversation AS v` joined with `contact AS c`, and its values."""
    condition, values = meant_by(uow, workspace_id, search).condition("v.contact_id")
    words = words_of(search)
    if words is None:
        return condition, values
    given = {"workspace_id": workspace_id, "words": words, "most": MOST + 1}
    found = uow.execute(FOUND, given).all()
    if sum(row.messages for row in found) > MOST:
        return f"({condition} OR {SAID_THERE})", values | {"words": words}
    said = [row.conversation_id for row in found]
    return f"({condition} OR v.id = ANY(CAST(:said AS uuid[])))", values | {"said": said}


def words_of(search: str) -> str | None:
    """Return what PostgreSQL is asked for: all of the words, of the last one the beginning.

    A quoted word is taken apart as a text is, so that `12.50` and `a-b` are found; one that holds
    no letter and no digit asks for nothing. None when there is nothing to ask for.
    """
    parts = clean(search).replace("'", " ").replace("\\", " ").split()[:MOST_WORDS]
    telling = [part for part in parts if any(map(str.isalnum, part))]
    if sum(map(len, telling)) < SHORTEST:
        return None
    return " & ".join(f"'{part}'" for part in telling) + ":*"
