"""The pages; importing this package registers them. A page never imports another."""

from leadflow_app.pages.account import page as account
from leadflow_app.pages.api_keys import page as api_keys
from leadflow_app.pages.audit import page as audit
from leadflow_app.pages.channel_setup import page as channel_setup
from leadflow_app.pages.channels import page as channels
from leadflow_app.pages.home import page as home
from leadflow_app.pages.inbox import page as inbox
from leadflow_app.pages.invitation import page as invitation
from leadflow_app.pages.lead import page as lead
from leadflow_app.pages.lead_import import page as lead_import
from leadflow_app.pages.leads import page as leads
from leadflow_app.pages.lifecycle import page as lifecycle
from leadflow_app.pages.not_found import page as not_found
from leadflow_app.pages.operations import page as operations
from leadflow_app.pages.privacy import page as privacy
from leadflow_app.pages.quarantine import page as quarantine
from leadflow_app.pages.replay import page as replay
from leadflow_app.pages.rule import page as rule
from leadflow_app.pages.rules import page as rules
from leadflow_app.pages.sign_in import page as sign_in
from leadflow_app.pages.simulator import page as simulator
from leadflow_app.pages.users import page as users
from leadflow_app.pages.workspace import page as workspace

__all__ = [
    "account",
    "api_keys",
    "audit",
    "channel_setup",
    "channels",
    "home",
    "inbox",
    "invitation",
    "lead",
    "lead_import",
    "leads",
    "lifecycle",
    "not_found",
    "operations",
    "privacy",
    "quarantine",
    "replay",
    "rule",
    "rules",
    "sign_in",
    "simulator",
    "users",
    "workspace",
]
