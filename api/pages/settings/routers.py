"""The pages of a client's config and references, for the list of all pages."""

from __future__ import annotations

from api.pages.clients import config, config_versions, references
from api.pages.settings import history, section_checks, trials

SETTINGS_ROUTERS = (
    config.router,
    config_versions.router,
    references.router,
    history.router,
    section_checks.router,
    trials.router,
)
