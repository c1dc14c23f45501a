"""Facts beside a case: its photo and strongest signals, its seller's other cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.score import Signal, Unavailable
from infringement_dagster.domain.score_document import SignalDocument, signals_from
from resources.postgres.statements import fetch_all


def thumbnails(c: Connection, client_id: str, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The SHA-256 of the first kept photo of each case's listing, where there is one."""
    return dict(
        fetch_all(
            c,
            _thumbnail,
            """
            SELECT case_id, first.sha256
            FROM cases CROSS JOIN LATERAL (
                SELECT sha256 FROM listing_photos
                WHERE client_id = %(client_id)s AND provider = cases.provider
                    AND listing_id = cases.listing_id AND sha256 IS NOT NULL
                ORDER BY position, url_sha256 LIMIT 1
            ) AS first
            WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
            """,
            client_id=client_id,
            case_ids=list(case_ids),
        )
    )


def strongest_signals(
    c: Connection, client_id: str, case_ids: Sequence[UUID], most: int
) -> dict[UUID, list[Signal]]:
    """At most so many signals of each case that speak for infringement, the strongest first."""
    found = fetch_all(
        c,
        _signals_of_case,
        """
        SELECT case_id, signals
        FROM cases JOIN scores USING (client_id, scan_id, provider, listing_id)
        WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
        """,
        client_id=client_id,
        case_ids=list(case_ids),
    )
    return {case_id: _strongest(signals)[:most] for case_id, signals in found}


def _strongest(signals: Sequence[Signal]) -> list[Signal]:
    telling = [
        signal
        for signal in signals
        if signal.contribution > 0
        and not isinstance(signal.value, Unavailable)
        and signal.value > 0
    ]
    return sorted(telling, key=lambda item: -item.contribution)


def _thumbnail(*, case_id: UUID, sha256: str) -> tuple[UUID, str]:
    return case_id, sha256


def _signals_of_case(
    *, case_id: UUID, signals: list[SignalDocument]
) -> tuple[UUID, tuple[Signal, ...]]:
    return case_id, signals_from(signals)
