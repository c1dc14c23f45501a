"""The pages of mails, for the list of all pages."""

from __future__ import annotations

from api.pages.alerts import choices, unsubscribing

ALERT_ROUTERS = (choices.router, unsubscribing.router)
