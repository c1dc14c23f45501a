"""Reads all that happened to a case and its listing."""

from __future__ import annotations

from api.access import ClientScope
from api.pages.cases.case_timeline import NoticeChange, Timeline, timeline
from infringement_dagster.domain.listing_history import turns_of
from resources.postgres.cases import decision_store, notice_store, relation_store
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.listings import history_query
from resources.postgres.listings.records import ListingRow


def read_history(scope: ClientScope, case: CaseSummaryRow, listing: ListingRow) -> Timeline:
    """All that happened, in order."""
    c, client_id = scope.connection, scope.client_id
    looks = history_query.looks_at(c, client_id, case.provider, case.listing_id)
    return timeline(
        case.case_id,
        listing,
        turns_of(looks),
        relation_store.relations_of(c, client_id, case.case_id),
        decision_store.decisions_of(c, client_id, case.case_id),
        [
            NoticeChange(notice.channel, change)
            for notice in notice_store.notices_of(c, client_id, case.case_id)
            for change in notice_store.changes_of(c, client_id, notice.notice_id)
        ],
    )
