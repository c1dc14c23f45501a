"""What the page of a case shows, read in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from api.access import ClientScope
from api.pages.cases.list_filter import Wanted
from api.pages.cases.signal_wording import ShownSignal, shown_signal
from api.pages.cases.title_highlights import Piece, marked_title
from api.pages.formatting import RELATIONS
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.listing_history import Turn, turns_of
from infringement_dagster.domain.score import Region, Score, Shown, Signal, Unavailable
from infringement_dagster.matching.scoring import Scorer
from resources.postgres.cases import case_lists, case_store, decision_store, relation_store
from resources.postgres.cases.case_lists import CaseSummaryRow, position_of_case
from resources.postgres.cases.records import DecisionRow
from resources.postgres.cases.relation_store import RelationRow
from resources.postgres.clients import client_store
from resources.postgres.clients.records import ReferenceImageRow
from resources.postgres.listings import history_query, image_store, listing_store, score_store
from resources.postgres.listings.records import ImageRow, ListingRow, StoredPicture


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the size that outlines are drawn in."""

    sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A part of a picture in its pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A listing's photo, the reference that it shows most surely, and where."""

    photo: Picture
    reference: Picture
    reference_name: str
    outline: Outline | None  # None: as a whole


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
    brand: str | None
    floor: PriceFloor | None
    calibrated: bool
    signals: list[ShownSignal]  # the strongest first
    photos: list[Picture]
    pair: Pair | None
    turns: list[Turn]
    related: list[RelatedCase]
    decisions: list[DecisionRow]
    before: UUID | None  # its neighbours in the list that the person works through
    after: UUID | None

    @property
    def floor_share(self) -> float | None:
        """The price as a share of the floor; None where they cannot be compared."""
        low, floor = self.listing.price_low, self.floor
        if low is None or floor is None or floor.amount <= 0:
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
    pair, pictured = _pair(scope, score, photos)
    scorer = _scorer_of(scope, case.config_version)
    use = scorer.brand_use(listing.title)
    looks = history_query.looks_at(c, client_id, case.provider, case.listing_id)
    before, after = neighbours(scope, case, wanted)
    return CaseView(
        case=case,
        listing=listing,
        title=marked_title(listing.title, use.matched_text if use else None),
        brand=use.brand if use else None,
        floor=scorer.floor(use, pictured),
        calibrated=score is not None and score.calibrated,
        signals=_signals(score),
        photos=list(photos.values()),
        pair=pair,
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
    return {sha256: _picture(images[sha256]) for sha256 in kept if sha256 in images}


def _pair(
    scope: ClientScope, score: Score | None, photos: Mapping[str, Picture]
) -> tuple[Pair | None, str | None]:
    """The pair that the surest picture signal compared, and the reference's brand."""
    shown = _surest(score.signals if score else ())
    if shown is None or shown.photo_id not in photos:
        return None, None
    c, client_id = scope.connection, scope.client_id
    reference = _reference(client_store.reference_images(c, client_id), shown.reference_id)
    if reference is None:
        return None, None  # removed since
    image = image_store.images_of(c, client_id, [reference.sha256])[reference.sha256]
    photo = photos[shown.photo_id]
    outline = _outline(photo, shown.region) if shown.region else None
    return Pair(photo, _picture(image), reference.file_name, outline), reference.brand


def _surest(signals: Sequence[Signal]) -> Shown | None:
    known = [
        (one.value, one.shown)
        for one in signals
        if one.shown is not None and not isinstance(one.value, Unavailable)
    ]
    return max(known, key=lambda pair: pair[0], default=(0.0, None))[1]


def _reference(rows: Sequence[ReferenceImageRow], reference_id: str) -> ReferenceImageRow | None:
    return next((row for row in rows if str(row.reference_id) == reference_id), None)


def _picture(row: ImageRow) -> Picture:
    return Picture(row.sha256, row.width_px, row.height_px)


def _outline(photo: Picture, region: Region) -> Outline:
    return Outline(
        region.left * photo.width_px,
        region.top * photo.height_px,
        max(1.0, (region.right - region.left) * photo.width_px),
        max(1.0, (region.bottom - region.top) * photo.height_px),
    )


def _scorer_of(scope: ClientScope, version: int) -> Scorer:
    """What read the title when the case was flagged."""
    config = client_store.load_config(scope.connection, scope.client_id, version)
    return _scorer(scope.client_id, version, json.dumps(config.document, sort_keys=True))


@lru_cache(maxsize=64)
def _scorer(client_id: str, version: int, document: str) -> Scorer:
    return Scorer(read_client_config(client_id, version, json.loads(document)), ())
