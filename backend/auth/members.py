"""The people of a workspace, and the first of them."""

import re
import secrets

from backend.auth.errors import BadEmail, EmailTaken
from backend.auth.models import Membership, UserAccount
from backend.auth.passwords import check_strength, hash_password
from backend.auth.policy import Permission, Role
from backend.auth.repository import AuthRepository
from backend.auth.schemas import Actor, FirstAdmin, UserInput
from backend.auth.workspaces import create_workspace
from backend.kit.ids import UserId, new_id
from backend.platform.unit_of_work import UnitOfWork

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def create_user(uow: UnitOfWork, actor: Actor, given: UserInput) -> UserId:
    """Add a user to the actor's workspace; raises `BadEmail`, `WeakPassword`, `EmailTaken`."""
    actor.require(Permission.USERS_WRITE)
    address = given.email.strip()
    if not EMAIL.fullmatch(address):
        message = f"{address!r} is not an e-mail address"
        raise BadEmail(message, field="email", expected="a form like ana@example.com")
    check_strength(given.password)
    repository = AuthRepository(uow)
    if repository.user_by_email(address):
        message = f"{address} signs in here already"
        raise EmailTaken(message, field="email")
    user = UserAccount(
        id=new_id(),
        email=address,
        name=given.name,
        password_hash=hash_password(given.password),
        created_at=uow.now,
    )
    repository.add(user)
    repository.add(
        Membership(
            workspace_id=actor.workspace_id, user_id=user.id, role=given.role, created_at=uow.now
        )
    )
    return UserId(user.id)


def ensure_first_admin(
    uow: UnitOfWork, *, email: str | None = None, password: str | None = None
) -> FirstAdmin | None:
    """Make the first workspace and its admin when nobody can sign in yet; else `None`."""
    if AuthRepository(uow).has_users():
        return None
    workspace = create_workspace(uow, name="Demo workspace")
    address = email or "admin@leadflow.example"
    chosen = password or secrets.token_urlsafe(12)
    admin = UserInput(email=address, name="Admin", password=chosen, role=Role.ADMIN)
    create_user(uow, Actor.system(workspace.id), admin)
    return FirstAdmin(email=address, password=None if password else chosen)
