"""Workspaces, users, sessions and API keys: who asks, and what they may do."""

from backend.auth.api_keys import actor_for_api_key, create_api_key
from backend.auth.errors import (
    BadEmail,
    EmailTaken,
    NotPermitted,
    NoWorkspace,
    SignInRefused,
    UnknownScope,
    WeakPassword,
)
from backend.auth.members import create_user, ensure_first_admin
from backend.auth.policy import ActorKind, Permission, Role
from backend.auth.schemas import (
    Actor,
    CreatedApiKey,
    FirstAdmin,
    SignedIn,
    UserInput,
    WorkspaceView,
)
from backend.auth.signing_in import SESSION_COOKIE, actor_for_session, sign_in, sign_out
from backend.auth.workspaces import (
    create_workspace,
    get_workspace,
    sole_workspace,
    workspace_ids,
    workspace_settings,
)

__all__ = [
    "SESSION_COOKIE",
    "Actor",
    "ActorKind",
    "BadEmail",
    "CreatedApiKey",
    "EmailTaken",
    "FirstAdmin",
    "NoWorkspace",
    "NotPermitted",
    "Permission",
    "Role",
    "SignInRefused",
    "SignedIn",
    "UnknownScope",
    "UserInput",
    "WeakPassword",
    "WorkspaceView",
    "actor_for_api_key",
    "actor_for_session",
    "create_api_key",
    "create_user",
    "create_workspace",
    "ensure_first_admin",
    "get_workspace",
    "sign_in",
    "sign_out",
    "sole_workspace",
    "workspace_ids",
    "workspace_settings",
]
