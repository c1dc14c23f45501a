"""The page of the operators' audit trail: who did what to the installation, newest first."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import AnyCaller
from api.backend import Backed
from api.http import cursors
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor
from api.pages.operators.trail_words import told_entries
from api.pages.rendering import frame_of, render
from resources.postgres.clients.audit import operator_entries
from resources.postgres.clients.operator_store import list_operators

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SHOWN: Final = 50
_TAG = cursors.list_tag("", "operators-trail")


@router.get("/operators/audit")
def show_operators_trail(
    request: Request,
    caller: AnyCaller,
    backend: Backed,
    cursor: Cursor = None,
) -> Response:
    """The entries before the cursor's place, the newest first."""
    before = cursors.audit_position(_TAG, cursor)
    with backend.database.identity() as c:
        rows = operator_entries(c, SHOWN + 1, before)
        names = {str(row.user_id): row.email for row in list_operators(c)}
    shown = rows[:SHOWN]
    last = cursors.audit_position_parts(shown[-1]) if shown else []
    return render(
        "operators_trail.html",
        frame_of(request, caller),
        entries=told_entries(shown, names),
        first="/operators/audit" if cursor else "",
        next=f"?cursor={cursors.write_cursor(_TAG, last)}" if len(rows) > SHOWN else "",
    )
