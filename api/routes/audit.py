"""The client's audit trail, for its admins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.access import InClient
from api.http.cursors import bad_cursor, list_tag, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, Page
from resources.postgres.clients.audit import AuditPosition, entries_before

router = APIRouter(tags=["access"], route_class=OperationRoute)


class AuditDocument(Document):
    """One thing that was done or refused; nobody can change it."""

    entry_id: UUID
    recorded_at: datetime
    principal: str = Field(description="Who, by an id that stays.")
    principal_name: str
    network: str | None = Field(description="Where from; null: on the machine itself.")
    action: str = Field(examples=["key.created"])
    subject: str | None = Field(description="What it was done to, if to something.")
    details: dict[str, object]


@router.get("/v1/clients/{client_id}/audit")
def list_audit_entries(
    scope: InClient, limit: Limit = 50, cursor: Cursor = None
) -> Page[AuditDocument]:
    """List who changed access, hooks or limits, took files along, came in or was refused."""
    tag = list_tag(scope.client_id, "audit")
    before = _position(read_cursor(tag, cursor, 2)) if cursor else None
    rows = entries_before(scope.connection, scope.client_id, limit, before)
    parts = [rows[-1].recorded_at.isoformat(), str(rows[-1].entry_id)] if rows else []
    return Page(
        items=[AuditDocument.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, parts) if len(rows) == limit else None,
    )


def _position(parts: list[str]) -> AuditPosition:
    try:
        return AuditPosition(datetime.fromisoformat(parts[0]), UUID(parts[1]))
    except ValueError:
        raise bad_cursor() from None
