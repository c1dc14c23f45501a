"""The page of the installation's health, for operators."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import AnyCaller
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.pages.operators.health_facts import health_facts
from api.pages.operators.health_words import STATES, near_limits, parts_of, provider_rows
from api.pages.rendering import frame_of, render
from api.pages.scans.scan_view import WAITS

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


@router.get("/health")
def show_health(request: Request, caller: AnyCaller, backend: Backed) -> Response:
    """Each part of the installation with what to do, and what is behind it."""
    facts = health_facts(backend, request.app.state.tasks.down, datetime.now(UTC))
    return render(
        "health.html",
        frame_of(request, caller),
        facts=facts,
        parts=parts_of(facts),
        providers=provider_rows(facts),
        near=near_limits(facts),
        part_states=STATES,
        ui_url=str(backend.settings.ui_url or "").rstrip("/"),
        waits=WAITS,
    )
