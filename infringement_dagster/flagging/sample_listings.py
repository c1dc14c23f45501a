"""Draws the listings below the threshold that one run sends to review."""

from __future__ import annotations

from collections.abc import Iterable

from infringement_dagster.domain.case import NO_SAMPLE, Draw, Sample
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.signals.sellers import allowed
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.postgres.scans import scan_store


def may_be_sampled(score: Score) -> bool:
    """Whether the listing tells anything: what the client itself allows is no miss."""
    values = (signal.value for signal in score.signals if signal.name == allowed.__name__)
    return next(values, 0.0) != 1.0


def sample_below(database: Database, run: ScanRun, below: Iterable[str]) -> Sample:
    """The listings drawn of those below the threshold; the same when the step is repeated.

    Drawn from those that the scan has seen first. A listing so has one chance in its life, which is
    what its decision is weighed by, and a scan that finds nothing new costs nobody a look.
    """
    client_id, scan_id, provider = run.client_id, run.scan_id, run.provider
    if run.trigger == "rescore":
        return NO_SAMPLE
    with database.client(client_id) as c:
        fresh = listing_store.first_seen_by(c, client_id, scan_id, provider)
        scan = scan_store.get_scan(c, client_id, scan_id)
    providers = tuple(held.provider for held in scan.runs)
    unseen = [listing_id for listing_id in below if listing_id in fresh]
    return Draw(client_id, scan_id, provider, providers).of(unseen, run.config.sampling)
