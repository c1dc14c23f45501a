"""Scores that each scan gave to its listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Score, ViolationType
from infringement_dagster.domain.score_document import (
    OtherTypeDocument,
    SignalDocument,
    other_type_documents,
    other_types_from,
    signal_documents,
    signals_from,
)
from resources.postgres.scans.run_store import lock_run
from resources.postgres.statements import Staging, execute, fetch_all, fetch_one

_RESCORES_READ = 10  # of those that failed, or that hold no score of the listing
_INCOMING = Staging(
    "incoming_scores",
    {
        "listing_id": "text",
        "probability": "float8",
        "calibrated": "bool",
        "model": "text",
        "violation_type": "text",
        "signals": "jsonb",
        "other_types": "jsonb",
    },
)


def put_scores(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    config_version: int,
    scores: Mapping[str, Score],
) -> None:
    """Guarantees that the scan's listings (by id) have these scores.

    Raises RefusedRow and UnknownRun.
    """
    lock_run(c, client_id, scan_id, provider)
    _INCOMING.load(
        c,
        client_id,
        [_columns(listing_id, scores[listing_id]) for listing_id in sorted(scores)],
    )
    for statement in (_UPDATE_KNOWN, _INSERT_MISSING):
        execute(
            c,
            statement,
            client_id=client_id,
            scan_id=scan_id,
            provider=provider,
            config_version=config_version,
        )


# The table is cut by scored_at, so its key alone would let a second score in: the run's lock keeps
# two writers apart. A known score stays in its month.
_UPDATE_KNOWN = """
    UPDATE scores known SET
        (probability, calibrated, model, config_version, violation_type, signals, other_types)
        = (i.probability, i.calibrated, i.model, %(config_version)s, i.violation_type, i.signals,
            i.other_types)
    FROM incoming_scores i
    WHERE known.client_id = %(client_id)s AND known.scan_id = %(scan_id)s
        AND known.provider = %(provider)s AND known.listing_id = i.listing_id
"""
_INSERT_MISSING = """
    INSERT INTO scores (client_id, scan_id, provider, listing_id, probability, calibrated,
        model, config_version, violation_type, signals, other_types)
    SELECT %(client_id)s, %(scan_id)s, %(provider)s, listing_id, probability, calibrated,
        model, %(config_version)s, violation_type, signals, other_types
    FROM incoming_scores i
    WHERE NOT EXISTS (SELECT FROM scores known WHERE known.client_id = %(client_id)s
        AND known.scan_id = %(scan_id)s AND known.provider = %(provider)s
        AND known.listing_id = i.listing_id)
"""


def _columns(listing_id: str, score: Score) -> tuple[object, ...]:
    return (
        listing_id,
        score.probability,
        score.calibrated,
        score.model,
        score.violation_type,
        Jsonb(signal_documents(score.signals)),
        Jsonb(other_type_documents(score.other_types)),
    )


_SELECT = """
    SELECT provider, listing_id, probability, calibrated, model, violation_type, signals,
        other_types
    FROM scores
"""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A scan's score of one listing."""

    provider: Provider
    listing_id: str
    score: Score


def score_page(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    probability_min: float,
    limit: int,
    after: tuple[str, str] = ("", ""),
) -> list[ScoreRow]:
    """At most `limit` scores at or above the probability, in order of provider and listing id."""
    return fetch_all(
        c,
        _score_row,
        _SELECT
        + """
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
            AND (provider, listing_id) > (%(provider)s, %(listing_id)s)
            AND probability >= %(probability_min)s
        ORDER BY provider, listing_id LIMIT %(limit)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=after[0],
        listing_id=after[1],
        probability_min=probability_min,
        limit=limit,
    )


def score_of(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, listing_id: str
) -> Score | None:
    """The scan's score of the listing, or None where it is not kept."""
    row = fetch_one(
        c,
        _score_row,
        _SELECT
        + """
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND listing_id = %(listing_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        listing_id=listing_id,
    )
    return None if row is None else row.score


@dataclass(frozen=True, slots=True)
class NewestScore:
    """A listing's last score, and the scan or re-score that gave it under which config."""

    scan_id: UUID
    config_version: int
    score: Score


def newest_score(
    c: Connection, client_id: str, provider: Provider, listing_id: str
) -> NewestScore | None:
    """The score by the last scan that saw the listing, or by a re-score since; None without."""
    return fetch_one(
        c,
        _newest_score,
        """
        WITH seen AS (
            SELECT last_scan_id, last_seen_at FROM listings WHERE client_id = %(client_id)s
                AND provider = %(provider)s AND listing_id = %(listing_id)s
        ), looks AS (
            SELECT last_scan_id AS scan_id FROM seen
            UNION ALL
            (SELECT scan_id FROM scans JOIN runs USING (client_id, scan_id), seen
            WHERE client_id = %(client_id)s AND provider = %(provider)s AND trigger = 'rescore'
                AND requested_at >= last_seen_at
            ORDER BY requested_at DESC LIMIT %(rescores_read)s)
        )
        SELECT scan_id, config_version, provider, listing_id, probability, calibrated, model,
            violation_type, signals, other_types
        FROM scores JOIN looks USING (scan_id)
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = %(listing_id)s
        ORDER BY scored_at DESC LIMIT 1
        """,
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
        rescores_read=_RESCORES_READ,
    )


def _newest_score(*, scan_id: UUID, config_version: int, **columns: Any) -> NewestScore:
    return NewestScore(scan_id, config_version, _score_row(**columns).score)


def _score_row(
    *,
    provider: Provider,
    listing_id: str,
    probability: float,
    calibrated: bool,
    model: str,
    violation_type: ViolationType | None,
    signals: Sequence[SignalDocument],
    other_types: Sequence[OtherTypeDocument],
) -> ScoreRow:
    score = Score(
        probability,
        calibrated,
        model,
        signals_from(signals),
        violation_type,
        other_types_from(other_types),
    )
    return ScoreRow(provider, listing_id, score)
