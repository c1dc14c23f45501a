"""Clients: made, suspended and listed by operators; seen by their own."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from api.access import AnyCaller, IdentityConnection, InClient
from api.backend import Backed
from api.http.cursors import list_tag, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.http.schemas import ClientDocument, Cursor, Limit, NonEmptyText, Page
from api.http.schemas import Request as Body
from infringement_dagster.accounts.new_clients import make_client
from infringement_dagster.domain.client import CLIENT_ID_PATTERN
from resources.postgres.clients import client_store, operator_store
from resources.postgres.clients.audit import record

router = APIRouter(tags=["clients"], route_class=OperationRoute)


class NewClient(Body):
    """A client to be."""

    client_id: Annotated[str, StringConstraints(pattern=CLIENT_ID_PATTERN)] = Field(
        examples=["acme"]
    )
    display_name: NonEmptyText = Field(examples=["Acme Ltd."])


@router.get("/v1/clients")
def list_clients(
    _caller: AnyCaller, c: IdentityConnection, limit: Limit = 50, cursor: Cursor = None
) -> Page[ClientDocument]:
    """List all clients in order of id."""
    tag = list_tag("", "clients")
    after = read_cursor(tag, cursor, 1)[0] if cursor else ""
    rows = operator_store.clients_after(c, after.replace("\0", ""), limit)
    full = len(rows) == limit
    return Page(
        items=[ClientDocument.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, [rows[-1].client_id]) if full else None,
    )


@router.post("/v1/clients", status_code=201)
def create_client(
    caller: AnyCaller, client: NewClient, backend: Backed, response: Response
) -> ClientDocument:
    """Make a client without config."""
    with backend.database.client(client.client_id) as c:
        row = make_client(c, client.client_id, client.display_name, caller.doer)
    response.headers["Location"] = f"/v1/clients/{client.client_id}"
    return ClientDocument.model_validate(row)


@router.get("/v1/clients/{client_id}")
def get_client(scope: InClient) -> ClientDocument:
    """Read a client."""
    row = client_store.get_client(scope.connection, scope.client_id)
    return ClientDocument.model_validate(row)


@router.post("/v1/clients/{client_id}/suspend")
def suspend_client(scope: InClient, c: IdentityConnection) -> ClientDocument:
    """Shut the client's keys, users and queued scans out until it is resumed."""
    return _set_state(scope, c, "suspended")


@router.post("/v1/clients/{client_id}/resume")
def resume_client(scope: InClient, c: IdentityConnection) -> ClientDocument:
    """Let a suspended client in again."""
    return _set_state(scope, c, "active")


def _set_state(
    scope: InClient, c: IdentityConnection, state: Literal["active", "suspended"]
) -> ClientDocument:
    row = client_store.get_client(scope.connection, scope.client_id)
    operator_store.set_client_state(c, scope.client_id, state)
    record(c, scope.client_id, scope.principal.doer, f"client.{state}")
    return ClientDocument.model_validate(row).model_copy(update={"state": state})
