"""What can go wrong with accounts.

Unauthenticated
|-- SignInRefused      e-mail and password do not belong together
`-- ChallengeGone      a code came too late, or after too many wrong ones
Forbidden
`-- NotPermitted       the role or the key's scopes do not allow it
Invalid
|-- UnknownScope
|-- BadExpiry          past, or too far away
|-- TooManyEntries     of the audit log, for one file
|-- BadGrace           the old key of a rotation would work too long
|-- WeakPassword
|-- WrongPassword      not the password of whoever is signed in
|-- WrongCode          neither a code of this moment nor an unused recovery code
|-- BadEmail
|-- BadName            empty or too long
`-- BadSetting         a timezone or a currency that there is not
Conflict
|-- EmailTaken
|-- ApiKeyDead         revoked or expired
|-- KeysAreGiven       the keys that seal secrets come from the environment
|-- HasSecondFactor
|-- NoSecondFactor
|-- SharedAccount      whose password is not this workspace's alone to set
|-- OwnerStays         the owner hands the workspace over first
|-- LastAdmin          somebody has to be able to let others in
|-- AlreadyMember
|-- NotYetMember       invited, but has not accepted
|-- AccountExists      an invitation that its account has to accept, signed in
|-- SeveralWorkspaces  which one was not said
`-- TooManyWorkspaces
NotFound
|-- NoWorkspace
|-- NoApiKey
|-- NoMember
|-- NoAccount
|-- NoSession
|-- ResetGone          a link that was used, has expired or never was
|-- NoInvitation
`-- InvitationGone     a link that was used, withdrawn, has expired or never was
Unavailable
|-- TooManyAttempts    for a while
`-- TooBusy            for a moment
"""

import math
from datetime import timedelta

from backend.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class SignInRefused(Unauthenticated):
    """Says nothing about which of the two was wrong."""


class ChallengeGone(Unauthenticated):
    """Whoever was asked for a code has to give the password again."""


class NotPermitted(Forbidden):
    """The actor may not do this."""


class UnknownScope(Invalid):
    """A scope that no permission has."""


class BadExpiry(Invalid):
    """A key that would have ended already, or live too long."""


class BadGrace(Invalid):
    """The old secret of a key would work too long beside the new one."""


class TooManyEntries(Invalid):
    """More of the audit log than one file takes."""


class WeakPassword(Invalid):
    """Too short, too long, or soon guessed."""


class WrongPassword(Invalid):
    """Not the password of whoever is signed in."""


class WrongCode(Invalid):
    """Neither a code of this moment nor an unused recovery code."""


class BadEmail(Invalid):
    """Not an e-mail address."""


class BadName(Invalid):
    """A name that nobody can read."""


class BadSetting(Invalid):
    """A timezone or a currency that there is not."""


class EmailTaken(Conflict):
    """Somebody signs in with this address already."""


class HasSecondFactor(Conflict):
    """There is one already; it is removed first."""


class NoSecondFactor(Conflict):
    """There is none to confirm, to renew or to remove."""


class SharedAccount(Conflict):
    """The account belongs to other workspaces too, whose admins did not ask for this."""


class NoAccount(NotFound):
    """Nobody signs in with this address."""


class NoSession(NotFound):
    """Missing, ended, or somebody else's."""


class ResetGone(NotFound):
    """Says nothing about whether there was one."""


class ApiKeyDead(Conflict):
    """The key is revoked or has expired."""


class KeysAreGiven(Conflict):
    """The environment holds the keys that seal secrets, so they are changed there."""


class NoApiKey(NotFound):
    """Missing, or another workspace's."""


class NoWorkspace(NotFound):
    """There is no workspace yet."""


class OwnerStays(Conflict):
    """The owner is neither disabled, demoted nor removed."""


class LastAdmin(Conflict):
    """Nobody would be left who can let others in."""


class AlreadyMember(Conflict):
    """Whoever has this address belongs to the workspace."""


class NotYetMember(Conflict):
    """There is only an invitation so far."""


class AccountExists(Conflict):
    """Somebody signs in with the invited address; a link alone changes nothing of theirs."""


class SeveralWorkspaces(Conflict):
    """There are several, and which one was not said."""


class TooManyWorkspaces(Conflict):
    """One person owns as many as one person may."""


class NoMember(NotFound):
    """Missing, or another workspace's."""


class NoInvitation(NotFound):
    """Missing, or another workspace's."""


class InvitationGone(NotFound):
    """Says nothing about whether there was one."""


class TooManyAttempts(Unavailable):
    """Too much went wrong lately; it ends by itself after `minutes`, rounded up."""

    def __init__(self, wait: timedelta) -> None:
        """Say how long."""
        self.minutes = max(1, math.ceil(wait / timedelta(minutes=1)))
        unit = "minute" if self.minutes == 1 else "minutes"
        super().__init__(f"too many attempts; wait {self.minutes} {unit}")


class TooBusy(Unavailable):
    """More people want in at once than can be checked."""
