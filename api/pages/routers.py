"""All pages, for the app to include.

Belongs here: the list. Not here: pages.
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.pages import (
    bulk,
    case,
    client,
    config,
    evidence,
    queue,
    scans,
    sessions,
    static_files,
    views,
)
from api.pages.problem_pages import show_problems_as_pages

_ROUTERS = (
    static_files.router,
    sessions.router,
    queue.router,
    case.router,
    bulk.router,
    views.router,
    scans.router,
    client.router,
    config.router,
    evidence.router,
)


def include_pages(app: FastAPI) -> None:
    """Guarantees that the app has all pages and shows people its problems as pages."""
    for router in _ROUTERS:
        app.include_router(router)
    show_problems_as_pages(app)


def page_operations() -> list[str]:
    """The names of all operations of the pages."""
    return [
        route.name for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)
    ]
