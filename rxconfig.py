"""Reflex's configuration: no calls home, no foreign origins, one build for every address."""

from typing import Unpack

import reflex as rx
from reflex_base.plugins.base import PostBuildContext

from backend.platform.frontend import (
    BUILT_ADDRESS,
    read_notices_without_eval,
    serve_from_any_origin,
)
from backend.platform.origins import known_origins
from backend.platform.settings import QueueSettings, load
from leadflow_app.design import theme


class OurScripts(rx.plugins.Plugin):
    """After the build, make the screens talk to their own origin, and run no text as a script."""

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Rewrite the scripts before they are compressed."""
        serve_from_any_origin(context["static_dir"])
        read_notices_without_eval(context["static_dir"])


config = rx.Config(
    app_name="leadflow_app",
    api_url=BUILT_ADDRESS,
    cors_allowed_origins=known_origins(),
    plugins=[OurScripts(), rx.plugins.RadixThemesPlugin(theme=theme())],
    disable_plugins=[rx.plugins.SitemapPlugin],
    redis_url=load(QueueSettings).redis_url,
    show_built_with_reflex=False,
    state_manager_mode=(
        rx.constants.StateManagerMode.REDIS
        if load(QueueSettings).redis_url
        else rx.constants.StateManagerMode.MEMORY
    ),
    telemetry_enabled=False,
)
