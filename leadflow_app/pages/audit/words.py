"""What the audit log tells of, in sentences: one for every action."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from backend.auth import AuditAction, Permission
from leadflow_app import display, rights

Details = Mapping[str, Any]

AREAS: Final = {
    "api_key": "API keys",
    "audit": "Audit log",
    "backtest": "Backtests",
    "channel": "Channels",
    "consent": "Consent",
    "contact": "Contacts",
    "import": "Imports",
    "invitation": "Invitations",
    "lifecycle": "Lifecycle",
    "list": "Exported lists",
    "password": "Passwords",
    "recovery_codes": "Recovery codes",
    "replay": "Replays",
    "reply": "Replies",
    "retention": "Retention",
    "rule": "Rules",
    "second_factor": "Second factor",
    "secrets": "Sealed secrets",
    "session": "Sessions",
    "sign_in": "Signing in",
    "user": "People",
    "workspace": "Workspace",
    "webhook_event": "Deliveries",
}
SENTENCES: Final = {
    AuditAction.API_KEY_CREATED: "Made an API key",
    AuditAction.API_KEY_REVOKED: "Revoked an API key",
    AuditAction.API_KEY_ROTATED: "Gave an API key a new secret",
    AuditAction.AUDIT_VERIFIED: "Verified the audit log",
    AuditAction.CHANNEL_ACTIVATED: "Took a channel into use",
    AuditAction.CHANNEL_CREATED: "Connected a channel",
    AuditAction.CHANNEL_CREDENTIALS_CHANGED: "Replaced the credentials of a channel",
    AuditAction.CHANNEL_DEACTIVATED: "Took a channel out of use",
    AuditAction.CHANNEL_RENAMED: "Renamed a channel",
    AuditAction.CHANNEL_SECRET_RETIRED: "Retired the old secret of a channel",
    AuditAction.CHANNEL_TESTED: "Sent a test message from a channel",
    AuditAction.CONSENT_RECORDED: "Recorded the consent of a contact",
    AuditAction.CONSENT_WORDS_CHANGED: "Changed the words of consent",
    AuditAction.CONTACT_ERASED: "Erased a contact",
    AuditAction.CONTACT_EXPORTED: "Exported the data of a contact",
    AuditAction.CONTACT_MERGED: "Merged two contacts",
    AuditAction.CONTACT_UNMERGED: "Undid a merge of two contacts",
    AuditAction.EVENTS_IGNORED: "Ignored quarantined deliveries",
    AuditAction.EVENT_CORRECTED: "Corrected a quarantined delivery",
    AuditAction.EVENT_UNIGNORED: "Put an ignored delivery back into quarantine",
    AuditAction.IMPORT_STARTED: "Began to write an import",
    AuditAction.IMPORT_STOPPED: "Stopped an import",
    AuditAction.INVITATION_ACCEPTED: "Accepted an invitation",
    AuditAction.INVITATION_WITHDRAWN: "Withdrew an invitation",
    AuditAction.LIFECYCLE_CHANGED: "Changed the lifecycle of leads",
    AuditAction.LIST_EXPORTED: "Exported a list",
    AuditAction.OWNERSHIP_TRANSFERRED: "Handed the workspace over",
    AuditAction.PASSWORD_CHANGED: "Set a new password",
    AuditAction.PASSWORD_RESET_OFFERED: "Made a link to a new password",
    AuditAction.RECOVERY_CODES_RENEWED: "Made new recovery codes",
    AuditAction.RECOVERY_CODE_USED: "Used a recovery code",
    AuditAction.REPLAY_STARTED: "Started a replay",
    AuditAction.REPLAY_STOPPED: "Stopped a replay",
    AuditAction.REPLY_RESENT: "Sent a reply again",
    AuditAction.RETENTION_CHANGED: "Changed how long data is kept",
    AuditAction.ROLE_CHANGED: "Changed a role",
    AuditAction.BACKTEST_STARTED: "Started a backtest",
    AuditAction.BACKTEST_STOPPED: "Stopped a backtest",
    AuditAction.RULES_IMPORTED: "Imported rules",
    AuditAction.RULES_REORDERED: "Put the rules in another order",
    AuditAction.RULE_ARCHIVED: "Archived a rule",
    AuditAction.RULE_CHANGED: "Changed a rule",
    AuditAction.RULE_CREATED: "Wrote a rule",
    AuditAction.RULE_ENABLED: "Put a rule in force",
    AuditAction.RULE_PAUSED: "Paused a rule",
    AuditAction.RULE_RENAMED: "Renamed a rule",
    AuditAction.RULE_RESTORED: "Restored a rule",
    AuditAction.RULE_RUNS_UNDONE: "Undid what a rule did",
    AuditAction.SECOND_FACTOR_ADDED: "Turned the second factor on",
    AuditAction.SECOND_FACTOR_REMOVED: "Turned the second factor off",
    AuditAction.SECRETS_ROTATED: "Sealed the secrets anew",
    AuditAction.SESSION_REVOKED: "Ended a session",
    AuditAction.SIGNED_IN: "Signed in",
    AuditAction.SIGNED_OUT: "Signed out",
    AuditAction.SIGN_IN_FAILED: "Failed to sign in",
    AuditAction.USER_ADDED: "Added a person",
    AuditAction.USER_DISABLED: "Disabled a person",
    AuditAction.USER_ENABLED: "Enabled a person",
    AuditAction.USER_INVITED: "Invited a person",
    AuditAction.USER_REMOVED: "Removed a person",
    AuditAction.WORKSPACE_CHANGED: "Changed the settings of the workspace",
    AuditAction.WORKSPACE_CREATED: "Made the workspace",
    AuditAction.WORKSPACE_SWITCHED: "Came here from another workspace",
}


def sentence(action: str) -> str:
    """Say what was done; an action that this version does not know is written as it is named."""
    try:
        return SENTENCES[AuditAction(action)]
    except ValueError:
        return display.sentence(action)


def more(action: str, details: Details) -> str:
    """Say what else the entry tells, or nothing."""
    tell = TELLING.get(action)
    return tell(details) if tell else ""


def counted(entries: int) -> str:
    """Write a number of entries."""
    return "1 entry" if entries == 1 else f"{display.count(entries)} entries"


def _role(details: Details) -> str:
    return f"As {details['role']}" if details.get("role") else ""


def _change_of_role(details: Details) -> str:
    return f"From {details.get('from', '')} to {details.get('to', '')}"


def _scopes(details: Details) -> str:
    named = {name.strip() for name in str(details.get("scopes", "")).split(",")}
    if "all" in named:
        return rights.EVERYTHING
    return "; ".join(rights.in_words(item for item in Permission if item.value in named))


def _changes(details: Details) -> str:
    told = (f"{display.sentence(name)}: {value}" for name, value in details.items())
    return "; ".join(told).replace("->", "\N{RIGHTWARDS ARROW}")


def _verdict(details: Details) -> str:
    if details.get("is_intact"):
        return f"Intact, {counted(int(details.get('entries', 0)))}"
    return f"Broken at entry {details.get('broken_at', '')}"


def _list(details: Details) -> str:
    name = display.sentence(str(details.get("list", "")))
    return f"{name}, {display.plural(int(details.get('rows', 0)), 'row')}"


def _factor(details: Details) -> str:
    kinds = {"app": "With a code of the second factor", "recovery code": "With a recovery code"}
    return kinds.get(str(details.get("second_factor")), "")


def _step(details: Details) -> str:
    return f"Wrong {details['step']}" if details.get("step") else ""


def _sessions(details: Details) -> str:
    count = details.get("sessions")
    return display.plural(int(count), "session") if count else ""


def _retention(details: Details) -> str:
    arrow = "\N{RIGHTWARDS ARROW}"
    told = [
        f"{name}: {_days(details.get(f'{key}_before'))} {arrow} {_days(details.get(key))}"
        for key, name in (("raw_days", "Raw deliveries"), ("text_days", "Words of messages"))
        if details.get(key) != details.get(f"{key}_before")
    ]
    return "; ".join(told)


def _days(value: object) -> str:
    return "for ever" if value is None else display.plural(int(str(value)), "day")


def _rows(details: Details) -> str:
    return display.plural(sum(int(value) for value in details.values()), "row")


def _version(details: Details) -> str:
    return f"Version {details['version']}" if details.get("version") else ""


def _sealed(details: Details) -> str:
    broken = int(details.get("broken", 0))
    lost = f", {display.count(broken)} could not be opened" if broken else ""
    return f"{display.plural(int(details.get('resealed', 0)), 'value')} sealed{lost}"


TELLING: Final[Mapping[str, Callable[[Details], str]]] = {
    AuditAction.API_KEY_CREATED: _scopes,
    AuditAction.AUDIT_VERIFIED: _verdict,
    AuditAction.CONTACT_ERASED: _rows,
    AuditAction.CONTACT_EXPORTED: _rows,
    AuditAction.INVITATION_ACCEPTED: _role,
    AuditAction.INVITATION_WITHDRAWN: _role,
    AuditAction.LIST_EXPORTED: _list,
    AuditAction.RETENTION_CHANGED: _retention,
    AuditAction.ROLE_CHANGED: _change_of_role,
    AuditAction.RULE_CHANGED: _version,
    AuditAction.SECRETS_ROTATED: _sealed,
    AuditAction.SESSION_REVOKED: _sessions,
    AuditAction.SIGNED_IN: _factor,
    AuditAction.SIGN_IN_FAILED: _step,
    AuditAction.USER_ADDED: _role,
    AuditAction.USER_INVITED: _role,
    AuditAction.LIFECYCLE_CHANGED: _changes,
    AuditAction.WORKSPACE_CHANGED: _changes,
}
