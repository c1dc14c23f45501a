"""Builds the API; `server.py` runs it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from api.access import SESSION_COOKIE, Backend
from api.http.head_requests import HeadAsGet
from api.http.observability import Metrics, Observed
from api.http.problems import MEDIA_TYPE, ProblemDocument, install_handlers
from api.http.shares import ShareLimits, Shares
from api.http.tracing import Tracing
from api.jobs.runner import JobRunner
from api.logins import NetworkChecks
from api.pages.routers import include_pages, page_operations
from api.permissions import OPERATIONS, check_declared
from api.routes import (
    access,
    cases,
    clients,
    configs,
    events,
    evidence,
    exports,
    health,
    limits,
    listings,
    notices,
    photos,
    previews,
    references,
    scans,
    session,
    webhooks,
)
from api.settings import ApiSettings
from api.stream.feed import EventFeed
from api.supervision import SupervisedTasks
from api.webhook_sender import WebhookSender
from infringement_dagster.clients.config_checks import ConfigChecks
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls

ROUTERS = (
    health.router,
    session.router,
    clients.router,
    access.router,
    limits.router,
    scans.router,
    events.router,
    cases.router,
    exports.router,
    evidence.router,
    notices.router,
    listings.router,
    configs.router,
    previews.router,
    references.router,
    photos.router,
    webhooks.router,
)
THREADS = 64  # every place of `Shares` may need one, and downloads one for each piece
_DESCRIPTION = """
Finds counterfeits and copycats on marketplaces. Every error is `application/problem+json` with a
stable `type` and a `hint`. Lists are walked with `cursor`. Changes answer when they are kept.
"""
_SECURITY_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}


class Api(FastAPI):
    """The application with every request observed, failed ones too."""

    def build_middleware_stack(self) -> ASGIApp:
        """The layers around the routes, the observing one outermost."""
        stack = super().build_middleware_stack()
        settings = self.state.backend.settings
        shares = Shares(
            HeadAsGet(stack),
            ShareLimits(settings.client_open_requests_max, settings.client_requests_per_minute),
        )
        return Observed(shares, self.state.metrics, self.state.tracing)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, in which each operation says how callers prove who they are."""
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["securitySchemes"] = _SECURITY_SCHEMES
            for operation in _operations(document):
                needed = OPERATIONS.get(operation["operationId"]) != "nobody"
                operation["security"] = [{"key": []}, {"session": []}] if needed else []
        assert self.openapi_schema is not None
        return self.openapi_schema


def create_app(urls: DatabaseUrls, objects: ObjectStore, settings: ApiSettings) -> Api:
    """The API over this database and store; raises UndeclaredOperation."""
    database = Database(urls)
    feed = EventFeed(Database(urls), urls.app)
    jobs = JobRunner(urls, objects)
    decoder = BlockingDecoder(is_shared=True)
    app = Api(
        title="infringement-dagster",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,  # such a redirect takes its host from the request
        responses=_problem_responses(),
    )
    app.state.backend = Backend(database, objects, settings, feed, decoder, ConfigChecks(), jobs)
    app.state.metrics = Metrics()
    app.state.network_checks = NetworkChecks()
    app.state.tasks = SupervisedTasks(app.state.metrics.registry)
    app.state.sender = WebhookSender(Database(urls), settings.webhook_private_hosts)
    app.state.tracing = Tracing(settings.otlp_endpoint) if settings.otlp_endpoint else None
    install_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    include_pages(app)
    check_declared([*operations_of(app), *page_operations()])
    app.state.query_names = _query_names(app)
    return app


def operations_of(app: FastAPI) -> list[str]:
    """The names of all operations of the app."""
    return [str(operation["operationId"]) for operation in _operations(app.openapi())]


def _query_names(app: FastAPI) -> dict[str, frozenset[str]]:
    """The query parameters that each operation of the document knows."""
    return {
        str(operation["operationId"]): frozenset(
            str(one["name"]) for one in operation.get("parameters", ()) if one["in"] == "query"
        )
        for operation in _operations(app.openapi())
    }


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    backend: Backend = app.state.backend
    sender: WebhookSender = app.state.sender
    tasks: SupervisedTasks = app.state.tasks
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    tasks.start("event_feed", backend.feed.run)
    tasks.start("webhook_sender", sender.run)
    tasks.start("jobs", backend.jobs.run)
    try:
        yield
    finally:
        backend.feed.close()
        await tasks.stop()
        await asyncio.to_thread(backend.decoder.close)
        await asyncio.to_thread(backend.config_checks.close)
        sender.close()
        backend.jobs.close()
        backend.feed.release()
        backend.database.close()
        if app.state.tracing is not None:
            await asyncio.to_thread(app.state.tracing.close)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _problem_responses() -> dict[int | str, dict[str, object]]:
    """Any operation may answer with any problem; `default` stands for all of them."""
    schema = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}
    document = {"description": "A problem", "content": {MEDIA_TYPE: {"schema": schema}}}
    return {"default": {**document, "model": ProblemDocument}}
