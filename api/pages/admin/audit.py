"""The page of a client's audit trail: who did which thing and when, by kind and by person."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http import cursors
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Text
from api.pages.admin.audit_reading import filter_of, told_entries
from api.pages.admin.audit_words import KINDS, Kind
from api.pages.rendering import client_frame, render
from resources.postgres.clients import access_store, audit
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SHOWN: Final = 50


@router.get("/clients/{client_id}/audit")
def show_audit(
    request: Request,
    scope: InClient,
    kind: Annotated[Kind, Query()] = "all",
    by: Annotated[Text, Query()] = "",
    cursor: Cursor = None,
) -> Response:
    """The entries of the kind and person, newest first."""
    c, client_id = scope.connection, scope.client_id
    tag = cursors.list_tag(client_id, "audit", kind, by)
    before = cursors.audit_position(tag, cursor)
    rows = audit.entries_before(c, client_id, SHOWN + 1, before, filter_of(kind, by or None))
    shown = rows[:SHOWN]
    last = cursors.audit_position_parts(shown[-1]) if shown else []
    return render(
        "audit.html",
        client_frame(request, scope, "audit"),
        entries=told_entries(c, client_id, shown),
        kinds=KINDS,
        kind=kind,
        by=by,
        doers=_doers(scope, by),
        asked=urlencode({"kind": kind, "by": by}),
        is_first=cursor is None,
        next_cursor=cursors.write_cursor(tag, last) if len(rows) > SHOWN else "",
    )


def _doers(scope: ClientScope, by: str) -> dict[str, str]:
    """The client's people, and whoever is asked for, by principal."""
    c, client_id = scope.connection, scope.client_id
    people = {f"user:{row.user_id}": row.email for row in access_store.list_users(c, client_id)}
    return people | principal_names(c, client_id, [by] if by else [])
