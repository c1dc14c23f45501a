"""The queue: the cases of a client that somebody should look at, or has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.cursors import case_position, case_position_parts, list_tag, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.pages.cases.bulk import CASES_MAX
from api.pages.cases.case import last_decided
from api.pages.cases.list_filter import TABS, Wanted, wanted_cases
from api.pages.cases.saved_views import views_of
from api.pages.cases.signal_wording import words_of
from api.pages.rendering import client_frame, render
from resources.postgres.cases import case_lists, review_query
from resources.postgres.cases.case_lists import CaseCount, CaseSummaryRow

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
ROWS = 50
_REASONS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case as the queue shows it."""

    case: CaseSummaryRow
    thumbnail: str | None  # SHA-256
    reasons: list[str]


@router.get("/clients/{client_id}/cases")
def show_queue(
    request: Request,
    scope: InClient,
    wanted: Annotated[Wanted, Depends(wanted_cases)],
    decided: UUID | None = None,
    bulk: Annotated[int, Query(ge=0, le=CASES_MAX)] = 0,
) -> Response:
    """The queue that the address asks for; `decided`, or `bulk` cases, were decided just before."""
    rows, cursor = _page(scope, wanted)
    return render(
        "queue.html",
        client_frame(request, scope, "cases"),
        wanted=wanted,
        rows=_rows(scope, rows),
        next_cursor=cursor,
        tabs=_tabs(case_lists.case_counts(scope.connection, scope.client_id)),
        views=views_of(scope),
        last=last_decided(scope, decided),
        bulk=bulk,
        keys=[
            ("z", "take the last decision back"),
            ("j / k", "next / previous case"),
            ("Enter", "open the case"),
            ("/", "search titles"),
            ("1 to 9", "apply a saved view"),
            ("v", "save the list on show, rename or delete views"),
            ("?", "show and hide this list"),
        ],
    )


def _page(scope: ClientScope, wanted: Wanted) -> tuple[list[CaseSummaryRow], str | None]:
    tag = list_tag(scope.client_id, "queue", wanted.address)
    after = case_position(read_cursor(tag, wanted.cursor, 3)) if wanted.cursor else None
    rows = case_lists.case_page(
        scope.connection, scope.client_id, wanted.filter, wanted.sort, ROWS, after
    )
    cursor = write_cursor(tag, case_position_parts(rows[-1])) if len(rows) == ROWS else None
    return rows, cursor


def _rows(scope: ClientScope, cases: list[CaseSummaryRow]) -> list[QueueRow]:
    c, client_id, ids = scope.connection, scope.client_id, [case.case_id for case in cases]
    photos = review_query.thumbnails(c, client_id, ids)
    signals = review_query.strongest_signals(c, client_id, ids, _REASONS_SHOWN)
    return [
        QueueRow(
            case,
            photos.get(case.case_id),
            [words_of(strongest.name).short for strongest in signals.get(case.case_id, [])],
        )
        for case in cases
    ]


def _tabs(counts: list[CaseCount]) -> list[tuple[str, str, int]]:
    """Name, label and number of cases of each tab."""
    return [
        (tab.name, tab.label, sum(count.cases for count in counts if tab.holds(count)))
        for tab in TABS.values()
    ]
