"""Re-scores: a config applied to what earlier scans have stored, without asking a provider.

A re-score is a scan with that trigger, so it waits, runs, tells its progress, is cancelled and
tried again as every scan is; its runs begin at the scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import CaseDropped, new_event
from infringement_dagster.domain.listing import Provider
from resources.postgres.events.event_store import append_events
from resources.postgres.scans.records import ScanRow
from resources.postgres.scans.scan_store import queue_scan
from resources.postgres.statements import fetch_all, fetch_one


class NothingStored(PermanentError):
    """No scan of the client has left anything that a config could be applied to."""

    problem = ProblemKind(409, "nothing-stored", "Nothing is stored yet", "Scan first.")


@dataclass(frozen=True, slots=True)
class _Provider:
    provider: Provider


def queue_rescore(
    c: Connection,
    client_id: str,
    config_version: int,
    requested_by: str,
    installed: Sequence[Provider],
    idempotency_key: str | None = None,
    *,
    over_history: bool = False,
) -> ScanRow:
    """The queued re-score over each installed provider that was scanned; raises NothingStored.

    It scores what the last scan of each saw or, over all history, what any kept snapshot shows.
    """
    scanned = fetch_all(
        c,
        _Provider,
        """
        SELECT DISTINCT provider FROM snapshots
        WHERE client_id = %(client_id)s AND asset = 'image_hashes'
            AND provider = ANY(%(installed)s) ORDER BY provider
        """,
        client_id=client_id,
        installed=list(installed),
    )
    if not scanned:
        raise NothingStored(f"client {client_id}: no scan has stored anything yet; scan first")
    return queue_scan(
        c,
        client_id,
        [row.provider for row in scanned],
        trigger="rescore",
        requested_by=requested_by,
        config_version=config_version,
        idempotency_key=idempotency_key,
        over_history=over_history,
    )


def history_until(c: Connection, client_id: str, scan_id: UUID) -> datetime | None:
    """The moment up to which snapshots count for a re-score over all history; None for others."""
    asked = fetch_one(
        c,
        _Asked,
        """
        SELECT requested_at FROM scans
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND over_history
        """,
        client_id=client_id,
        scan_id=scan_id,
    )
    return None if asked is None else asked.requested_at


@dataclass(frozen=True, slots=True)
class _Asked:
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class _Dropped:
    case_id: UUID
    listing_id: str


def drop_cases(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    config_version: int,
    probabilities: Mapping[str, float],
) -> int:
    """How many open cases of these listings are dropped, each with an event `case.dropped`.

    A case on which a person has ever decided stays, as do those that a newer config flagged, and
    sampled ones and those opened by hand, which are below the threshold as they are.
    """
    dropped = fetch_all(
        c,
        _Dropped,
        """
        UPDATE cases SET state = 'dropped', probability = low.probability,
            scan_id = %(scan_id)s, config_version = %(config_version)s
        FROM unnest(%(listing_ids)s::text[], %(probabilities)s::float8[])
            AS low (listing_id, probability)
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND cases.listing_id = low.listing_id
            AND state = 'open' AND sampled_chance IS NULL AND flagged_by IS NULL
            AND config_version <= %(config_version)s
            AND NOT EXISTS (
                SELECT FROM decisions
                WHERE decisions.client_id = cases.client_id AND decisions.case_id = cases.case_id
            )
        RETURNING case_id, cases.listing_id
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        config_version=config_version,
        listing_ids=list(probabilities),
        probabilities=list(probabilities.values()),
    )
    events = [
        new_event(
            CaseDropped(case.case_id, provider, case.listing_id, probabilities[case.listing_id]),
            scan_id,
        )
        for case in dropped
    ]
    append_events(c, client_id, events)
    return len(dropped)
