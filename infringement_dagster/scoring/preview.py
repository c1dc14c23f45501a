"""Preview of a draft config: the last snapshots scored again, no provider asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Score
from infringement_dagster.scoring.drafts.compare_drafts import ComparedListings, Judgements
from infringement_dagster.scoring.drafts.draft_comparison import (
    DraftComparison,
    compared_with_saved,
)
from infringement_dagster.scoring.drafts.kept_scores import kept_scores
from infringement_dagster.scoring.page_plan import page_plan
from infringement_dagster.scoring.preview_result import Change, ProviderPreview
from infringement_dagster.scoring.score_listings import kept_photo_ids
from infringement_dagster.snapshots.last_scan import LastScan, last_scan
from infringement_dagster.snapshots.verdicts import newest_verdicts
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import listing_store

LISTINGS_MAX = 2000  # of each provider; 6 to 10 s of one core where all are scored again
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
    compared = compared_with_saved(database, objects, decoder, client_id, draft, descriptor)
    return [
        _preview(compared, provider, last)
        for provider in sorted(draft.searches)
        if (last := last_scan(database, objects, client_id, provider, LISTINGS_MAX)) is not None
    ]


def flagged_by(config: ClientConfig | None, scores: Mapping[str, Score]) -> set[str]:
    """The ids of the listings that the config flags with these scores of its own."""
    if config is None:
        return set()
    return {key for key, score in scores.items() if should_flag(score, config.thresholds)}


def _preview(compared: DraftComparison, provider: Provider, last: LastScan) -> ProviderPreview:
    database, client_id, draft = compared.database, compared.client_id, compared.draft
    scan, found = _judged(compared, provider, last)
    was, will = flagged_by(compared.saved, found.before), flagged_by(draft, found.after)
    by_id = {listing.listing_id: listing for listing in last.listings}

    def changes(listing_ids: set[str]) -> list[Change]:
        ordered = sorted(listing_ids, key=lambda item: -found.after[item].probability)
        return [Change.between(by_id[key], found.before, found.after) for key in ordered]

    return ProviderPreview(
        provider=provider,
        listings=len(last.listings),
        truncated=last.found > len(last.listings),
        flagged_before=len(was),
        flagged_after=len(will),
        flagged_a_week=_seen_this_week(database, client_id, provider, sorted(will)),
        newly_flagged=changes(will - was),
        dropped=changes(was - will),
        plan=page_plan(
            database,
            client_id,
            draft,
            provider,
            last.listings,
            found.after,
            scan.readings_after,
        ),
    )


def _judged(
    compared: DraftComparison, provider: Provider, last: LastScan
) -> tuple[ComparedListings, Judgements]:
    photo_ids = kept_photo_ids(provider, last.photos)
    verdicts = newest_verdicts(compared.database, compared.objects, compared.client_id, provider)
    scan = ComparedListings(compared, provider, lambda: last.listings, photo_ids, verdicts)
    kept = kept_scores(compared.database, compared.client_id, compared.saved, last.scores)
    return scan, scan.judged(last.listings, lambda _: last.photos, kept)


def _seen_this_week(
    database: Database, client_id: str, provider: Provider, listing_ids: Sequence[str]
) -> int:
    since = datetime.now(UTC) - WEEK
    with database.client(client_id) as c:
        return listing_store.count_first_seen(c, client_id, provider, listing_ids, since)
