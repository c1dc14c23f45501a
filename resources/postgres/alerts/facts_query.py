"""The facts that mails tell of one client, read when they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from infringement_dagster.domain.alerts.facts import (
    CaseFacts,
    CreditUse,
    DigestFacts,
    FailedRun,
    FailedRunFacts,
    PriorityFacts,
)
from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.listing import Provider
from resources.postgres.clients import limit_store
from resources.postgres.scans import usage_store
from resources.postgres.statements import fetch_all, fetch_count, fetch_one

BEST = 5
WAITING = 3
FAILED = 5
PRIORITY = 10


@dataclass(frozen=True, slots=True)
class EventSpan:
    """The events after one number up to another."""

    after: int
    until: int


def digest_facts(
    c: Connection, client_id: str, span: EventSpan, since: datetime, until: datetime
) -> DigestFacts:
    """The client over the span of events; what is open and what waits is of now."""
    numbers = _numbers(c, client_id, span)
    failed = failed_runs(c, client_id, span, FAILED)
    return DigestFacts(
        since=since,
        until=until,
        new_cases=numbers.new_cases,
        best=tuple(_flagged(c, client_id, span, BEST)),
        open_cases=fetch_count(c, _OPEN, client_id=client_id),
        decided=dict(fetch_all(c, _decided, _DECIDED, client_id=client_id, **_values(span))),
        removed=numbers.removed,
        waiting=tuple(_waiting(c, client_id)),
        failed_runs=failed.number,
        failed=failed.failed,
        credits=_credits(c, client_id),
    )


def priority_facts(
    c: Connection, client_id: str, span: EventSpan, probability_min: float
) -> PriorityFacts:
    """The cases flagged in the span that are open and at least so probable."""
    number = fetch_count(
        c,
        "SELECT count(*)" + _FROM_FLAGGED,
        client_id=client_id,
        probability_min=probability_min,
        **_values(span),
    )
    return PriorityFacts(
        number, tuple(_flagged(c, client_id, span, PRIORITY, probability_min=probability_min))
    )


def failed_runs(c: Connection, client_id: str, span: EventSpan, limit: int) -> FailedRunFacts:
    """The runs that failed in the span, the newest first."""
    rows = fetch_all(
        c,
        FailedRun,
        """
        SELECT body->>'provider' AS provider, scan_id, body->>'error' AS reason,
            created_at AS failed_at
        """
        + _FROM_FAILED
        + " ORDER BY event_no DESC LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
        **_values(span),
    )
    number = fetch_count(c, "SELECT count(*)" + _FROM_FAILED, client_id=client_id, **_values(span))
    return FailedRunFacts(number, tuple(rows))


@dataclass(frozen=True, slots=True)
class Happened:
    """Whether anything happened in a span that somebody may want to be told at once."""

    flagged: bool  # a case at least as probable as asked
    failed: bool


def happened(c: Connection, client_id: str, span: EventSpan, probability_min: float) -> Happened:
    """Whether the span holds something to tell at once."""
    found = fetch_one(
        c,
        Happened,
        """
        SELECT coalesce(bool_or(type = 'case.flagged'
                AND (body->>'probability')::float8 >= %(probability_min)s), false) AS flagged,
            coalesce(bool_or(type = 'run.finished' AND body->>'state' = 'failed'), false) AS failed
        FROM events WHERE client_id = %(client_id)s
            AND event_no > %(after)s AND event_no <= %(until)s
            AND type IN ('case.flagged', 'run.finished')
        """,
        client_id=client_id,
        probability_min=probability_min,
        **_values(span),
    )
    assert found is not None  # an aggregate answers with one row
    return found


@dataclass(frozen=True, slots=True)
class Failure:
    """A run or a check that failed, as an event tells it; without a check it is a run."""

    event_no: int
    provider: Provider
    check: str | None
    reason: str | None


def failures(c: Connection, client_id: str, span: EventSpan) -> list[Failure]:
    """The runs and checks that failed in the span."""
    return fetch_all(
        c,
        Failure,
        """
        SELECT event_no, body->>'provider' AS provider, body->>'check' AS check,
            coalesce(body->>'reason', body->>'error') AS reason
        FROM events WHERE client_id = %(client_id)s
            AND event_no > %(after)s AND event_no <= %(until)s
            AND (type = 'check.failed'
                OR (type = 'run.finished' AND body->>'state' = 'failed'))
        ORDER BY event_no
        """,
        client_id=client_id,
        **_values(span),
    )


def searched_and_down(c: Connection, client_id: str, troubles_min: int) -> list[Provider]:
    """The providers of the client's newest config that failed so many last questions."""
    return fetch_all(
        c,
        _provider,
        """
        WITH newest AS (
            SELECT document FROM config_versions WHERE client_id = %(client_id)s
            ORDER BY version DESC LIMIT 1
        )
        SELECT provider FROM provider_health, newest
        WHERE troubles >= %(troubles_min)s AND document->'searches' ? provider ORDER BY provider
        """,
        client_id=client_id,
        troubles_min=troubles_min,
    )


def providers_to_tell(c: Connection, troubles_min: int) -> list[tuple[str, Provider]]:
    """Active clients with a provider that is down and somebody who is to be told and was not.

    Once a day (UTC) for each provider; for an admission transaction.
    """
    return fetch_all(
        c,
        _client_and_provider,
        """
        SELECT DISTINCT p.client_id, h.provider
        FROM provider_health h, alert_preferences p JOIN clients USING (client_id)
        WHERE troubles >= %(troubles_min)s AND state = 'active'
            AND providers_down AND refused_at IS NULL
            AND (SELECT document->'searches' ? h.provider FROM config_versions v
                WHERE v.client_id = p.client_id ORDER BY version DESC LIMIT 1)
            AND NOT EXISTS (SELECT FROM alert_mails m
                WHERE m.client_id = p.client_id AND m.principal = p.principal
                    AND kind = 'providers_down'
                    AND period = h.provider || to_char(now() AT TIME ZONE 'UTC', ' YYYY-MM-DD'))
        ORDER BY 1, 2
        """,
        troubles_min=troubles_min,
    )


@dataclass(frozen=True, slots=True)
class _Numbers:
    new_cases: int
    removed: int


def _numbers(c: Connection, client_id: str, span: EventSpan) -> _Numbers:
    found = fetch_one(
        c,
        _Numbers,
        """
        SELECT count(DISTINCT body->>'case_id') FILTER (WHERE type = 'case.flagged') AS new_cases,
            count(DISTINCT body->>'case_id') FILTER (WHERE type = 'case.gone'
                AND decision = 'infringing') AS removed
        FROM events LEFT JOIN cases
            ON cases.client_id = events.client_id AND case_id = (body->>'case_id')::uuid
        WHERE events.client_id = %(client_id)s AND event_no > %(after)s AND event_no <= %(until)s
            AND type IN ('case.flagged', 'case.gone')
        """,
        client_id=client_id,
        **_values(span),
    )
    assert found is not None  # an aggregate answers with one row
    return found


def _flagged(
    c: Connection, client_id: str, span: EventSpan, limit: int, *, probability_min: float = 0.0
) -> list[CaseFacts]:
    return fetch_all(
        c,
        CaseFacts,
        _CASE + _FROM_FLAGGED + " ORDER BY probability DESC, case_id LIMIT %(limit)s",
        client_id=client_id,
        probability_min=probability_min,
        limit=limit,
        **_values(span),
    )


def _waiting(c: Connection, client_id: str) -> list[CaseFacts]:
    return fetch_all(
        c,
        CaseFacts,
        _CASE
        + """
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s AND state = 'open' AND NOT set_aside
        ORDER BY first_flagged_at, case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=WAITING,
    )


def _credits(c: Connection, client_id: str) -> tuple[CreditUse, ...]:
    limits, use = limit_store.client_limits(c, client_id), usage_store.client_use(c, client_id)
    return (
        CreditUse("today", use.credits_today, limits.credits_per_day),
        CreditUse("this month", use.credits_this_month, limits.credits_per_month),
    )


_CASE = """
    SELECT case_id, provider, title, price_low, price_high, currency, seller_name, probability,
        violation_type, first_flagged_at
"""
# The score may have changed since the event: what stands now is what is told.
_FROM_FLAGGED = """
    FROM cases JOIN listings USING (client_id, provider, listing_id)
    WHERE client_id = %(client_id)s AND state = 'open' AND NOT set_aside
        AND probability >= %(probability_min)s AND case_id IN (
            SELECT (body->>'case_id')::uuid FROM events WHERE client_id = %(client_id)s
                AND event_no > %(after)s AND event_no <= %(until)s AND type = 'case.flagged')
"""
_OPEN = """
    SELECT count(*) FROM cases
    WHERE client_id = %(client_id)s AND state = 'open' AND NOT set_aside
"""
_DECIDED = """
    SELECT decision, count(*) AS cases FROM (
        SELECT DISTINCT ON (body->>'case_id') body->>'decision' AS decision FROM events
        WHERE client_id = %(client_id)s AND event_no > %(after)s AND event_no <= %(until)s
            AND type = 'case.decided'
        ORDER BY body->>'case_id', event_no DESC
    ) AS last GROUP BY decision
"""
_FROM_FAILED = """
    FROM events WHERE client_id = %(client_id)s
        AND event_no > %(after)s AND event_no <= %(until)s
        AND type = 'run.finished' AND body->>'state' = 'failed'
"""


def _values(span: EventSpan) -> dict[str, int]:
    return {"after": span.after, "until": span.until}


def _decided(*, decision: Decision, cases: int) -> tuple[Decision, int]:
    return decision, cases


def _provider(*, provider: Provider) -> Provider:
    return provider


def _client_and_provider(*, client_id: str, provider: Provider) -> tuple[str, Provider]:
    return client_id, provider
