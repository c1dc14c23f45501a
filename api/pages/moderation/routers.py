"""The routers of the pages of lists and rules."""

from __future__ import annotations

from api.pages.moderation import lists, rules

MODERATION_ROUTERS = (lists.router, rules.router)
