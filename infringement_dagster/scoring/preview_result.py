"""The result of a preview; apart from its making, so that the API holds no matcher in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.score import Score


@dataclass(frozen=True, slots=True)
class Change:
    """A listing that the draft would flag or drop."""

    provider: Provider
    listing_id: str
    title: str
    before: float  # probability under the saved config
    after: float

    @classmethod
    def between(
        cls, listing: Listing, before: Mapping[str, Score], after: Mapping[str, Score]
    ) -> Change:
        """The change of a listing that has a score after, and maybe one before."""
        earlier = before.get(listing.listing_id)
        return cls(
            listing.provider,
            listing.listing_id,
            listing.title,
            0.0 if earlier is None else earlier.probability,
            after[listing.listing_id].probability,
        )


@dataclass(frozen=True, slots=True)
class PagePlan:
    """The cost of the next scan, as far as the last one lets foresee it."""

    listing_pages: int  # listings whose own pages would be read
    credits_for_them: int
    credits_expected: int  # with the pages of results
    credits_at_most: int


@dataclass(frozen=True, slots=True)
class ProviderPreview:
    """Changes at one provider; `listings` were compared."""

    provider: Provider
    listings: int
    truncated: bool
    flagged_before: int
    flagged_after: int
    flagged_a_week: int  # of those first seen in the last seven days
    newly_flagged: list[Change]
    dropped: list[Change]
    plan: PagePlan | None = None  # previews of before have none


@dataclass(frozen=True, slots=True)
class NotCompared:
    """So many listings that could not be scored, for one reason; `detail` is that of the first."""

    reason: str
    detail: str
    listings: int


@dataclass(frozen=True, slots=True)
class HistoryPreview:
    """Changes at one provider over every listing that is stored.

    `stored` is the sum of those newly flagged, no longer flagged, unchanged and not compared.
    """

    provider: Provider
    stored: int
    newly_flagged: int
    dropped: int
    unchanged: int
    not_compared: list[NotCompared]
    flagged_before: int
    flagged_after: int
    scored_anew: int  # the others' scores were read
    from_snapshots: int  # the others' facts came from Postgres
    strongest_newly_flagged: list[Change]  # those that rise most, at most EXAMPLES_MAX
    strongest_dropped: list[Change]


EXAMPLES_MAX = 24
