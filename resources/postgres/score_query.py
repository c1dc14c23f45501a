"""Scores of a scan as the API pages them.

Belongs here: keyset pages over `scores`. Not here: writing them (`score_store.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.matching.listing import Provider
from infringement_dagster.matching.scoring import Score, ViolationType
from resources.postgres.score_store import SignalDocument, signals_from
from resources.postgres.statements import fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What a scan concluded about one listing."""

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
    """What the scan concluded about the listing, or None where that is not kept."""
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


def _score_row(
    *,
    provider: Provider,
    listing_id: str,
    probability: float,
    calibrated: bool,
    model: str,
    violation_type: ViolationType | None,
    signals: Sequence[SignalDocument],
) -> ScoreRow:
    score = Score(probability, calibrated, model, signals_from(signals), violation_type)
    return ScoreRow(provider, listing_id, score)


_SELECT = """
    SELECT provider, listing_id, probability, calibrated, model, violation_type, signals
    FROM scores
"""
