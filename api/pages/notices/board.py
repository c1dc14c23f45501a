"""The board of notices: by state, how each channel answers, which of them is silent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import InClient
from api.http.cursors import (
    list_tag,
    notice_position,
    notice_position_parts,
    read_cursor,
    write_cursor,
)
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor
from api.pages.rendering import client_frame, render
from infringement_dagster.domain.event import NoticeState
from infringement_dagster.notices.channels import RULES, Channel
from infringement_dagster.notices.states import is_silent
from infringement_dagster.reviewing.notice_board import channel_standings
from resources.postgres.cases import notice_store, review_query
from resources.postgres.cases.acting import submission_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
ROWS: Final = 50
_TABS: Final[dict[NoticeState, str]] = {
    "drafted": "To send",
    "held": "Held",
    "sent": "Waiting for an answer",
    "accepted": "Accepted",
    "rejected": "Rejected",
}
_KEYS = [
    ("j / k", "next / previous notice"),
    ("Enter", "open the notice"),
    ("l", "next page"),
    ("?", "show and hide this list"),
]


@router.get("/clients/{client_id}/notices")
def show_notices(
    request: Request,
    scope: InClient,
    state: NoticeState = "drafted",
    channel: Channel | None = None,
    cursor: Cursor = None,
) -> Response:
    """The client's notices in one state, and how each channel answers."""
    c, client_id = scope.connection, scope.client_id
    tag = list_tag(client_id, "notices page", state, channel)
    after = notice_position(read_cursor(tag, cursor, 2)) if cursor else None
    rows = notice_store.notice_page(c, client_id, ROWS + 1, state, channel=channel, after=after)
    shown, has_more = rows[:ROWS], len(rows) > ROWS
    standings = channel_standings(c, client_id)
    chosen = [item for item in standings if channel in (None, item.channel)]
    last = notice_position_parts(shown[-1].notice) if has_more else None
    return render(
        "notices.html",
        client_frame(request, scope, "notices"),
        tabs=[
            (name, label, sum(item.notices[name] for item in chosen))
            for name, label in _TABS.items()
        ],
        state=state,
        channel=channel,
        rows=shown,
        standings=standings,
        rules=RULES,
        thumbnails=review_query.thumbnails(c, client_id, [row.notice.case_id for row in shown]),
        submitting=submission_store.under_way_among(
            c, client_id, [row.notice.notice_id for row in shown]
        ),
        now=datetime.now(UTC),
        is_silent=is_silent,
        cursor=cursor,
        next_cursor=write_cursor(tag, last) if last else None,
        keys=_KEYS,
    )
