"""Reads what a page of the queue shows: its rows, its tabs and how many cases there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.access import ClientScope
from api.http.cursors import (
    CASE_PARTS,
    case_position,
    case_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.pages.cases.list_filter import TABS, TabName, Wanted
from api.pages.cases.signal_wording import ShownSignal, shown_signal
from infringement_dagster.domain.acting.team import CaseWork
from resources.postgres.cases import case_lists, review_query
from resources.postgres.cases.acting import work_store
from resources.postgres.cases.case_lists import CaseSummaryRow

ROWS: Final = 50
COUNTED_MAX: Final = 10_000  # beyond, nobody needs to know how many exactly
_REASONS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case as the queue shows it."""

    case: CaseSummaryRow
    thumbnail: str | None  # SHA-256
    reasons: list[ShownSignal]  # the strongest first
    work: CaseWork | None  # None: nobody has ever shared it out


@dataclass(frozen=True, slots=True)
class TabShown:
    """A tab with the number of its cases."""

    name: TabName
    label: str
    cases: int


@dataclass(frozen=True, slots=True)
class Found:
    """How many cases a list holds."""

    cases: int
    has_more: bool = False  # than were counted


def queue_page(scope: ClientScope, wanted: Wanted) -> tuple[list[QueueRow], str | None]:
    """The rows of one page, and the cursor of the next where there is one."""
    tag = list_tag(scope.client_id, "queue", wanted.address)
    after = case_position(read_cursor(tag, wanted.cursor, CASE_PARTS)) if wanted.cursor else None
    cases = case_lists.case_page(
        scope.connection, scope.client_id, wanted.filter, wanted.sort, ROWS + 1, after
    )
    shown = cases[:ROWS]
    has_more = len(cases) > ROWS
    cursor = write_cursor(tag, case_position_parts(shown[-1])) if has_more else None
    return _rows(scope, shown), cursor


def _rows(scope: ClientScope, cases: Sequence[CaseSummaryRow]) -> list[QueueRow]:
    c, client_id, ids = scope.connection, scope.client_id, [case.case_id for case in cases]
    photos = review_query.thumbnails(c, client_id, ids)
    works = work_store.works_of(c, client_id, ids)
    signals = review_query.strongest_signals(c, client_id, ids, _REASONS_SHOWN)
    return [
        QueueRow(
            case,
            photos.get(case.case_id),
            [shown_signal(strongest) for strongest in signals.get(case.case_id, [])],
            works.get(case.case_id),
        )
        for case in cases
    ]


def tabs_of(scope: ClientScope) -> list[TabShown]:
    """Every tab with the number of its cases, whatever the filters."""
    counts = case_lists.case_counts(scope.connection, scope.client_id)
    return [
        TabShown(tab.name, tab.label, sum(tab.cases_among(count) for count in counts))
        for tab in TABS.values()
    ]


def cases_wanted(scope: ClientScope, wanted: Wanted, tabs: Sequence[TabShown]) -> Found:
    """How many cases the filters leave; the tab's own number where there are none."""
    if not wanted.is_narrowed:
        return Found(next(tab.cases for tab in tabs if tab.name == wanted.tab))
    found = case_lists.count_cases(
        scope.connection, scope.client_id, wanted.filter, COUNTED_MAX + 1
    )
    return Found(min(found, COUNTED_MAX), found > COUNTED_MAX)
