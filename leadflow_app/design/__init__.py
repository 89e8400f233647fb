"""The look: tokens, theme, and one sheet of rules that the app hands to every page."""

from typing import Any

from leadflow_app.design.base import BASE
from leadflow_app.design.channels import CHANNELS
from leadflow_app.design.controls import CONTROLS
from leadflow_app.design.deliveries import DELIVERIES
from leadflow_app.design.dialogs import DIALOGS
from leadflow_app.design.frame import FRAME
from leadflow_app.design.home import HOME
from leadflow_app.design.imports import IMPORTS
from leadflow_app.design.inbox import INBOX
from leadflow_app.design.lead import LEAD
from leadflow_app.design.leads import LEADS
from leadflow_app.design.operations import OPERATIONS
from leadflow_app.design.phone import PHONE
from leadflow_app.design.rules import RULES
from leadflow_app.design.settings import SETTINGS
from leadflow_app.design.sign_in import SIGN_IN
from leadflow_app.design.tables import TABLES
from leadflow_app.design.team import TEAM
from leadflow_app.design.theme import theme

__all__ = ["sheet", "theme"]


def sheet() -> dict[str, Any]:
    """Return every rule, by its selector below the theme."""
    shared = BASE | FRAME | CONTROLS | DIALOGS | TABLES | SETTINGS
    return (
        shared
        | HOME
        | LEADS
        | LEAD
        | INBOX
        | TEAM
        | PHONE
        | OPERATIONS
        | CHANNELS
        | DELIVERIES
        | RULES
        | IMPORTS
        | SIGN_IN
    )
