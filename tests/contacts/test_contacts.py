"""People, found by any of their identifiers, described by what was said of them last."""

from datetime import timedelta

import pytest

from backend import contacts
from backend.auth import Actor
from backend.channels import Identity
from backend.contacts import ContactNotFound, NobodyNamed, Sighting
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import NOON, create_workspace, run_as

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
