"""The pages of admins, for the list of all pages."""

from __future__ import annotations

from api.pages.admin import audit, keys, limits
from api.pages.clients import people, webhooks

ADMIN_ROUTERS = (people.router, keys.router, webhooks.router, limits.router, audit.router)
