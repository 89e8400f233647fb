"""People, found by any of their identifiers, described by what was said of them last."""

import re
from datetime import timedelta

import pytest

from backend import contacts
from backend.auth import Actor
from backend.channels import Identity
from backend.contacts import ContactNotFound, NobodyNamed, Sighting
from backend.contacts.merge_queries import DUPLICATES
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import NOON, administer, create_workspace, run_as
from tests.statements import statements

DAY = timedelta(days=1)
PHONE, USER_ID = "+12065550123", "US.13491208655302741918"


def see(actor, *identities, at=NOON):
    """Let some identities be seen as one person, and return the contact."""
    sighting = Sighting(identities=identities, seen_at=at)
    resolution = run_as(
        actor, lambda uow, actor: contacts.resolve(uow, actor.workspace_id, [sighting])
    )
    return run_as(actor, contacts.get_contact, resolution.contact_ids[0])


def listed(actor, **query):
    return run_as(actor, contacts.list_contacts, PageRequest(), **query).items


def test_a_person_is_known_by_any_identifier(actor):
    first = see(actor, Identity(phone=PHONE, bsuid=USER_ID))
    assert see(actor, Identity(phone=PHONE)).id == first.id
    assert see(actor, Identity(bsuid=USER_ID)).id == first.id
    assert len(listed(actor)) == 1


def test_a_person_may_have_no_phone(actor):
    contact = see(actor, Identity(bsuid=USER_ID, username="ana", display_name="Ana"))
    assert (contact.phone, contact.bsuid, contact.username) == (None, USER_ID, "ana")


def test_a_username_that_passed_to_somebody_else_joins_nobody(actor):
    first = see(actor, Identity(phone=PHONE, username="ana"))
    other = see(actor, Identity(phone="+12065550124", username="ana"))
    assert first.id != other.id


def test_the_latest_introduction_counts_whatever_comes_last(actor):
    see(actor, Identity(phone=PHONE, display_name="New", username="new"), at=NOON)
    late = Identity(phone=PHONE, display_name="Old", username="old")
    contact = see(actor, late, at=NOON - timedelta(days=1))
    assert (contact.display_name, contact.username) == ("New", "new")
    assert contact.last_seen_at == NOON


def test_who_is_not_introduced_keeps_the_name(actor):
    see(actor, Identity(phone=PHONE, display_name="Ana"))
    contact = see(actor, Identity(phone=PHONE), at=NOON + timedelta(days=1))
    assert contact.display_name == "Ana"
    assert contact.last_seen_at == NOON + timedelta(days=1)


def test_a_new_number_is_the_current_one(actor):
    see(actor, Identity(phone=PHONE))
    contact = see(actor, Identity(phone=PHONE), Identity(phone="+12065550999"))
    assert contact.phone == "+12065550999"
    assert see(actor, Identity(phone=PHONE), at=NOON - timedelta(1)).phone == "+12065550999"


def test_the_same_number_in_another_workspace_is_somebody_else(actor):
    contact = see(actor, Identity(phone=PHONE))
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    assert listed(stranger) == ()
    assert see(stranger, Identity(phone=PHONE)).id != contact.id
    with pytest.raises(ContactNotFound):
        run_as(stranger, contacts.get_contact, contact.id)


def test_nobody_cannot_be_seen(actor):
    with pytest.raises(NobodyNamed):
        see(actor, Identity(display_name="Ana"))


def test_nothing_seen_is_nothing_resolved(actor):
    resolution = run_as(actor, lambda uow, actor: contacts.resolve(uow, actor.workspace_id, []))
    assert resolution == contacts.Resolution((), ())


def test_an_unknown_contact_is_not_found(actor):
    with pytest.raises(ContactNotFound):
        run_as(actor, contacts.get_contact, new_id())


@pytest.mark.parametrize(
    ("search", "is_found"),
    [("ANA", True), ("555012", True), ("_na", False), ("%", False), ("bo", False), ("\\", False)],
)
def test_a_contact_is_found_by_a_part_of_the_name_or_number(actor, search, is_found):
    see(actor, Identity(phone=PHONE, display_name="Ana Silva"))
    assert bool(listed(actor, search=search)) is is_found


@pytest.mark.parametrize(
    ("written", "search"),
    [
        ("+5511987654321", "+55 11 8765-4321"),
        ("+551187654321", "5511987654321"),
        ("+525512345678", "+52 1 55 1234 5678"),
        ("+5215512345678", "+525512345678"),
        ("+4917612345678", "0176 1234-5678"),
        ("+4917612345678", "0049 176 123"),
        ("+4917612345678", "(345) 678"),
    ],
    ids=[
        "Brazil, long",
        "Brazil, short",
        "Mexico, short",
        "Mexico, long",
        "dialled within the country",
        "dialled from abroad",
        "its last digits",
    ],
)
def test_a_contact_is_found_by_every_form_of_the_number(actor, written, search):
    see(actor, Identity(phone=written))
    see(actor, Identity(phone=PHONE))
    assert [found.phone for found in listed(actor, search=search)] == [written]


def test_contacts_page_by_when_they_were_seen(actor):
    for number in range(7):
        at = NOON + timedelta(minutes=number // 3)
        see(actor, Identity(phone=f"+1206555{number:04}"), at=at)
    seen, cursor = [], None
    while True:
        page = run_as(actor, contacts.list_contacts, PageRequest(limit=2, cursor=cursor))
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(listed(actor))
    assert len({contact.id for contact in seen}) == 7


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5541988887777", "+554188887777"),
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_two_forms_of_a_number_are_one_person(actor, one, other):
    first = see(actor, Identity(phone=one))
    second = see(actor, Identity(phone=other), at=NOON + timedelta(days=1))
    assert second.id == first.id
    assert (first.phone, second.phone) == (one, other)
    assert see(actor, Identity(phone=one), at=NOON - timedelta(days=1)).phone == other


def test_a_number_kept_in_its_other_form_is_found(actor):
    first = see(actor, Identity(phone="+5541988887777"))
    older = "UPDATE contact_identifier SET value = '+554188887777', shown = NULL"
    run_as(actor, lambda uow, _: uow.execute(older))
    assert see(actor, Identity(phone="+5541988887777")).id == first.id
    assert see(actor, Identity(phone="+554188887777")).id == first.id


def test_a_landline_and_a_mobile_number_are_two_people(actor):
    first = see(actor, Identity(phone="+554133334444"))
    assert see(actor, Identity(phone="+5541933334444")).id != first.id


def test_a_person_lists_every_identifier_the_latest_first(actor):
    contact = see(actor, Identity(phone=PHONE, bsuid=USER_ID, username="ana"))
    see(actor, Identity(phone="+12065550999", bsuid=USER_ID), at=NOON + timedelta(days=1))
    known = run_as(actor, contacts.identifiers, contact.id)
    assert [(one.kind, one.value) for one in known] == [
        ("bsuid", USER_ID),
        ("phone", "+12065550999"),
        ("phone", PHONE),
        ("username", "ana"),
    ]


def test_the_same_name_may_be_the_same_person(actor):
    contact = see(actor, Identity(phone=PHONE, display_name="Ana Silva"))
    twin = see(actor, Identity(phone="+12065550999", display_name="ana silva"))
    see(actor, Identity(phone="+12065550998", display_name="Bo"))
    assert [one.id for one in run_as(actor, contacts.possible_duplicates, contact.id)] == [twin.id]


def test_the_same_number_in_another_form_may_be_the_same_person(actor):
    contact = see(actor, Identity(phone="+5511987654321"))
    twin = see(actor, Identity(bsuid=USER_ID))
    keep_old_form = (
        "INSERT INTO contact_identifier (id, workspace_id, contact_id, kind, value, seen_at)"
        " VALUES (:id, :workspace_id, :contact_id, 'phone', '+551187654321', :at)"
    )
    names = {"id": new_id(), "workspace_id": actor.workspace_id, "contact_id": twin.id, "at": NOON}
    run_as(actor, lambda uow, _: uow.execute(keep_old_form, names))
    assert [one.id for one in run_as(actor, contacts.possible_duplicates, contact.id)] == [twin.id]


def test_five_namesakes_are_shown_those_seen_last_first(actor):
    contact, *others = [
        see(actor, Identity(phone=f"+1206555{n:04}", display_name="Ana"), at=NOON + n * DAY)
        for n in range(8)
    ]
    found = run_as(actor, contacts.possible_duplicates, contact.id)
    assert [one.id for one in found] == [one.id for one in reversed(others[2:])]


def test_who_has_no_name_has_no_namesakes(actor):
    contact = see(actor, Identity(phone=PHONE))
    see(actor, Identity(phone="+12065550999"))
    assert run_as(actor, contacts.possible_duplicates, contact.id) == ()


def test_possible_duplicates_cost_the_same_for_one_as_for_many(actor):
    def cost():
        with statements() as seen:
            run_as(actor, contacts.possible_duplicates, contact.id)
        return len(seen)

    contact = see(actor, Identity(phone=PHONE, display_name="Ana"))
    for_none = cost()
    for n in range(6):
        see(actor, Identity(phone=f"+1206555{n:04}", display_name="Ana"))
    assert cost() == for_none


def test_namesakes_are_found_by_an_index(actor):
    contact = see(actor, Identity(phone=PHONE, display_name="Ana"))
    others = [Identity(phone=f"+1206555{n:04}", display_name=f"Bo {n}") for n in range(300)]
    sightings = [Sighting(identities=[other], seen_at=NOON) for other in others]
    run_as(actor, lambda uow, actor: contacts.resolve(uow, actor.workspace_id, sightings))
    administer("ANALYZE contact")  # the plan follows what the server knows of the rows
    asked = {"workspace_id": actor.workspace_id, "contact_id": contact.id, "forms": [], "most": 5}

    def plan(uow, _actor):
        uow.execute("SET LOCAL enable_seqscan = off")
        return "\n".join(uow.execute(f"EXPLAIN {DUPLICATES}", asked).scalars())

    assert re.search(
        r"contact_workspace_id_name_key_idx.*\n\s+Index Cond:.*name_key", run_as(actor, plan)
    )
