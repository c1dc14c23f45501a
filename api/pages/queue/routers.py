"""The pages of the queue, for the app to include."""

from __future__ import annotations

from typing import Final

from api.pages.queue import bulk, groups, proposals, queue, saved_views

QUEUE_ROUTERS: Final = (
    queue.router,
    bulk.router,
    groups.router,
    proposals.router,
    saved_views.router,
)
