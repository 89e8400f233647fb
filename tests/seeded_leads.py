"""Tens of thousands of leads in a second: copies of one lead, its contact and its conversation."""

from tests.factories import administer, run_as

CONTACT = {
    "id": "CAST(md5('contact' || n) AS uuid)",
    "display_name": "'Customer ' || n",
    "phone": "'+1650' || (1000000 + n)",
}
CONVERSATION = {
    "id": "CAST(md5('conversation' || n) AS uuid)",
    "contact_id": "CAST(md5('contact' || n) AS uuid)",
}
LEAD = {
    "id": "CAST(md5('lead' || n) AS uuid)",
    "contact_id": "CAST(md5('contact' || n) AS uuid)",
    "conversation_id": "CAST(md5('conversation' || n) AS uuid)",
    "stage": "(ARRAY['new','nurtured','qualified','converted','lost'])[1 + mod(n, 5)]",
    "tags": "CASE WHEN mod(n, 100) = 0 THEN ARRAY['rare'] ELSE ARRAY['common'] END",
    "score": "mod(n * 7, 200)",
    "opened_at": "opened_at - n * interval '1 minute'",
    "last_activity_at": "last_activity_at - n * interval '1 minute'",
}


def seed_leads(actor, lead, count):
    """Copy a lead `count` times, each for a contact of its own, and let the server count them."""
    copied = (
        ("contact", lead.contact_id, CONTACT),
        ("conversation", lead.conversation_id, CONVERSATION),
        ("lead", lead.id, LEAD),
    )
    for table, row_id, changed in copied:
        run_as(actor, _copy, table, row_id, changed=changed, count=count)
        administer(f"ANALYZE {table}")


def _copy(uow, _actor, table, row_id, *, changed, count):
    columns = uow.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE is_generated = 'NEVER' AND table_schema = 'public' AND table_name = :name",
        {"name": table},
    )
    names = list(columns.scalars())
    values = ", ".join(changed.get(name, name) for name in names)
    copying = f"INSERT INTO {table} ({', '.join(names)}) SELECT {values}"
    source = f"FROM {table}, generate_series(1, {count}) AS n WHERE id = :id"
    assert uow.execute(f"{copying} {source}", {"id": row_id}).rowcount == count
