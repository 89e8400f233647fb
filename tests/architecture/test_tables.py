"""Every row of a customer says whose it is, and is found by that first."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from backend.tables import metadata

# The customers themselves, people (who may belong to several of them) with what lets them in, and
# our own clockwork.
NOBODYS = frozenset(
    {
        "known_device",
        "password_reset",
        "periodic_run",
        "recovery_code",
        "second_factor",
        "sign_in_attempt",
        "sign_in_challenge",
        "user_account",
        "workspace",
    }
)


def unowned(tables: Iterable[sa.Table]) -> Iterator[str]:
    for table in tables:
        if table.name in NOBODYS:
            continue
        if "workspace_id" not in table.columns or table.columns["workspace_id"].nullable:
            yield f"{table.name}: no workspace_id that is always there"
        elif "workspace_id" not in _first_columns(table):
            yield f"{table.name}: no index begins with workspace_id"


def _first_columns(table: sa.Table) -> set[str]:
    keys = [list(table.primary_key.columns)]
    keys += [list(index.expressions) for index in table.indexes]
    keys += [
        list(constraint.columns)
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    ]
    return {getattr(key[0], "name", "") for key in keys if key}


def test_every_table_belongs_to_a_workspace():
    assert list(unowned(metadata.sorted_tables)) == []


def test_the_tables_of_nobody_exist():
    assert set(metadata.tables) > NOBODYS


def owner(**options):
    return sa.Column("workspace_id", sa.Uuid, **options)


def test_an_unowned_table_is_found():
    made = sa.MetaData()
    sa.Table("alone", made, sa.Column("id", sa.Uuid, primary_key=True))
    slow = owner(nullable=False), sa.Column("day", sa.Date), sa.Index("slow_idx", "day")
    sa.Table("slow", made, *slow)
    sa.Table("vague", made, owner(nullable=True, index=True))
    sa.Table("sound", made, owner(nullable=False, index=True))
    found = [said.partition(":")[0] for said in unowned(made.sorted_tables)]
    assert found == ["alone", "slow", "vague"]
