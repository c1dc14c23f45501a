"""All operations of the API: a line for each module of routes or its folder's list."""

from __future__ import annotations

from api.routes import (
    alerts,
    events,
    health,
    imports,
    listings,
    photos,
    providers,
    scans,
    scores,
    search,
    session,
)
from api.routes.cases import (
    actors,
    cases,
    evidence,
    exports,
    groups,
    proposals,
    purchases,
    sellers,
    team_work,
)
from api.routes.cases.notice_routers import NOTICE_ROUTERS
from api.routes.clients.routers import CLIENT_ROUTERS

ROUTERS = (
    health.router,
    session.router,
    alerts.router,
    *CLIENT_ROUTERS,
    providers.router,
    scans.router,
    scores.router,
    events.router,
    cases.router,
    team_work.router,
    purchases.router,
    groups.router,
    proposals.router,
    actors.router,
    sellers.router,
    exports.router,
    evidence.router,
    *NOTICE_ROUTERS,
    imports.router,
    listings.router,
    search.router,
    photos.router,
)
