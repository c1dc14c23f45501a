"""The pages of admins, for the list of all pages."""

from __future__ import annotations

from api.pages.admin import audit, keys
from api.pages.clients import people, webhooks

ADMIN_ROUTERS = (people.router, keys.router, webhooks.router, audit.router)
