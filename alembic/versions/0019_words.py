"""Words of messages are found, and searches may use their indexes.

Revision: 0019.
"""

from alembic import op

from backend.platform.row_security import let_indexes_search

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WORDS = (
    "to_tsvector('leadflow_words', CASE WHEN edited_text IS NULL THEN text ELSE edited_text END)"
)


def upgrade() -> None:
    """Add what splits texts into words, the index, and the marks where we may set them."""
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE TEXT SEARCH CONFIGURATION leadflow_words (COPY = simple)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION leadflow_words"
        " ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple"
    )
    op.execute(f"CREATE INDEX message_words_idx ON message USING gin ({WORDS})")
    marks = "; ".join(let_indexes_search())
    op.execute(
        f"DO $$ BEGIN {marks}; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
    )  # who may not is told by `leadflow doctor`


def downgrade() -> None:
    """Drop the index and what it needs; the marks stay, since other databases may rely on them."""
    op.execute("DROP INDEX message_words_idx")
    op.execute("DROP TEXT SEARCH CONFIGURATION leadflow_words")
