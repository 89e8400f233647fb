"""The pages; importing this package registers them. A page never imports another."""

from leadflow_app.pages.home import page as home
from leadflow_app.pages.inbox import page as inbox
from leadflow_app.pages.lead import page as lead
from leadflow_app.pages.leads import page as leads
from leadflow_app.pages.not_found import page as not_found
from leadflow_app.pages.operations import page as operations
from leadflow_app.pages.sign_in import page as sign_in
from leadflow_app.pages.simulator import page as simulator

__all__ = ["home", "inbox", "lead", "leads", "not_found", "operations", "sign_in", "simulator"]
