"""Row-level security: what a transaction may see, said once and enforced by PostgreSQL.

A unit of work names its workspace when it begins; every table of a workspace has a policy that
compares `workspace_id` with that name, forced on the owner of the table too. A transaction that
names nothing sees nothing. Work for no workspace (looking up a session, a key, a channel, or who
has work waiting) names the system instead, and sees only the tables, commands and rows that a
policy of `let_system` opens to it.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

APPLICATION_ROLE = "leadflow_app"
OPEN_SCOPE = (
    "SELECT set_config('leadflow.workspace_id', :workspace_id, true),"
    " set_config('leadflow.scope', :scope, true)"
)
SYSTEM_SCOPE = "system"
# Behind ILIKE, `@@` of texts and `@>` of lists.
SEARCHING = (
    "pg_catalog.texticlike(text, text)",
    "pg_catalog.to_tsvector(regconfig, text)",
    "pg_catalog.ts_match_vq(tsvector, tsquery)",
    "pg_catalog.arraycontains(anyarray, anyarray)",
)
CAN_SEARCH = """
SELECT bool_and(proleakproof) FROM pg_proc
WHERE oid = ANY(CAST(CAST(:functions AS text[]) AS regprocedure[]))
"""
# In a query of its own each is worked out once for a statement, not once for every row.
IS_SYSTEM = "(SELECT current_setting('leadflow.scope', true) = 'system')"
WORKSPACE = "(SELECT NULLIF(current_setting('leadflow.workspace_id', true), '')::uuid)"


def protect(table: str, *, column: str = "workspace_id") -> Iterator[str]:
    """Return the statements that let a workspace see only its own rows of a table."""
    own = f"{column} = {WORKSPACE}"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own_rows ON {table} USING ({own}) WITH CHECK ({own})"


def let_system(table: str, command: str, *, rows: str = "true") -> str:
    """Return the statement that lets the system SELECT, INSERT, UPDATE, DELETE or ALL.

    `rows` is the condition on those rows that it may reach.
    """
    name = f"system_{command.lower()}"
    allowed = f"{IS_SYSTEM} AND ({rows})"
    clause = f"WITH CHECK ({allowed})" if command == "INSERT" else f"USING ({allowed})"
    return f"CREATE POLICY {name} ON {table} FOR {command} {clause}"


def unprotect(table: str) -> Iterator[str]:
    """Return the statements that undo `protect`; policies of `let_system` go with it."""
    yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS own_rows ON {table}"
    for command in ("all", "select", "insert", "update", "delete"):
        yield f"DROP POLICY IF EXISTS system_{command} ON {table}"


def make_application_role(member: str = "CURRENT_USER") -> str:
    """Return the statement that makes the role the application works as; twice does no harm.

    It owns nothing, so it can neither switch policies off nor TRUNCATE past them. Roles belong to
    the whole server, and two databases may ask for it at the same moment.
    """
    return f"""
    DO $$ BEGIN
        CREATE ROLE {APPLICATION_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$;
    GRANT {APPLICATION_ROLE} TO {member}
    """


def let_indexes_search() -> Iterator[str]:
    """Return the statements that let searches use their indexes; only a superuser may say them.

    Rows are hidden by a condition of their own, and PostgreSQL works out no other before it unless
    its function is known to tell nothing of what it is asked about. Equality is; these are not by
    themselves, so that without the statements searches are right and slow. They fail for what is
    searched for, and one of them for a text of a megabyte, of which it tells the length alone.

    Source: https://www.postgresql.org/docs/current/rules-privileges.html
    """
    for function in SEARCHING:
        yield f"ALTER FUNCTION {function} LEAKPROOF"


def grant_to_application_role() -> Iterator[str]:
    """Return the statements that let that role use every table, those to come included."""
    role, rows = APPLICATION_ROLE, "SELECT, INSERT, UPDATE, DELETE"
    future = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
    yield f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    yield f"{future} {rows} ON TABLES TO {role}"
    yield f"{future} USAGE ON SEQUENCES TO {role}"
