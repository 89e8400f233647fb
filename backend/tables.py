"""Every table, for alembic and for nobody else."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from backend.analytics import models as analytics_models
from backend.attribution import models as attribution_models
from backend.auth import models as auth_models
from backend.channels import models as channels_models
from backend.contacts import models as contacts_models
from backend.importing import models as importing_models
from backend.inbox import models as inbox_models
from backend.intake import models as intake_models
from backend.leads import models as leads_models
from backend.media import models as media_models
from backend.notices import models as notices_models
from backend.platform import models as platform_models
from backend.privacy import models as privacy_models
from backend.rules import models as rules_models

SLICES = (
    platform_models,
    auth_models,
    notices_models,
    channels_models,
    contacts_models,
    media_models,
    inbox_models,
    leads_models,
    attribution_models,
    rules_models,
    analytics_models,
    intake_models,
    importing_models,
    privacy_models,
)

metadata: MetaData = SQLModel.metadata
