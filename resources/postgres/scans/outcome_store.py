"""Counts of a run, and the items that it did not store, each with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Provider
from resources.postgres.scans.run_store import check_epoch, lock_run
from resources.postgres.statements import execute, execute_many, fetch_all


def merge_counts(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    epoch: int,
    asset: str,
    counts: Mapping[str, object],
) -> None:
    """Guarantees that the run's counts hold these under the asset's name, and no item is in hand.

    Raises LostLease.
    """
    check_epoch(c, client_id, scan_id, provider, epoch)
    execute(
        c,
        """
        UPDATE runs SET counts = counts || %(counts)s, items_in_hand = '{}'
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        counts=Jsonb({asset: counts}),
    )


def put_item_outcomes(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    asset: str,
    outcomes: Iterable[ItemOutcome],
) -> None:
    """Guarantees that exactly these items of this asset and run are known as not stored.

    Several outcomes under one key are all kept, so that the rows add up to the counts. Raises
    UnknownRun.
    """
    lock_run(c, client_id, scan_id, provider)
    execute(
        c,
        """
        DELETE FROM item_outcomes
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND asset = %(asset)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        asset=asset,
    )
    occurrences: Counter[str] = Counter()
    rows: list[dict[str, object]] = []
    for outcome in outcomes:
        occurrences[outcome.item_key] += 1
        rows.append(
            {
                "client_id": client_id,
                "scan_id": scan_id,
                "provider": provider,
                "asset": asset,
                "item_key": outcome.item_key,
                "occurrence": occurrences[outcome.item_key],
                "outcome": outcome.outcome,
                "reason": outcome.reason,
                "detail": outcome.detail,
            }
        )
    execute_many(
        c,
        """
        INSERT INTO item_outcomes (client_id, scan_id, provider, asset, item_key, occurrence,
            outcome, reason, detail)
        VALUES (%(client_id)s, %(scan_id)s, %(provider)s, %(asset)s, %(item_key)s,
            %(occurrence)s, %(outcome)s, %(reason)s, %(detail)s)
        """,
        rows,
    )


def item_outcomes(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, asset: str
) -> list[ItemOutcome]:
    """The items of this asset and run that were not stored, in order of key."""
    return fetch_all(
        c,
        ItemOutcome,
        """
        SELECT item_key, outcome, reason, detail FROM item_outcomes
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND asset = %(asset)s
        ORDER BY item_key, occurrence
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        asset=asset,
    )


@dataclass(frozen=True, slots=True)
class FailureSample:
    """Items of one run and step that failed for one reason, with the words about the first."""

    provider: Provider
    asset: str
    reason: str
    detail: str


def samples_of_failures(c: Connection, client_id: str, scan_id: UUID) -> list[FailureSample]:
    """One sample for each reason for which items of the scan failed."""
    return fetch_all(
        c,
        FailureSample,
        """
        SELECT DISTINCT ON (provider, asset, reason) provider, asset, reason,
            left(detail, 300) AS detail
        FROM item_outcomes
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND outcome = 'failed'
        ORDER BY provider, asset, reason, item_key, occurrence
        """,
        client_id=client_id,
        scan_id=scan_id,
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    document: dict[str, object]


def newest_counts(
    c: Connection, client_id: str, provider: Provider, asset: str
) -> dict[str, object] | None:
    """Counts of the asset by the provider's newest finished run, None before the first."""
    newest = recent_counts(c, client_id, provider, asset, 1, not_of=UUID(int=0))
    return newest[0] if newest else None


def recent_counts(
    c: Connection, client_id: str, provider: Provider, asset: str, limit: int, *, not_of: UUID
) -> list[dict[str, object]]:
    """Counts of the asset by the provider's newest finished runs, newest first."""
    rows = fetch_all(
        c,
        _Counts,
        """
        SELECT counts -> %(asset)s AS document FROM runs
        WHERE client_id = %(client_id)s AND provider = %(provider)s AND scan_id <> %(not_of)s
            AND state IN ('succeeded', 'partial') AND jsonb_typeof(counts -> %(asset)s) = 'object'
        ORDER BY finished_at DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        provider=provider,
        asset=asset,
        limit=limit,
        not_of=not_of,
    )
    return [row.document for row in rows]
