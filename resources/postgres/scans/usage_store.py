"""Charges of requests to vendors, and requests whose charge nobody was told.

Those of a trial search are of no scan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.admission import ClientUse
from infringement_dagster.domain.listing import Provider
from resources.postgres.scans.records import UsageRow
from resources.postgres.scans.run_store import check_epoch, lock_run
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one


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


def note_trial(c: Connection, client_id: str, provider: Provider, question: Question) -> None:
    """Guarantees that a question of no scan counts with the most it may cost until it is told."""
    execute(
        c,
        """
        INSERT INTO unsettled_charges (client_id, request_id, provider, vendor, endpoint, epoch,
            credits_most)
        VALUES (%(client_id)s, %(request_id)s, %(provider)s, %(vendor)s, %(endpoint)s, 0,
            %(credits_most)s)
        """,
        client_id=client_id,
        provider=provider,
        **asdict(question),
    )


def put_trial_usage(c: Connection, client_id: str, rows: Sequence[UsageRow]) -> None:
    """Guarantees that each request of no scan is charged once and is settled."""
    settle_free(c, client_id, [row.request_id for row in rows])
    _put_rows(c, client_id, None, rows)


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


def put_usage(c: Connection, client_id: str, scan_id: UUID, rows: Sequence[UsageRow]) -> None:
    """Guarantees that each request is charged once, however often it is told, and is settled.

    Raises UnknownRun for a provider that the scan does not cover.
    """
    providers = sorted({row.provider for row in rows})
    for provider in providers:
        lock_run(c, client_id, scan_id, provider)
    settle_free(c, client_id, [row.request_id for row in rows])
    _put_rows(c, client_id, scan_id, rows)
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


def _put_rows(
    c: Connection, client_id: str, scan_id: UUID | None, rows: Sequence[UsageRow]
) -> None:
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


@dataclass(frozen=True, slots=True)
class MonthlyUsage:
    """The cost of one provider in one month (UTC); `month` is its first day."""

    month: date
    provider: Provider
    requests: int
    credits: int


def credits_by_month(c: Connection, client_id: str, since: date) -> list[MonthlyUsage]:
    """Requests and credits from that day on, by month and provider."""
    return fetch_all(
        c,
        MonthlyUsage,
        """
        SELECT date_trunc('month', charged_at AT TIME ZONE 'UTC')::date AS month, provider,
            count(*) AS requests, sum(credits) AS credits
        FROM provider_usage
        WHERE client_id = %(client_id)s
            AND charged_at >= %(since)s::date::timestamp AT TIME ZONE 'UTC'
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        client_id=client_id,
        since=since,
    )


def client_use(c: Connection, client_id: str) -> ClientUse:
    """The client's runs and its credits charged or reserved, as admission counts them."""
    use = fetch_one(
        c,
        ClientUse,
        """
        WITH held AS (
            SELECT count(*) AS runs, coalesce(sum(
                greatest(coalesce(credits_reserved, 0) - credits_charged, 0)), 0)::bigint AS credits
            FROM runs WHERE client_id = %(client_id)s AND state IN ('admitted', 'running')
        ), spent AS (
            SELECT coalesce(sum(credits), 0)::bigint AS month, coalesce(sum(credits)
                FILTER (WHERE charged_at >= date_trunc('day', now(), 'UTC')), 0)::bigint AS today
            FROM provider_usage
            WHERE client_id = %(client_id)s AND charged_at >= date_trunc('month', now(), 'UTC')
        )
        SELECT held.runs, today + held.credits AS credits_today,
            month + held.credits AS credits_this_month
        FROM held, spent
        """,
        client_id=client_id,
    )
    return use or ClientUse()


def last_charges(c: Connection) -> dict[tuple[str, Provider], int]:
    """The charge of the newest successful run of the last 90 days, by client and provider.

    For an admission transaction.
    """
    return dict(
        fetch_all(
            c,
            _charged,
            """
            SELECT DISTINCT ON (client_id, provider) client_id, provider, credits_charged
            FROM runs
            WHERE finished_at > now() - interval '90 days' AND state IN ('succeeded', 'partial')
                AND credits_charged > 0
            ORDER BY client_id, provider, finished_at DESC
            """,
        )
    )


def _charged(
    *, client_id: str, provider: Provider, credits_charged: int
) -> tuple[tuple[str, Provider], int]:
    return (client_id, provider), credits_charged
