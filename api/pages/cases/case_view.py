"""Everything that the page of a case shows, read in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.access import ClientScope
from api.pages.cases.compared_photos import NoPair, Pair, Picture, compared_photos, picture_of
from api.pages.cases.list_filter import Wanted
from api.pages.cases.signal_wording import ShownSignal, shown_signal
from api.pages.cases.title_highlights import Piece, marked_title
from api.pages.formatting import RELATIONS
from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.listing_history import Turn, turns_of
from infringement_dagster.domain.score import BrandRead, NotRecorded, Score
from resources.postgres.cases import case_lists, case_store, decision_store, relation_store
from resources.postgres.cases.case_lists import CaseSummaryRow, position_of_case
from resources.postgres.cases.records import DecisionRow
from resources.postgres.cases.relation_store import RelationRow
from resources.postgres.listings import history_query, image_store, listing_store, score_store
from resources.postgres.listings.records import ListingRow, StoredPicture


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """Another case that shows the same seller or picture; the earlier one is infringing."""

    case_id: UUID
    is_earlier: bool
    by: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything that a decision needs."""

    case: CaseSummaryRow
    listing: ListingRow
    title: list[Piece]
    brand: BrandRead | NotRecorded | None
    floor: PriceFloor | NotRecorded | None
    calibrated: bool
    signals: list[ShownSignal]  # the strongest first
    photos: list[Picture]
    pair: Pair | NoPair
    turns: list[Turn]
    related: list[RelatedCase]
    decisions: list[DecisionRow]
    before: UUID | None  # its neighbours in the list that the person works through
    after: UUID | None

    @property
    def floor_share(self) -> float | None:
        """The price as a share of the floor; None where they cannot be compared."""
        low, floor = self.listing.price_low, self.floor
        if low is None or not isinstance(floor, PriceFloor) or floor.amount <= 0:
            return None
        return float(low / floor.amount) if floor.currency == self.listing.currency else None


def case_view(scope: ClientScope, case_id: UUID, wanted: Wanted) -> CaseView:
    """The case as its client sees it; raises UnknownCase."""
    c, client_id = scope.connection, scope.client_id
    case = found_case(scope, case_id)
    listing = listing_store.get_listing(c, client_id, case.provider, case.listing_id)
    assert listing is not None  # cases refer to their listing
    score = score_store.score_of(c, client_id, case.scan_id, case.provider, case.listing_id)
    photos = _photos(scope, case)
    brand = _brand_read(score)
    looks = history_query.looks_at(c, client_id, case.provider, case.listing_id)
    before, after = neighbours(scope, case, wanted)
    return CaseView(
        case=case,
        listing=listing,
        title=marked_title(listing.title, brand if isinstance(brand, BrandRead) else None),
        brand=brand,
        floor=_floor_used(score),
        calibrated=score is not None and score.calibrated,
        signals=_signals(score),
        photos=list(photos.values()),
        pair=compared_photos(scope, score, photos),
        turns=turns_of(looks),
        related=_related(relation_store.relations_of(c, client_id, case_id), case_id),
        decisions=decision_store.decisions_of(c, client_id, case_id),
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


def _related(rows: Sequence[RelationRow], case_id: UUID) -> list[RelatedCase]:
    """One of each other case, in the order found."""
    kinds: dict[tuple[UUID, bool], list[RelationRow]] = {}
    for row in rows:
        is_earlier = row.case_id == case_id
        other = row.earlier_case_id if is_earlier else row.case_id
        kinds.setdefault((other, is_earlier), []).append(row)
    return [
        RelatedCase(
            other, is_earlier, " and ".join(RELATIONS[row.kind] for row in found), found[0].found_at
        )
        for (other, is_earlier), found in kinds.items()
    ]


def _signals(score: Score | None) -> list[ShownSignal]:
    shown = [shown_signal(one) for one in score.signals] if score else []
    return sorted(shown, key=lambda one: (one.value is None, -abs(one.contribution)))


def _photos(scope: ClientScope, case: CaseSummaryRow) -> dict[str, Picture]:
    """The listing's kept photos by SHA-256, in the listing's order."""
    rows = image_store.listing_images(
        scope.connection, scope.client_id, case.provider, [case.listing_id]
    )
    kept = [one.picture.sha256 for one in rows if isinstance(one.picture, StoredPicture)]
    images = image_store.images_of(scope.connection, scope.client_id, kept)
    return {sha256: picture_of(images[sha256]) for sha256 in kept if sha256 in images}


def _brand_read(score: Score | None) -> BrandRead | NotRecorded | None:
    basis = NotRecorded() if score is None else score.basis_of("brand_use")
    return basis if isinstance(basis, BrandRead | NotRecorded) else None


def _floor_used(score: Score | None) -> PriceFloor | NotRecorded | None:
    basis = NotRecorded() if score is None else score.basis_of("low_price")
    return basis if isinstance(basis, PriceFloor | NotRecorded) else None
