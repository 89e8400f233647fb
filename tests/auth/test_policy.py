import pytest

from backend.auth.policy import (
    FOR_ADMINS,
    FOR_PEOPLE,
    Permission,
    Role,
    key_may,
    role_may,
    unknown_scopes,
)


@pytest.mark.parametrize("permission", Permission)
def test_an_admin_may_everything(permission):
    assert role_may(Role.ADMIN, permission)


@pytest.mark.parametrize("permission", Permission)
def test_an_operator_may_the_daily_work(permission):
    assert role_may(Role.OPERATOR, permission) is (permission not in FOR_ADMINS)


@pytest.mark.parametrize("permission", Permission)
def test_a_key_for_everything_still_makes_no_users_and_no_keys(permission):
    assert key_may(frozenset({"all"}), permission) is (permission not in FOR_PEOPLE)


@pytest.mark.parametrize("permission", Permission)
def test_a_key_may_what_its_scopes_say(permission):
    own = frozenset({permission.value})
    assert key_may(own, permission) is (permission not in FOR_PEOPLE)
    assert not key_may(frozenset(), permission)
    others = frozenset(item.value for item in Permission if item is not permission)
    assert not key_may(others, permission)


@pytest.mark.parametrize(
    ("scopes", "unknown"),
    [
        (set(), ()),
        ({"all", "leads:read"}, ()),
        ({"leads:read", "zebra", "apple"}, ("apple", "zebra")),
        ({"users:write"}, ("users:write",)),
    ],
)
def test_scopes_that_no_key_can_have_are_named(scopes, unknown):
    assert unknown_scopes(frozenset(scopes)) == unknown
