"""The view of a case: all that its page shows, in words and numbers for people."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.pages.cases.case_timeline import Timeline
from api.pages.cases.compared_photos import Comparison
from api.pages.cases.price_wording import PriceShown
from api.pages.cases.signal_wording import ShownSignal
from api.pages.cases.title_highlights import Piece
from infringement_dagster.domain.listing import Rank
from infringement_dagster.domain.score import BrandRead, NotRecorded, OtherType, Score
from infringement_dagster.reviewing.whole_listing import WholeListing
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.listings.history_query import FoundByPhoto
from resources.postgres.listings.records import ListingRow


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
    comparison: Comparison
    history: Timeline
    rank: Rank | None  # where its last scan found it
    found_by_photo: FoundByPhoto | None  # None: words found it
    whole: WholeListing
    is_decided_on: bool  # whether there is a decision to take back
    before: UUID | None  # its neighbours in the list that the person works through
    after: UUID | None

    @property
    def signed_by(self) -> list[str]:
        """Everybody whom the page names, as history names them."""
        opened_by = [] if self.case.flagged_by is None else [self.case.flagged_by]
        return [*opened_by, *self.history.signed_by]


def brand_read(score: Score | None) -> BrandRead | NotRecorded | None:
    """The brand that the title was read to name; None where it names none."""
    basis = NotRecorded() if score is None else score.basis_of("brand_use")
    return basis if isinstance(basis, BrandRead | NotRecorded) else None
