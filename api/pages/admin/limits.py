"""The page of a client's limits beside what it uses of them; operators change them there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import OR_NONE
from api.pages.clients.uses import uses_of
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.clients import limits as bounds
from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients.limit_store import client_limits
from resources.postgres.retention.retention_store import retention_of

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


_Credits = Annotated[int | None, Field(ge=0, le=bounds.CREDITS_MAX), OR_NONE]


class LimitsForm(BaseModel):
    """All limits of a client; an empty field does not limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weight: Annotated[float, Field(ge=bounds.WEIGHT_MIN, le=bounds.WEIGHT_MAX)]
    runs_max: Annotated[int, Field(ge=0, le=bounds.RUNS_MAX)]
    requests_per_minute: Annotated[int | None, Field(ge=1, le=bounds.REQUESTS_MAX), OR_NONE] = None
    credits_per_day: _Credits = None
    credits_per_month: _Credits = None


@router.get("/clients/{client_id}/limits")
def show_limits(request: Request, scope: InClient) -> Response:
    """Each limit beside its use, and how long things are kept."""
    c, client_id = scope.connection, scope.client_id
    return render(
        "limits.html",
        client_frame(request, scope, "limits"),
        uses=uses_of(scope),
        limits=client_limits(c, client_id),
        bounds=bounds,
        kept=retention_of(c, client_id),
    )


@router.post("/clients/{client_id}/limits")
def change_limits_on_page(
    access: Allowed, backend: Backed, form: Annotated[LimitsForm, Form()]
) -> Response:
    """Sets all limits of the client."""
    client_id, limits = access.client_id, ClientLimits(**form.model_dump())
    with backend.database.admission() as c:
        bounds.change_limits(c, client_id, access.principal.doer, limits)
    return go_to(f"/clients/{client_id}/limits")
