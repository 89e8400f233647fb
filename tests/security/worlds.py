"""Two workspaces with a row in every table, and what can be told of them."""

import dataclasses
import io
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from sqlmodel import SQLModel

from backend import auth, channels, contacts, importing, inbox, intake, leads, media, privacy, rules
from backend.analytics.tasks import roll_up_marked
from backend.auth import Actor, Role
from backend.channels import (
    AccountChange,
    MediaReference,
    MessageKind,
    Provider,
    TemplateChange,
)
from backend.importing import working as importing_work
from backend.inbox.tasks import send
from backend.kit.ids import new_id
from backend.leads import Lifecycle
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.privacy import Retention
from backend.seed.demo import RULES
from tests.factories import (
    NOON,
    PASSWORD,
    WHATSAPP_CREDENTIALS,
    create_channel,
    create_rule,
    create_user,
    create_workspace,
    deliver,
    envelope,
    message,
    phone_number,
    run_as,
    say,
    status,
    store,
)

MARK = "zebrawood"  # a word that stands in every text of the other workspace
OWNED = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY table_name
"""
OLDEST = "SELECT * FROM {table} WHERE workspace_id = %s ORDER BY 1 LIMIT 1"
KEPT_ANSWER = """
INSERT INTO kept_answer (workspace_id, key_id, name_hash, fingerprint, attempt, started_at,
                         expires_at)
VALUES (%(id)s, %(key)s, 'name', 'body', %(key)s, now(), now() + interval '1 day')
"""
_numbers = count(1)


@dataclasses.dataclass(frozen=True)
class World:
    """A populated workspace: who acts there, and a row of each table by the table's name."""

    actor: Actor
    rows: Mapping[str, Mapping[str, object]]

    @property
    def ids(self) -> AbstractSet[str]:
        """Every id of a row, as text."""
        return {str(row["id"]) for row in self.rows.values() if isinstance(row.get("id"), UUID)}


def owned_tables(superuser: psycopg.Connection) -> list[str]:
    return [name for (name,) in superuser.execute(OWNED)]


def populate(superuser: psycopg.Connection, *, mark: str = MARK) -> World:
    """Make a workspace in which everything has happened once; `mark` stands in every text."""
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow).id)
    email = f"{mark}{next(_numbers)}@leadflow.example"
    person = run_as(actor, create_user, role=Role.ADMIN, email=email)
    auth.sign_in(email=email, password=PASSWORD)
    run_as(actor, auth.create_api_key, name=mark, scopes=frozenset({"all"}))
    run_as(person, auth.invite, email=f"guest.{email}", role=Role.VIEWER)
    for given in RULES:
        run_as(actor, create_rule, dataclasses.replace(given, comment=mark))
    _converse(actor, person, mark)
    _deliver(actor, mark)
    roll_up_marked()
    mock = run_as(actor, create_channel)
    say(actor, mock, f"{mark} again")  # leaves a mark to be rolled up
    two = [say(actor, mock, f"{mark} twice") for _ in range(2)]
    run_as(actor, intake.merge_contacts, *(said.contact_id for said in two))
    _speak_again(actor, mock, two[0].contact_id, mark)
    _bring_in(actor, mock, mark)
    cause = intake.ReplayQuery(cause=mark)
    run_as(actor, intake.start_replay, cause, mode=intake.ReplayMode.DRY)
    run_as(actor, rules.start_backtest, rules.BacktestInput())
    left = say(actor, mock, f"{mark} and gone")
    run_as(actor, privacy.erase_contact, left.contact_id)
    run_as(actor, privacy.set_retention, Retention(raw_days=30, text_days=None))
    superuser.execute(KEPT_ANSWER, {"id": actor.workspace_id, "key": new_id()})
    return World(actor, _one_of_each(superuser, actor.workspace_id))


def _converse(actor: Actor, person: Actor, mark: str) -> None:
    mock = run_as(actor, create_channel)
    referral = {"source_type": "ad", "source_id": mark, "headline": mark}
    said = say(actor, mock, f"the price of {mark}?", profile_name=mark, referral=referral)
    written = run_as(person, inbox.reply, said.conversation_id, content=inbox.TextReply(mark))
    send(str(actor.workspace_id), str(written.id))
    run_as(person, leads.add_tags, said.lead_id, tags=[mark])
    run_as(person, leads.set_lifecycle, Lifecycle(loss_reasons=(mark,)))
    given = contacts.ConsentInput(change=contacts.ConsentChange.OPT_IN, words=mark, note=mark)
    run_as(person, contacts.record_consent, said.contact_id, given)
    run_as(person, contacts.set_consent_words, contacts.ConsentWords(stopped_text=mark))
    _work_together(actor, person, said.conversation_id, mark)


def _work_together(actor: Actor, person: Actor, conversation_id: UUID, mark: str) -> None:
    run_as(actor, inbox.assign, conversation_id, user_id=person.user_id)
    run_as(person, inbox.add_note, conversation_id, text=mark)
    run_as(person, inbox.mark_read, conversation_id)
    run_as(person, inbox.be_present, conversation_id)
    key = run_as(person, inbox.get_draft, conversation_id).send_key
    run_as(person, inbox.keep_draft, conversation_id, text=mark, send_key=key)
    quick = inbox.QuickReplyInput(shortcut="zebra", text=mark)
    run_as(person, inbox.create_quick_reply, quick)
    given = inbox.BulkInput(kind=inbox.BulkKind.ASSIGN)
    run_as(person, inbox.change_several, [conversation_id], given=given)


def _bring_in(actor: Actor, channel, mark: str) -> None:
    """Check a file of leads, and ask for one."""
    file = io.BytesIO(f"name,phone,source\n{mark},{phone_number()},{mark}\n".encode())
    inspected = importing.inspect(file, f"{mark}.csv")
    importing.keep(inspected, file)
    known = run_as(actor, importing.create_import, channel.id, inspected)
    mapped = importing.Mapped(mapping=known.mapping)
    run_as(actor, importing.check_import, known.id, mapped=mapped)
    importing_work.work_off(actor.workspace_id, known.id)
    run_as(actor, importing.start_export, leads.LeadQuery(search=mark), kind=importing.FileKind.CSV)


def _speak_again(actor: Actor, channel, contact_id: UUID, mark: str) -> None:
    """Let a merged contact write, so that it is kept by which identifier."""
    known = run_as(actor, contacts.get_contact, contact_id)
    say(actor, channel, f"{mark} thrice", sender=known.phone)


def _deliver(actor: Actor, mark: str) -> None:
    credentials = WHATSAPP_CREDENTIALS | {"phone_number_id": f"10{next(_numbers)}"}
    number = run_as(
        actor, create_channel, provider=Provider.WHATSAPP_CLOUD, credentials=credentials
    )
    name = f"wamid.{mark}.{next(_numbers)}"
    sender = f"1650777{next(_numbers):04}"
    told = envelope(
        messages=[
            message(id=name, sender=sender, text=mark),
            message(sender=sender, type="reaction", reaction={"message_id": name, "emoji": "+1"}),
        ],
        statuses=[status(message_id=name, status="sent", recipient=sender)],
    )
    told["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = credentials[
        "phone_number_id"
    ]
    deliver(actor, number, told)
    run_as(actor, _tell_of_account, number.id, mark)
    store(actor, number, b"{waiting")
    with unit_of_work(actor) as uow:
        file = MediaReference(url="https://example.com/a", filename=mark)
        expected = media.Expected(
            message_id=new_id(),
            channel_id=number.id,
            kind=MessageKind.IMAGE,
            sent_at=uow.now,
            files=(file,),
        )
        media.expect(uow, actor.workspace_id, [expected])


def _tell_of_account(uow, actor: Actor, channel_id: UUID, mark: str) -> None:
    template = TemplateChange(
        address=None,
        provider_template_id=mark,
        occurred_at=NOON,
        name=mark,
        language="en",
        status="paused",
        reason=mark,
    )
    account = AccountChange(address=None, occurred_at=NOON, restriction=mark)
    channels.apply_template_changes(uow, actor.workspace_id, [(channel_id, template)])
    channels.apply_account_changes(uow, actor.workspace_id, [(channel_id, account)])


def _one_of_each(superuser: psycopg.Connection, workspace_id: UUID) -> dict:
    found = {}
    with superuser.cursor(row_factory=dict_row) as cursor:
        for table in owned_tables(superuser):
            # The oldest: what was erased came last.
            cursor.execute(OLDEST.format(table=table), [workspace_id])
            row = cursor.fetchone()
            if row is not None:
                found[table] = row
        cursor.execute("SELECT * FROM workspace WHERE id = %s", [workspace_id])
        found["workspace"] = cursor.fetchone()
        user = found["membership"]["user_id"]
        cursor.execute("SELECT * FROM user_account WHERE id = %s", [user])
        found["user_account"] = cursor.fetchone()
    return found


def fingerprint(superuser: psycopg.Connection, world: World) -> dict[str, str]:
    """Return a hash over every row of a workspace, by table."""
    parts = [
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"  # noqa: S608
        " WHERE workspace_id = %(id)s"
        for table in owned_tables(superuser)
    ]
    parts.append("SELECT 'workspace', md5(t::text) FROM workspace AS t WHERE id = %(id)s")
    parts.append(
        "SELECT 'user_account', md5(string_agg(u::text, '|' ORDER BY u::text))"
        " FROM user_account AS u JOIN membership AS m ON m.user_id = u.id"
        " WHERE m.workspace_id = %(id)s"
    )
    asked = superuser.execute(" UNION ALL ".join(parts), {"id": world.actor.workspace_id})
    return dict(asked.fetchall())


def told(result) -> str:
    """Write a result out, whatever it is made of."""
    if isinstance(result, SQLModel):
        return repr(result.model_dump())
    if isinstance(result, Mapping):
        return " ".join(f"{told(key)}: {told(kept)}" for key, kept in result.items())
    if isinstance(result, Sequence) and not isinstance(result, str | bytes):
        return " ".join(told(item) for item in result)
    if isinstance(result, bytes | bytearray | memoryview):
        return bytes(result).decode(errors="replace")
    return repr(result)
