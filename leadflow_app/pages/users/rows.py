"""What the page of people shows, ready to draw, and what it asks before something is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from backend.auth import (
    Actor,
    CreatedInvitation,
    InvitationView,
    MemberState,
    MemberView,
    Permission,
    Role,
)
from leadflow_app import display, rights, routes
from leadflow_app.dialogs import Asked, Secret
from leadflow_app.display import Choice, Clock, Moment
from leadflow_app.rights import Option

STATES: Final = {
    "": "Everybody",
    MemberState.ACTIVE.value: "Active",
    MemberState.DISABLED.value: "Disabled",
    MemberState.INVITED.value: "Invited",
}


class Deed(StrEnum):
    """What can be done with somebody, or with an invitation."""

    DISABLE = "disable"
    ENABLE = "enable"
    REMOVE = "remove"
    OWN = "own"
    RESET = "reset"
    RENEW = "renew"
    WITHDRAW = "withdraw"


LABELS: Final = {
    Deed.DISABLE: "Disable",
    Deed.ENABLE: "Enable",
    Deed.REMOVE: "Remove from the workspace",
    Deed.OWN: "Hand the workspace over",
    Deed.RESET: "Link to a new password",
    Deed.RENEW: "New link",
    Deed.WITHDRAW: "Withdraw the invitation",
}


@dataclass(frozen=True, slots=True)
class UserFilters:
    """Whom the address asks for; a value that makes no sense asks for everybody."""

    state: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "UserFilters":
        """Read the filters of an address."""
        state = query.get("state", "")
        return cls(state=state if state in STATES else "", q=query.get("q", ""))

    @property
    def href(self) -> str:
        """The address that asks for this."""
        return routes.with_query(routes.USERS, state=self.state, q=self.q)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of the workspace; who is only invited has no name yet."""

    key: str
    name: str
    email: str
    notes: list[str]
    role: str
    role_label: str
    can_change_role: bool
    state: str
    state_label: str
    seen: Moment
    second_factor: str
    actions: list[Option]


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that nobody has accepted."""

    key: str
    email: str
    role_label: str
    by: str
    sent: Moment
    ends: Moment
    is_expired: bool
    actions: list[Option]


@dataclass(frozen=True, slots=True)
class UsersScreen:
    """The whole page."""

    term: str = ""
    states: list[Choice] = field(default_factory=list)
    is_of_invitations: bool = False
    people: list[PersonRow] = field(default_factory=list)
    invitations: list[InvitationRow] = field(default_factory=list)
    roles: list[Option] = field(default_factory=list)
    can_invite: bool = False
    is_alone: bool = False
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who looks at the people: what they may, and whether the workspace is theirs."""

    actor: Actor
    is_owner: bool

    @property
    def may_write(self) -> bool:
        """Whether they may change anything here."""
        return self.actor.may(Permission.USERS_WRITE)

    def reaches(self, role: Role) -> bool:
        """Whether they may give or take this role: nobody touches who may more."""
        return self.may_write and rights.of_role(role, self.actor) <= self.actor.permissions

    def touches(self, member: MemberView) -> bool:
        """Whether they may change somebody: neither themselves nor the owner."""
        is_own = member.id == self.actor.user_id
        return not (is_own or member.is_owner) and self.reaches(member.role)


def users_screen(filters: UserFilters, onlooker: Onlooker) -> UsersScreen:
    """Lay the page out; the caller adds the people or the invitations."""
    choices = [
        Choice(label, replace(filters, state=state).href, filters.state == state)
        for state, label in STATES.items()
    ]
    return UsersScreen(
        term=filters.q,
        states=choices,
        is_of_invitations=filters.state == MemberState.INVITED,
        roles=rights.role_options(onlooker.actor) if onlooker.may_write else [],
        can_invite=onlooker.may_write,
    )


def person_row(member: MemberView, onlooker: Onlooker, clock: Clock) -> PersonRow:
    """Put somebody into words, with what the onlooker may do with them."""
    is_invited = member.state is MemberState.INVITED
    return PersonRow(
        key=str(member.id),
        name=member.name or member.email,
        email="" if is_invited else member.email,
        notes=_notes(member, onlooker),
        role=member.role.value,
        role_label=rights.role_label(member.role),
        can_change_role=not is_invited and onlooker.touches(member),
        state=member.state.value,
        state_label=display.sentence(member.state),
        seen=clock.moment(member.last_seen_at),
        second_factor="" if is_invited else "On" if member.has_second_factor else "Off",
        actions=_options(_deeds(member, onlooker)),
    )


def invitation_row(given: InvitationView, onlooker: Onlooker, clock: Clock) -> InvitationRow:
    """Put an invitation into words."""
    deeds = (Deed.RENEW, Deed.WITHDRAW) if onlooker.reaches(given.role) else ()
    return InvitationRow(
        key=str(given.id),
        email=given.email,
        role_label=rights.role_label(given.role),
        by=given.inviter_name,
        sent=clock.moment(given.created_at),
        ends=clock.moment(given.expires_at),
        is_expired=given.is_expired,
        actions=_options(deeds),
    )


def _notes(member: MemberView, onlooker: Onlooker) -> list[str]:
    is_own = member.id == onlooker.actor.user_id
    return [word for word, is_so in (("You", is_own), ("Owner", member.is_owner)) if is_so]


def _options(deeds: Sequence[Deed]) -> list[Option]:
    return [Option(deed.value, LABELS[deed]) for deed in deeds]


def _deeds(member: MemberView, onlooker: Onlooker) -> tuple[Deed, ...]:
    """Say what the onlooker may do with somebody; the use cases decide it again."""
    if not onlooker.touches(member):
        return ()
    match member.state:
        case MemberState.INVITED:
            return (Deed.RENEW, Deed.WITHDRAW)
        case MemberState.DISABLED:
            return (Deed.ENABLE, Deed.REMOVE)
        case MemberState.ACTIVE:
            is_heir = onlooker.is_owner and member.role is Role.ADMIN
            return (Deed.RESET, *([Deed.OWN] if is_heir else []), Deed.DISABLE, Deed.REMOVE)


def asked_about_role(member: MemberView, role: Role, actor: Actor) -> Asked | None:
    """Ask before somebody becomes less; `None` when the new role takes nothing away."""
    before, after = rights.of_role(member.role, actor), rights.of_role(role, actor)
    losses = rights.lost(before, after)
    if not losses:
        return None
    return Asked(
        title=f"Make {called(member)} {_article(role)} {role}?",
        text="From their next click on they may no longer do this:",
        losses=losses,
        answer=f"Make {_article(role)} {role}",
    )


def asked_about(deed: Deed, name: str) -> Asked:
    """Ask before somebody or something is lost; says what, and whether it can be undone."""
    asking = {
        Deed.DISABLE: Asked(
            title=f"Disable {name}?",
            text="They are signed out here at once and cannot sign in until you enable them "
            "again. What they wrote stays.",
            losses=["Their open sessions in this workspace", "Invitations that they made"],
            answer="Disable",
        ),
        Deed.REMOVE: Asked(
            title=f"Remove {name}?",
            text="They no longer belong to this workspace. What they wrote stays, with their "
            "name. To come back they need a new invitation. Lost for good:",
            losses=[
                "Their role here",
                "Their open sessions in this workspace",
                "Invitations that they made",
            ],
            answer="Remove",
        ),
        Deed.OWN: Asked(
            title=f"Hand the workspace over to {name}?",
            text="They become its owner, whom nobody can disable, demote or remove. You stay an "
            "admin. You cannot take this back; only they can hand it over again.",
            answer="Hand over",
        ),
        Deed.WITHDRAW: Asked(
            title=f"Withdraw the invitation of {name}?",
            text="Its link leads nowhere from now on. You can invite them again at any time.",
            answer="Withdraw",
        ),
    }
    return asking[deed]


def called(member: MemberView) -> str:
    """Name somebody, by their address while they have no name."""
    return member.name or member.email


def invitation_link(made: CreatedInvitation, origin: str, clock: Clock) -> Secret:
    """Show the link of an invitation."""
    role = rights.role_label(made.role).lower()
    return Secret(
        title="Invitation link",
        text=f"Send it to {made.email}, and to nobody else: whoever opens it joins as "
        f"{_article(made.role)} {role}. It works once and is shown only now.",
        label="Link",
        value=f"{origin}{made.path}",
        until=clock.moment(made.expires_at),
    )


def reset_link(name: str, path: str, origin: str) -> Secret:
    """Show the link to a new password."""
    return Secret(
        title="Link to a new password",
        text=f"Send it to {name}, and to nobody else: whoever opens it within an hour chooses "
        "their password. It works once and is shown only now.",
        label="Link",
        value=f"{origin}{path}",
    )


def _article(role: Role) -> str:
    return "an" if role.value[0] in "aeiou" else "a"
