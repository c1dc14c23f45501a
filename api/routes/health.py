"""Whether the process lives and can work, and its metrics.

None of it says anything of a client.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from starlette.responses import Response

from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.problems import UNAVAILABLE, Problem, retry_after

router = APIRouter(tags=["health"], route_class=OperationRoute)


class Healthy(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


@router.get("/healthz")
async def health() -> Healthy:
    """Say that the process lives; asks nothing of any other part."""
    return Healthy()


@router.get("/readyz")
def ready(request: Request, backend: Backed) -> Healthy:
    """Say that the database answers and every long-lived task runs; 503 when not."""
    down = request.app.state.tasks.down
    if down:
        raise Problem(UNAVAILABLE, f"down at the moment: {', '.join(down)}", headers=retry_after(2))
    with backend.database.identity() as connection:
        connection.execute("SELECT 1")
    return Healthy()


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Metrics in Prometheus' format."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
