"""The page on which operators choose a client, or add one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from api.access import AnyCaller
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import NonEmptyText, Text
from api.pages.rendering import frame_of, go_to, render
from infringement_dagster.accounts.new_clients import make_client
from infringement_dagster.domain.client import CLIENT_ID_PATTERN
from resources.postgres.clients.operator_store import clients_after

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
CLIENTS_SHOWN_MAX = 1000


class NewClientForm(BaseModel):
    """A client to be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Annotated[str, StringConstraints(pattern=CLIENT_ID_PATTERN)]
    display_name: NonEmptyText


@router.get("/clients")
def choose_client(
    request: Request, caller: AnyCaller, backend: Backed, name: Annotated[Text, Query()] = ""
) -> Response:
    """All clients whose name or id holds the text, for operators."""
    with backend.database.identity() as c:
        rows = clients_after(c, "", CLIENTS_SHOWN_MAX)
    wanted = name.strip().casefold()
    shown = [
        row for row in rows if wanted in row.client_id or wanted in row.display_name.casefold()
    ]
    return render("clients.html", frame_of(request, caller), clients=shown, name=name)


@router.post("/clients")
def add_client_on_page(
    caller: AnyCaller, backend: Backed, form: Annotated[NewClientForm, Form()]
) -> Response:
    """Makes the client and shows its first steps."""
    with backend.database.client(form.client_id) as c:
        make_client(c, form.client_id, form.display_name, caller.doer)
    return go_to(f"/clients/{form.client_id}/start")
