"""Preview of a draft config: the last snapshots scored again, no provider asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.features import KeptFeatures
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.photo_texts import PhotoTexts
from infringement_dagster.scoring.exchange_rates import rates_in_use
from infringement_dagster.scoring.page_plan import page_plan
from infringement_dagster.scoring.preview_result import Change, ProviderPreview
from infringement_dagster.scoring.run_context import elsewhere_of
from infringement_dagster.scoring.score_listings import kept_photo_ids, score_listings
from infringement_dagster.scoring.sellers import decided_at
from infringement_dagster.snapshots.last_scan import last_scan
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.objects.store import ObjectStore
from resources.postgres.clients import config_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store

LISTINGS_MAX = 2000  # of each provider; about 10 s of one core
WEEK = timedelta(days=7)


def preview_draft(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    draft: ClientConfig,
    descriptor: OnnxDescriptor | None = None,
) -> list[ProviderPreview]:
    """The changes at each provider of the draft that has a snapshot; nothing is saved.

    But what was missing of the photos' hashes, points and descriptors is made and kept.
    """
    with database.client(client_id) as c:
        version = config_store.newest_version(c, client_id)
        saved = load_client_config(c, client_id, version) if version else None
    return _Preview(database, objects, decoder, client_id, saved, draft, descriptor).by_provider()


@dataclass(frozen=True, slots=True)
class _Preview:
    """Compares a draft with the saved config on what is stored."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str
    saved: ClientConfig | None
    draft: ClientConfig
    descriptor: OnnxDescriptor | None

    def by_provider(self) -> list[ProviderPreview]:
        """One comparison for each provider of the draft that has a snapshot."""
        key_points = KeyPoints(self.objects, self.decoder, self.client_id)
        features = self._features()
        references = features.references()
        after = Scorer(self.draft, references)
        before = Scorer(self.saved, references) if self.saved else None
        return [
            found
            for provider in sorted(self.draft.searches)
            if (found := self._compared(provider, key_points, features, before, after)) is not None
        ]

    def _features(self) -> KeptFeatures:
        """With the further hashes that either config names."""
        named = self.draft.further_hashes + (self.saved.further_hashes if self.saved else ())
        return KeptFeatures(
            self.database,
            self.objects,
            self.decoder,
            self.client_id,
            tuple(dict.fromkeys(named)),
            self.descriptor,
        )

    def _compared(
        self,
        provider: Provider,
        key_points: KeyPoints,
        features: KeptFeatures,
        before: Scorer | None,
        after: Scorer,
    ) -> ProviderPreview | None:
        last = last_scan(self.database, self.objects, self.client_id, provider, LISTINGS_MAX)
        if last is None:
            return None
        listings, photos = last.listings, last.photos
        decided = decided_at(self.database, self.client_id, provider)
        rates = rates_in_use(self.database)
        photo_ids = kept_photo_ids(provider, photos)
        elsewhere = elsewhere_of(self.database, self.client_id, photo_ids.values())
        by_id = {listing.listing_id: listing for listing in listings}
        shown = features.of_photos({listing_id: photos.get(listing_id, ()) for listing_id in by_id})

        # What scans have read; nobody waits here for more.
        texts = PhotoTexts(self.database, self.objects, self.decoder, self.client_id, 0)

        def scored(scorer: Scorer) -> Mapping[str, Score]:
            scan = scan_context(scorer.reader, listings, decided, photo_ids, rates, elsewhere)
            return score_listings(
                scorer,
                key_points,
                scan,
                listings,
                shown.photos,
                shown.points,
                shown.descriptors,
                texts,
            )[0]

        scored_after, scored_before = scored(after), scored(before) if before else {}
        was = self._flagged(self.saved, scored_before)
        will = self._flagged(self.draft, scored_after)

        def changes(listing_ids: set[str]) -> list[Change]:
            ordered = sorted(listing_ids, key=lambda item: -scored_after[item].probability)
            return [
                Change.between(by_id[listing_id], scored_before, scored_after)
                for listing_id in ordered
            ]

        return ProviderPreview(
            provider=provider,
            listings=len(listings),
            truncated=last.found > len(listings),
            flagged_before=len(was),
            flagged_after=len(will),
            flagged_a_week=self._seen_this_week(provider, sorted(will)),
            newly_flagged=changes(will - was),
            dropped=changes((was - will) & scored_after.keys()),
            plan=page_plan(self.database, self.client_id, self.draft, provider, listings),
        )

    def _flagged(self, config: ClientConfig | None, scores: Mapping[str, Score]) -> set[str]:
        if config is None:
            return set()
        return {key for key, score in scores.items() if should_flag(score, config.thresholds)}

    def _seen_this_week(self, provider: Provider, listing_ids: Sequence[str]) -> int:
        since = datetime.now(UTC) - WEEK
        with self.database.client(self.client_id) as c:
            return listing_store.count_first_seen(c, self.client_id, provider, listing_ids, since)
