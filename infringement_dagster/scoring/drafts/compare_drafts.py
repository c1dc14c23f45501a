"""A draft config beside the saved one on the same listings: the one way of every preview.

Only what the step from one to the other can touch is scored again. Elsewhere both configs give one
score: the kept one if the saved config gave it, else one made now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.elsewhere import Elsewhere
from infringement_dagster.matching.explained import weighed_anew
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts
from infringement_dagster.matching.reading import Reading
from infringement_dagster.matching.scan_context import Key, ScanContext, scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.features import PhotoFeatures
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.photo_texts import PhotoTexts
from infringement_dagster.scoring.drafts.draft_comparison import DraftComparison
from infringement_dagster.scoring.drafts.touched import Seeing, touched_listings
from infringement_dagster.scoring.exchange_rates import rates_in_use
from infringement_dagster.scoring.run_context import shown_at
from infringement_dagster.scoring.score_listings import score_listings
from infringement_dagster.scoring.sellers import decided_at
from infringement_dagster.snapshots.verdicts import VerdictLookup

PhotosOf = Callable[[Collection[str]], Mapping[str, Sequence[ListingPhoto]]]  # by listing id


@dataclass(slots=True)
class Judgements:
    """The scores of some listings under both configs, by listing id in the listings' order.

    Whatever could not be scored under one is in neither, and in `failed` with the reason.
    """

    before: Mapping[str, Score]  # empty where nothing was ever saved
    after: Mapping[str, Score]
    failed: Mapping[str, ItemOutcome]
    scored_anew: int  # listings


@dataclass(frozen=True)
class ComparedListings:
    """A provider's listings as they bear on each other, to be seen by both configs.

    `read` gives all of them, as often as it is asked; `photo_ids` are their kept photos, `verdicts`
    those that scans have kept of them.
    """

    draft: DraftComparison
    provider: Provider
    read: Callable[[], Iterable[Listing]]
    photo_ids: Mapping[Key, Sequence[str]]
    verdicts: VerdictLookup

    def judged(
        self, listings: Sequence[Listing], photos_of: PhotosOf, kept: Mapping[str, Score]
    ) -> Judgements:
        """Some of the listings under both configs; `kept` are scores that the saved one gave.

        `photos_of` is asked for the photos of those that are scored.
        """
        portion = _Portion(self, listings, photos_of)
        touched = portion.touched()
        shared, lost = portion.shared(touched, kept)
        apart = [listing for listing in listings if listing.listing_id in touched]
        before, lost_before = portion.scored(self.draft.before, apart)
        after, lost_after = portion.scored(self.draft.after, apart)
        failed = {item.item_key: item for item in (*lost, *lost_before, *lost_after)}
        anew = len(apart) + len([key for key in shared if key not in kept]) + len(lost)
        order = [item.listing_id for item in listings if item.listing_id not in failed]
        both = _reweighed(self.draft, shared)
        return Judgements(
            _in_order(order, shared | before), _in_order(order, both | after), failed, anew
        )

    @cached_property
    def scan_before(self) -> ScanContext:
        """The listings as the saved config reads them; as the draft does where none was saved."""
        scorer = self.draft.before or self.draft.after
        database, client_id = self.draft.database, self.draft.client_id
        decided = decided_at(database, client_id, self.provider)
        rates = rates_in_use(database)
        return scan_context(scorer.reader, self.read(), decided, self.photo_ids, rates)

    @cached_property
    def scan_after(self) -> ScanContext:
        """The listings as the draft reads them; what both read alike is kept once."""
        if self.draft.before is None:
            return self.scan_before
        return self.scan_before.read_by(self.draft.after.reader, self.read())

    def readings_after(self, listings: Sequence[Listing]) -> Sequence[Reading]:
        """The draft's readings of listings; read for this alone where nothing was scored anew."""
        if "scan_after" in self.__dict__:
            return self.scan_after.readings_of(listings)
        return self.draft.after.reader.read(listings)


@dataclass(frozen=True)
class _Portion:
    """Some of the listings, with what is asked about their photos once for both configs."""

    all: ComparedListings
    listings: Sequence[Listing]
    photos_of: PhotosOf
    _features: dict[frozenset[str], PhotoFeatures] = field(default_factory=dict)

    def touched(self) -> frozenset[str]:
        """The ids of the listings whose findings may differ between the configs."""
        draft = self.all.draft
        if draft.reach in ("nothing", "weights"):
            return frozenset()
        before, after = draft.before, draft.after
        if draft.reach == "all" or before is None:
            return frozenset(listing.listing_id for listing in self.listings)
        old, new = Seeing(before, self._scan_before), Seeing(after, self._scan_after)
        return touched_listings(old, new, self.listings)

    def shared(
        self, touched: Collection[str], kept: Mapping[str, Score]
    ) -> tuple[dict[str, Score], list[ItemOutcome]]:
        """The scores that the saved config gives the rest of the listings, kept or made now."""
        rest = [listing for listing in self.listings if listing.listing_id not in touched]
        known = {item.listing_id: kept[item.listing_id] for item in rest if item.listing_id in kept}
        missing = [listing for listing in rest if listing.listing_id not in known]
        made, failed = self.scored(self.all.draft.before, missing)
        return known | made, failed

    def scored(
        self, scorer: Scorer | None, listings: Sequence[Listing]
    ) -> tuple[dict[str, Score], list[ItemOutcome]]:
        """The scores of the listings as the scorer gives them; none where there is no scorer."""
        if scorer is None or not listings:
            return {}, []
        draft = self.all.draft
        shown = self._shown(frozenset(listing.listing_id for listing in listings))
        return score_listings(
            scorer,
            KeyPoints(draft.objects, draft.decoder, draft.client_id),
            self._scan_before if scorer is draft.before else self._scan_after,
            listings,
            shown.photos,
            shown.points,
            shown.descriptors,
            # What scans have read; nobody waits here for more.
            PhotoTexts(draft.database, draft.objects, draft.decoder, draft.client_id, 0),
            self._known,
        )

    @cached_property
    def _scan_before(self) -> ScanContext:
        """The scan as the saved config reads it, beside what other scans know."""
        return self.all.scan_before.beside(self._elsewhere)

    @cached_property
    def _scan_after(self) -> ScanContext:
        """The scan as the draft reads it, beside the same."""
        if self.all.draft.before is None:
            return self._scan_before
        return self.all.scan_after.beside(self._elsewhere, like=self._scan_before)

    @cached_property
    def _known(self) -> KnownVerdicts:
        """Both configs have the same references: what one asks of a photo the other knows."""
        return KnownVerdicts(self.all.verdicts.documents)

    @cached_property
    def _elsewhere(self) -> Elsewhere:
        draft, ids = self.all.draft, self.all.photo_ids
        keys = [(listing.provider, listing.listing_id) for listing in self.listings]
        photo_ids = [ids.get(key, ()) for key in keys]
        return draft.decided.showing(shown_at(draft.database, draft.client_id, photo_ids))

    def _shown(self, listing_ids: frozenset[str]) -> PhotoFeatures:
        """All that the listings' photos are compared by, asked for once for both configs."""
        if listing_ids not in self._features:
            photos = self.photos_of(listing_ids)
            by_id = {
                item.listing_id: photos.get(item.listing_id, ())
                for item in self.listings
                if item.listing_id in listing_ids
            }
            self._features[listing_ids] = self.all.draft.features.of_photos(by_id)
        return self._features[listing_ids]


def _reweighed(draft: DraftComparison, shared: Mapping[str, Score]) -> dict[str, Score]:
    """Scores of the saved config as the draft gives them to the same findings."""
    if draft.reach == "nothing" or draft.weighs_alike:
        return dict(shared)
    return {
        key: weighed_anew(score, draft.after.combination, draft.draft.weights)
        for key, score in shared.items()
    }


def _in_order(order: Iterable[str], scores: Mapping[str, Score]) -> dict[str, Score]:
    return {key: scores[key] for key in order if key in scores}
