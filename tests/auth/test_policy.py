import itertools

import pytest

from backend.auth.policy import (
    GRANTS,
    Permission,
    Role,
    key_may,
    may_hand_on,
    role_may,
    scoped,
    unknown_scopes,
)


@pytest.mark.parametrize("permission", Permission)
def test_an_admin_may_everything(permission):
    assert role_may(Role.ADMIN, permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_viewer_only_reads(permission):
    assert not role_may(Role.VIEWER, permission) or permission.value.endswith(":read")


def test_each_role_may_more_than_the_next():
    mightiest_first = [GRANTS[role] for role in Role]
    for mightier, weaker in itertools.pairwise(mightiest_first):
        assert mightier > weaker


@pytest.mark.parametrize("permission", Permission)
def test_a_key_may_what_its_scopes_say(permission):
    assert key_may(frozenset({"all"}), permission)
    assert key_may(frozenset({permission.value}), permission)
    assert not key_may(frozenset(), permission)
    others = frozenset(item.value for item in Permission if item is not permission)
    assert not key_may(others, permission)
    assert scoped(others) == frozenset(Permission) - {permission}


def test_nobody_hands_on_what_they_lack():
    assert may_hand_on(GRANTS[Role.ADMIN], GRANTS[Role.ADMIN])
    assert not may_hand_on(GRANTS[Role.MANAGER], GRANTS[Role.ADMIN])
    assert may_hand_on(GRANTS[Role.VIEWER], frozenset())


@pytest.mark.parametrize(
    ("scopes", "unknown"),
    [
        (set(), ()),
        ({"all", "leads:read", "users:write"}, ()),
        ({"leads:read", "zebra", "apple"}, ("apple", "zebra")),
    ],
)
def test_scopes_that_nothing_has_are_named(scopes, unknown):
    assert unknown_scopes(frozenset(scopes)) == unknown
