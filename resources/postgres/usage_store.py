"""What requests to vendors have charged, and those whose charge nobody was told.

Belongs here: SQL of `unsettled_charges`, `provider_usage`, and `runs.credits_charged`, which is its
sum. Not here: prices and limits, who asks (`resources/charge_book.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.matching.listing import Provider
from resources.postgres.records import UsageRow
from resources.postgres.run_store import check_epoch, lock_run
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_count


@dataclass(frozen=True, slots=True)
class Question:
    """One request to a vendor whose charge is not known yet."""

    request_id: UUID
    vendor: str
    endpoint: str
    credits_most: int


def note_questions(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    epoch: int,
    questions: Iterable[Question],
) -> None:
    """Guarantees that each counts with the most it may cost until its charge is told.

    Raises LostLease: who lost the run may spend nothing more for it.
    """
    check_epoch(c, client_id, scan_id, provider, epoch)
    execute_many(
        c,
        """
        INSERT INTO unsettled_charges (client_id, request_id, scan_id, provider, vendor, endpoint,
            epoch, credits_most)
        VALUES (%(client_id)s, %(request_id)s, %(scan_id)s, %(provider)s, %(vendor)s,
            %(endpoint)s, %(epoch)s, %(credits_most)s)
        """,
        [
            {
                "client_id": client_id,
                "scan_id": scan_id,
                "provider": provider,
                "epoch": epoch,
                **asdict(question),
            }
            for question in questions
        ],
    )


def settle_free(c: Connection, client_id: str, request_ids: Collection[UUID]) -> None:
    """Guarantees that these questions are known to have cost nothing."""
    execute(
        c,
        """
        DELETE FROM unsettled_charges
        WHERE client_id = %(client_id)s AND request_id = ANY(%(request_ids)s)
        """,
        client_id=client_id,
        request_ids=list(request_ids),
    )


def unsettled_credits(c: Connection, client_id: str, scan_id: UUID) -> int:
    """The most that the scan may have cost beyond what it was charged."""
    return fetch_count(
        c,
        """
        SELECT coalesce(sum(credits_most), 0) FROM unsettled_charges
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
    )


def put_usage(c: Connection, client_id: str, scan_id: UUID, rows: Sequence[UsageRow]) -> None:
    """Guarantees that each request is charged once, however often it is told, and is settled.

    Raises UnknownRun for a provider that the scan does not cover.
    """
    providers = sorted({row.provider for row in rows})
    for provider in providers:
        lock_run(c, client_id, scan_id, provider)
    settle_free(c, client_id, [row.request_id for row in rows])
    execute_many(
        c,
        """
        INSERT INTO provider_usage (client_id, request_id, scan_id, provider, vendor, endpoint,
            status, credits, charged_at)
        SELECT %(client_id)s, %(request_id)s, %(scan_id)s, %(provider)s, %(vendor)s,
            %(endpoint)s, %(status)s, %(credits)s, %(charged_at)s
        WHERE NOT EXISTS (SELECT FROM provider_usage known
            WHERE known.client_id = %(client_id)s AND known.request_id = %(request_id)s)
        """,
        [
            {
                "client_id": client_id,
                "request_id": row.request_id,
                "scan_id": scan_id,
                "provider": row.provider,
                "vendor": row.vendor,
                "endpoint": row.endpoint,
                "status": row.status,
                "credits": row.credits,
                "charged_at": row.charged_at,
            }
            for row in rows
        ],
    )
    execute(
        c,
        """
        UPDATE runs SET credits_charged = charged.credits
        FROM (
            SELECT provider, sum(credits) AS credits FROM provider_usage
            WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
                AND provider = ANY(%(providers)s)
            GROUP BY provider
        ) AS charged
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
            AND runs.provider = charged.provider
        """,
        client_id=client_id,
        scan_id=scan_id,
        providers=providers,
    )


@dataclass(frozen=True, slots=True)
class _Charged:
    provider: Provider
    credits: int


def credits_of_scan(c: Connection, client_id: str, scan_id: UUID) -> dict[Provider, int]:
    """The credits that the scan was charged, for each provider that it covers."""
    charged = fetch_all(
        c,
        _Charged,
        """
        SELECT provider, credits_charged AS credits FROM runs
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
    )
    return {one.provider: one.credits for one in charged}
