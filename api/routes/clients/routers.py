"""The routes of a client and what belongs to it, in the order of the documentation."""

from __future__ import annotations

from api.routes.clients import (
    access,
    clients,
    configs,
    limits,
    list_entries,
    previews,
    references,
    reports,
    rules,
    totals,
    user_log_ins,
    webhook_deliveries,
    webhooks,
)

CLIENT_ROUTERS = (
    clients.router,
    totals.router,
    reports.router,
    access.router,
    user_log_ins.router,
    limits.router,
    configs.router,
    previews.router,
    references.router,
    list_entries.router,
    rules.router,
    webhooks.router,
    webhook_deliveries.router,
)
