"""The home page of a client: what is new, what is to be done, how it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.pages.clients.uses import uses_of
from api.pages.first_run.start import first_steps
from api.pages.home.news import news_of
from api.pages.home.open_work import work_table
from api.pages.home.scan_health import ProviderHealth, health_of
from api.pages.home.trend_plot import HEIGHT, WIDTH, trend_plot
from api.pages.rendering import client_frame, render
from api.pages.scans.scan_question import searched_if_configured
from infringement_dagster.clients.config_document import BadClientConfig
from infringement_dagster.domain.report.figures import Figure, share_of
from resources.postgres.cases import work_query
from resources.postgres.cases.work_query import DecidedFlags
from resources.postgres.clients import schedule_store
from resources.postgres.events import visit_store
from resources.postgres.scans import scan_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_SCANS_READ = 30  # a marketplace that none of them asked has no health to speak of
_KEYS = [
    ("g", "review what is open"),
    ("/", "search everything"),
    ("?", "show and hide this list"),
]


@router.get("/clients/{client_id}/home")
def show_client_home(request: Request, scope: InClient) -> Response:
    """The client at a glance; a person's visit begins here."""
    c, client_id = scope.connection, scope.client_id
    last = visit_store.begin_visit(c, client_id, scope.principal.actor)
    flags = work_query.decided_flags(c, client_id)
    return render(
        "home.html",
        client_frame(request, scope, "home"),
        last=last,
        news=news_of(visit_store.events_since(c, client_id, last.event_no)) if last else [],
        work=work_table(work_query.open_work(c, client_id)),
        trend=trend_plot(work_query.case_weeks(c, client_id)),
        width=WIDTH,
        height=HEIGHT,
        flags=flags,
        precision=_precision(flags),
        health=_health(scope),
        next_due_at=schedule_store.next_due_at(c, client_id),
        uses=uses_of(scope),
        begun=first_steps(scope),
        keys=_KEYS,
    )


def _precision(flags: DecidedFlags) -> Figure:
    """The share of decided flags that were right, with its interval."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return share_of("flagged_precision", monday, flags.infringing, flags.decided)


def _health(scope: ClientScope) -> list[ProviderHealth]:
    c, client_id = scope.connection, scope.client_id
    scans = scan_store.scan_page(c, client_id, _SCANS_READ)
    try:
        searched = searched_if_configured(c, client_id) or []
    except BadClientConfig:  # of before a rule was made; a home page is there for everybody
        searched = []
    return health_of(scans, searched)
