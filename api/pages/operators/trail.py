"""The page of the operators' audit trail: who did what to the installation, newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.access import AnyCaller
from api.backend import Backed
from api.http.cursors import CURSOR_CHARS_MAX, list_tag, moment_and_id, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.pages.operators.trail_words import told_entries
from api.pages.rendering import frame_of, render
from resources.postgres.clients.audit import AuditPosition, operator_entries
from resources.postgres.clients.operator_store import list_operators

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
ROWS = 50
_TAG = list_tag("", "operators-trail")


@router.get("/operators/audit")
def show_operators_trail(
    request: Request,
    caller: AnyCaller,
    backend: Backed,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARS_MAX)] = None,
) -> Response:
    """The entries before the cursor's place, the newest first."""
    before = AuditPosition(*moment_and_id(read_cursor(_TAG, cursor, 2))) if cursor else None
    with backend.database.identity() as c:
        rows = operator_entries(c, ROWS, before)
        names = {str(row.user_id): row.email for row in list_operators(c)}
    last = [rows[-1].recorded_at.isoformat(), str(rows[-1].entry_id)] if len(rows) == ROWS else []
    return render(
        "operators_trail.html",
        frame_of(request, caller),
        entries=told_entries(rows, names),
        first="/operators/audit" if cursor else "",
        next=f"?cursor={write_cursor(_TAG, last)}" if last else "",
    )
