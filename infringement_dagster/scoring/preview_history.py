"""Preview of a draft config over every listing that the client has stored, whichever scan saw it.

A listing is judged beside all of its provider's, each as it was seen last; portion by portion, so
that memory holds their words and packed rows, and no photo's features but a portion's.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import polars as pl

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.scoring.drafts.compare_drafts import ComparedListings, Judgements
from infringement_dagster.scoring.drafts.draft_comparison import (
    DraftComparison,
    compared_with_saved,
)
from infringement_dagster.scoring.preview import flagged_by
from infringement_dagster.scoring.preview_result import (
    EXAMPLES_MAX,
    Change,
    HistoryPreview,
    NotCompared,
)
from infringement_dagster.scoring.stored_history import StoredHistory, stored_history
from infringement_dagster.snapshots.listings import listings_in, listings_of
from infringement_dagster.snapshots.photos import PhotoLookup
from infringement_dagster.snapshots.rows import RowLookup
from infringement_dagster.snapshots.scores import scores_of
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import stored_query

COMPARED_AT_ONCE: Final = 200  # as a scan scores them
Tell: TypeAlias = Callable[[int, int], None]  # listings compared, of how many


def preview_history(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    draft: ClientConfig,
    descriptor: OnnxDescriptor | None,
    tell: Tell,
) -> list[HistoryPreview]:
    """The changes at each provider of which listings are stored; nothing is saved.

    But what was missing of the photos' hashes, points and descriptors is made and kept. `tell` is
    called at least once for every portion, also while listings are only read.
    """
    compared = compared_with_saved(database, objects, decoder, client_id, draft, descriptor)
    with database.client(client_id) as c:
        stored = stored_query.counts_by_provider(c, client_id)
    progress = _Progress(tell, sum(stored.values()))
    progress.told(0)
    return [_ProviderHistory(compared, provider, progress).compared() for provider in stored]


@dataclass(slots=True)
class _Progress:
    tell: Tell
    found: int
    done: int = 0

    def told(self, more: int) -> None:
        """Guarantees that whoever waits knows of so many more."""
        self.done += more
        self.tell(min(self.done, self.found), self.found)


@dataclass(slots=True)
class _ProviderHistory:
    """The comparison of one provider's listings, portion by portion."""

    draft: DraftComparison
    provider: Provider
    progress: _Progress
    tally: _Tally = field(init=False)

    def compared(self) -> HistoryPreview:
        """The changes over all of them."""
        draft = self.draft
        history = stored_history(
            draft.database, draft.objects, draft.client_id, self.provider, draft.saved
        )
        listings, photos = RowLookup(history.listings), PhotoLookup(history.photos)
        scores = RowLookup(history.scores)
        self.tally = _Tally(draft.saved, draft.draft)
        photo_ids = photos.kept_ids(self.provider)
        kept = draft.verdicts_of_history(self.provider)
        all_of_them = ComparedListings(
            draft, self.provider, lambda: self._read(listings), photo_ids, kept
        )
        for frame in _portions(listings):
            ids = frame["listing_id"].to_list()
            some = list(listings_of(frame))
            found = all_of_them.judged(some, photos.of, scores_of(scores.of(ids)))
            self.tally.add(some, found)
            self.progress.told(len(some))
        return self.tally.preview(self.provider, history, listings.height)

    def _read(self, listings: RowLookup) -> Iterator[Listing]:
        """All listings, with a word to whoever waits now and then."""
        for number, listing in enumerate(listings_in(listings)):
            if number % 1000 == 0:
                self.progress.told(0)
            yield listing


def _portions(listings: RowLookup) -> Iterator[pl.DataFrame]:
    for frame in listings.portions():
        yield from frame.iter_slices(COMPARED_AT_ONCE)


@dataclass(slots=True)
class _Strongest:
    """The changes that are largest, of however many."""

    _heap: list[tuple[float, str, Change]] = field(default_factory=list)

    def add(self, change: Change) -> None:
        """Guarantees that the change is kept if few are larger."""
        entry = (abs(change.after - change.before), change.listing_id, change)
        if len(self._heap) < EXAMPLES_MAX:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def largest_first(self) -> list[Change]:
        """The changes kept."""
        return [change for *_, change in sorted(self._heap, key=lambda entry: entry[:2])][::-1]


@dataclass(slots=True)
class _Tally:
    """The sums over all portions."""

    saved: ClientConfig | None
    draft: ClientConfig
    counts: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    details: dict[str, str] = field(default_factory=dict)
    newly: _Strongest = field(default_factory=_Strongest)
    dropped: _Strongest = field(default_factory=_Strongest)

    def add(self, listings: Sequence[Listing], found: Judgements) -> None:
        """Guarantees that these listings count."""
        was, will = flagged_by(self.saved, found.before), flagged_by(self.draft, found.after)
        self.counts["before"] += len(was)
        self.counts["after"] += len(will)
        self.counts["newly"] += len(will - was)
        self.counts["dropped"] += len(was - will)
        self.counts["unchanged"] += len(found.after) - len(will ^ was)
        self.counts["anew"] += found.scored_anew
        for listing in listings:
            if listing.listing_id in will ^ was:
                change = Change.between(listing, found.before, found.after)
                (self.newly if listing.listing_id in will else self.dropped).add(change)
        self._lose(found.failed.values())

    def _lose(self, failed: Iterable[ItemOutcome]) -> None:
        for item in failed:
            self.lost[item.reason] += 1
            self.details.setdefault(item.reason, item.detail)

    def preview(self, provider: Provider, history: StoredHistory, stored: int) -> HistoryPreview:
        """All of it as a result."""
        return HistoryPreview(
            provider=provider,
            stored=stored,
            newly_flagged=self.counts["newly"],
            dropped=self.counts["dropped"],
            unchanged=self.counts["unchanged"],
            not_compared=[
                NotCompared(reason, self.details[reason], count)
                for reason, count in sorted(self.lost.items())
            ],
            flagged_before=self.counts["before"],
            flagged_after=self.counts["after"],
            scored_anew=self.counts["anew"],
            from_snapshots=history.from_snapshots,
            strongest_newly_flagged=self.newly.largest_first(),
            strongest_dropped=self.dropped.largest_first(),
        )
