"""Permissions in words: every area has a name, every role a meaning."""

import pytest

from backend.auth import Permission, Role
from leadflow_app import rights
from tests.ui._settings_views import person


def test_every_permission_has_words():
    assert {rights.area_of(permission) for permission in Permission} == set(rights.AREAS.values())
    assert set(rights.ROLES) == set(Role)


@pytest.mark.parametrize(
    ("permissions", "lines"),
    [
        (Permission, ["Everything"]),
        ([Permission.LEADS_READ], ["Leads: read"]),
        ([Permission.LEADS_WRITE, Permission.LEADS_READ], ["Leads: read and write"]),
        (
            [Permission.CONTACTS_READ, Permission.CONTACTS_EXPORT, Permission.CONTACTS_ERASE],
            ["Contacts: read, export and erase"],
        ),
        ([], []),
    ],
)
def test_permissions_are_told_area_by_area(permissions, lines):
    assert rights.in_words(permissions) == lines


def test_nobody_is_offered_a_role_mightier_than_their_own():
    offered = {role: rights.role_options(person(role)) for role in Role}
    assert [option.value for option in offered[Role.ADMIN]] == [role.value for role in Role]
    assert [option.value for option in offered[Role.OPERATOR]] == ["operator", "viewer"]


def test_less_than_before_is_named():
    before = rights.of_role(Role.OPERATOR, person())
    after = rights.of_role(Role.VIEWER, person())
    assert "Leads: write" in rights.lost(before, after)
    assert rights.lost(after, before) == []
