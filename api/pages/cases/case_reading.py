"""Reads what the page of a case shows, in one transaction."""

from __future__ import annotations

from uuid import UUID

from api.access import ClientScope
from api.pages.cases.case_view import CaseView, brand_read
from api.pages.cases.compared_photos import compare_photos
from api.pages.cases.history_reading import read_history
from api.pages.cases.list_filter import Wanted
from api.pages.cases.price_wording import PriceShown, price_compared
from api.pages.cases.signal_wording import shown_signals
from api.pages.cases.title_highlights import marked_title
from infringement_dagster.domain.score import BrandRead
from infringement_dagster.reviewing.whole_listing import read_whole_listing
from resources.postgres.cases import (
    case_lists,
    case_store,
)
from resources.postgres.cases.case_lists import CaseSummaryRow, position_of_case
from resources.postgres.listings import history_query, listing_store, score_store


def read_case(scope: ClientScope, case_id: UUID, wanted: Wanted) -> CaseView:
    """The case as its client sees it; raises UnknownCase."""
    c, client_id = scope.connection, scope.client_id
    case = found_case(scope, case_id)
    listing = listing_store.get_listing(c, client_id, case.provider, case.listing_id)
    score = score_store.score_of(c, client_id, case.scan_id, case.provider, case.listing_id)
    brand = brand_read(score)
    before, after = neighbours(scope, case, wanted)
    return CaseView(
        case=case,
        listing=listing,
        title=marked_title(listing.title, brand if isinstance(brand, BrandRead) else None),
        brand=brand,
        price=PriceShown(price_compared(score), listing.price_low, listing.currency),
        calibrated=score is not None and score.calibrated,
        other_types=() if score is None else score.other_types,
        signals=shown_signals(score),
        comparison=compare_photos(scope, score, case.provider, case.listing_id),
        history=read_history(scope, case, listing),
        rank=history_query.rank_of(c, client_id, case.provider, case.listing_id),
        found_by_photo=history_query.photo_that_found(c, client_id, case.provider, case.listing_id),
        whole=read_whole_listing(scope.connection, scope.client_id, listing),
        is_decided_on=case.version > 1,
        before=before,
        after=after,
    )


def found_case(scope: ClientScope, case_id: UUID) -> CaseSummaryRow:
    """The case; raises UnknownCase."""
    case = case_lists.get_case(scope.connection, scope.client_id, case_id)
    if case is None:
        raise case_store.UnknownCase(f"client {scope.client_id} has no case {case_id}")
    return case


def neighbours(
    scope: ClientScope, case: CaseSummaryRow, wanted: Wanted
) -> tuple[UUID | None, UUID | None]:
    """The cases before and after this one in the list, whether or not it is still in it."""
    c, client_id, here = scope.connection, scope.client_id, position_of_case(case)
    before = case_lists.case_before(c, client_id, wanted.filter, wanted.sort, here)
    after = case_lists.case_page(c, client_id, wanted.filter, wanted.sort, 1, here)
    return (before.case_id if before else None, after[0].case_id if after else None)
