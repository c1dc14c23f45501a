"""The view of a case: all that its page shows, in words and numbers for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.pages.cases.compared_photos import Mark, NoPair, Pair, ShownPhoto
from api.pages.cases.price_wording import PriceShown
from api.pages.cases.signal_wording import ShownSignal
from api.pages.cases.title_highlights import Piece
from api.pages.formatting import RELATIONS
from infringement_dagster.domain.listing_history import Turn
from infringement_dagster.domain.score import BrandRead, NotRecorded, OtherType, Score
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.cases.records import DecisionRow
from resources.postgres.cases.relation_store import RelationRow
from resources.postgres.listings.records import ListingRow


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """Another case that shows the same seller or photo; the earlier one is infringing."""

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
    price: PriceShown
    calibrated: bool
    other_types: tuple[OtherType, ...]
    signals: list[ShownSignal]  # the strongest first
    photos: list[ShownPhoto]
    pair: Pair | NoPair
    marks: list[Mark]
    turns: list[Turn]
    related: list[RelatedCase]
    decisions: list[DecisionRow]
    before: UUID | None  # its neighbours in the list that the person works through
    after: UUID | None


def related_cases(rows: Sequence[RelationRow], case_id: UUID) -> list[RelatedCase]:
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


def brand_read(score: Score | None) -> BrandRead | NotRecorded | None:
    """The brand that the title was read to name; None where it names none."""
    basis = NotRecorded() if score is None else score.basis_of("brand_use")
    return basis if isinstance(basis, BrandRead | NotRecorded) else None
