"""All pages, for the app to include."""

from __future__ import annotations

from fastapi.routing import APIRoute

from api.pages import (
    accounts,
    begun_logins,
    docs,
    open_id,
    password_links,
    search,
    sessions,
    static_files,
)
from api.pages.admin.routers import ADMIN_ROUTERS
from api.pages.alerts.routers import ALERT_ROUTERS
from api.pages.cases.routers import CASE_ROUTERS
from api.pages.clients import client, reports
from api.pages.first_run import start
from api.pages.home import home
from api.pages.languages import choosing
from api.pages.listings import listing
from api.pages.moderation.routers import MODERATION_ROUTERS
from api.pages.notices.routers import NOTICE_ROUTERS
from api.pages.operators.routers import OPERATOR_ROUTERS
from api.pages.queue.routers import QUEUE_ROUTERS
from api.pages.scans.routers import SCAN_ROUTERS
from api.pages.sellers.routers import SELLER_ROUTERS
from api.pages.settings.routers import SETTINGS_ROUTERS

PAGE_ROUTERS = (
    static_files.router,
    docs.router,
    sessions.router,
    choosing.router,
    *OPERATOR_ROUTERS,
    begun_logins.router,
    open_id.router,
    password_links.router,
    accounts.router,
    *ALERT_ROUTERS,
    home.router,
    start.router,
    search.router,
    *QUEUE_ROUTERS,
    *CASE_ROUTERS,
    listing.router,
    *SELLER_ROUTERS,
    *NOTICE_ROUTERS,
    *SCAN_ROUTERS,
    reports.router,
    client.router,
    *ADMIN_ROUTERS,
    *SETTINGS_ROUTERS,
    *MODERATION_ROUTERS,
)


def page_operations() -> list[str]:
    """The names of all operations of the pages."""
    return [
        route.name
        for router in PAGE_ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
    ]
