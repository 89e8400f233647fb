"""Views of the settings as the slices return them, with what a test does not care about filled."""

from datetime import timedelta
from uuid import UUID

from backend.auth import (
    Actor,
    ActorKind,
    ApiKeyState,
    ApiKeyView,
    AuditEntryView,
    InvitationView,
    MemberState,
    MemberView,
    Role,
)
from backend.contacts import ContactView
from tests.ui._views import ID, NOW

OTHER = UUID("0198c5a1-0000-7000-8000-0000000000ff")
MONTH = timedelta(days=30)


def person(role=Role.ADMIN):
    """Somebody who is signed in and looks at a page."""
    return Actor(workspace_id=ID, kind=ActorKind.USER, name="Ana Example", user_id=ID, role=role)


def member_view(**given):
    return MemberView(
        **{
            "id": OTHER,
            "name": "Bo Example",
            "email": "bo@example.com",
            "role": Role.OPERATOR,
            "state": MemberState.ACTIVE,
            "is_owner": False,
            "has_second_factor": False,
            "last_seen_at": NOW,
            "created_at": NOW,
        }
        | given
    )


def invitation_view(**given):
    return InvitationView(
        **{
            "id": OTHER,
            "email": "cem@example.com",
            "role": Role.VIEWER,
            "inviter_name": "Ana Example",
            "created_at": NOW,
            "expires_at": NOW + timedelta(days=7),
            "is_expired": False,
        }
        | given
    )


def key_view(**given):
    return ApiKeyView(
        **{
            "id": OTHER,
            "name": "Shop",
            "prefix": "lf_live_abcd1234",
            "scopes": ("leads:read",),
            "state": ApiKeyState.ACTIVE,
            "creator_name": "Ana Example",
            "created_at": NOW,
            "last_used_at": None,
            "last_used_address": "",
            "expires_at": NOW + MONTH,
            "revoked_at": None,
            "previous_expires_at": None,
        }
        | given
    )


def entry_view(action, *, subject="", **given):
    return AuditEntryView(
        **{
            "sequence": 7,
            "id": ID,
            "occurred_at": NOW,
            "actor_kind": ActorKind.USER,
            "actor_id": ID,
            "actor_name": "Ana Example",
            "address": "203.0.113.9",
            "action": action,
            "subject": subject,
            "details": {},
            "hash": "f" * 64,
        }
        | given
    )


def contact_view(**given):
    return ContactView(
        **{
            "id": OTHER,
            "display_name": "Maya Chen",
            "phone": "+12065550123",
            "bsuid": None,
            "username": None,
            "last_seen_at": NOW,
            "created_at": NOW,
        }
        | given
    )
