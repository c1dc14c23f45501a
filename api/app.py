"""Builds the API; `server.py` runs it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.backend import open_backend
from api.http.head_requests import HeadAsGet
from api.http.observability import Metrics, Observed
from api.http.problems import install_handlers
from api.http.tracing import Tracing
from api.installation_metrics import InstallationMetrics
from api.jobs.senders import open_senders
from api.lifecycle import lifespan
from api.logins.turns import NetworkChecks
from api.openapi.document import TITLE, VERSION
from api.openapi.routed import routed
from api.pages.languages.reader import InReadersLanguage
from api.pages.problem_pages import show_problems_as_pages
from api.settings import ApiSettings
from api.shares.shares import ShareLimits, Shares
from api.supervision import SupervisedTasks
from api.webhook_sender import WebhookSender
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls


class Api(FastAPI):
    """The application with every request observed, failed ones too."""

    def build_middleware_stack(self) -> ASGIApp:
        """The layers around the routes, the observing one outermost."""
        stack = super().build_middleware_stack()
        settings = self.state.backend.settings
        shares = Shares(
            HeadAsGet(InReadersLanguage(stack)),
            ShareLimits(settings.client_open_requests_max, settings.client_requests_per_minute),
        )
        return Observed(shares, self.state.metrics, self.state.tracing)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, finished: FastAPI's own knows the routes alone."""
        return routed().document


def create_app(urls: DatabaseUrls, objects: ObjectStore, settings: ApiSettings) -> Api:
    """The API over this database and store; raises UndeclaredOperation and BadSetting."""
    app = Api(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,  # such a redirect takes its host from the request
    )
    app.router.routes.extend(routed().routes)
    app.state.metrics = Metrics()
    app.state.backend = open_backend(urls, objects, settings, app.state.metrics.count_stamp)
    app.state.metrics.registry.register(InstallationMetrics(app.state.backend.database))
    app.state.network_checks = NetworkChecks()
    app.state.tasks = SupervisedTasks(app.state.metrics.registry)
    app.state.sender = WebhookSender(
        Database(urls), settings.webhook_private_hosts, settings.pages_url
    )
    vero = app.state.backend.vero
    app.state.senders = open_senders(urls, settings, app.state.tasks, vero)
    app.state.tracing = Tracing(settings.otlp_endpoint) if settings.otlp_endpoint else None
    app.state.query_names = routed().query_names
    install_handlers(app)
    show_problems_as_pages(app)
    return app
