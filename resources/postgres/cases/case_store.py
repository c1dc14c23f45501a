"""Cases: listings flagged for review, and what people decided on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain import case as rules
from infringement_dagster.domain.case import CaseFlag, CaseState, Decision, FlaggedCase
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.event import NewEvent
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Signal
from resources.postgres.cases.records import CaseRow, DecisionRow
from resources.postgres.events.event_store import append_events
from resources.postgres.listings.score_store import SignalDocument, signals_from
from resources.postgres.statements import execute, fetch_all, fetch_count


class UnknownCase(PermanentError):
    """The client has no such case."""


class StaleCase(PermanentError):
    """Somebody has decided on the case since it was read."""


def flag_cases(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    config_version: int,
    flags: Iterable[CaseFlag],
) -> list[FlaggedCase]:
    """The cases of the flagged listings, opened where there was none; in order of listing id.

    What a person has decided stays. Each opened case is one event `case.flagged`, so write whatever
    else belongs to the transaction before. Raises RefusedRow for an unknown listing, run or config.
    """
    distinct = {flag.listing_id: flag for flag in flags}
    ordered = [distinct[listing_id] for listing_id in sorted(distinct)]
    flagged = fetch_all(
        c,
        FlaggedCase,
        _FLAG,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        config_version=config_version,
        listing_ids=[flag.listing_id for flag in ordered],
        probabilities=[flag.probability for flag in ordered],
        violation_types=[flag.violation_type for flag in ordered],
    )
    append_events(
        c,
        client_id,
        [
            NewEvent(
                "case.flagged",
                {"case_id": str(case.case_id), "provider": provider}
                | asdict(distinct[case.listing_id]),
                scan_id,
            )
            for case in flagged
            if case.created
        ],
    )
    return flagged


# xmax is 0 in a row that this statement has inserted; in one that it updated, its transaction.
_FLAG = """
    INSERT INTO cases AS known (client_id, provider, listing_id, probability, violation_type,
        scan_id, config_version)
    SELECT %(client_id)s, %(provider)s, listing_id, probability, violation_type,
        %(scan_id)s, %(config_version)s
    FROM unnest(%(listing_ids)s::text[], %(probabilities)s::float8[], %(violation_types)s::text[])
        AS flag (listing_id, probability, violation_type)
    ON CONFLICT (client_id, provider, listing_id) DO UPDATE SET
        (probability, violation_type, scan_id, config_version, last_flagged_at, state)
        = (excluded.probability, excluded.violation_type, excluded.scan_id,
        excluded.config_version, excluded.last_flagged_at, CASE WHEN known.state = 'dropped'
            AND known.config_version <= excluded.config_version THEN 'open' ELSE known.state END)
    RETURNING case_id, listing_id, known.xmax = 0 AS created
"""


def list_cases(
    c: Connection, client_id: str, limit: int, states: Sequence[CaseState] | None = None
) -> list[CaseRow]:
    """At most `limit` cases, the most probable first; only in these states when they are given."""
    cases = fetch_all(
        c,
        CaseRow,
        """
        SELECT client_id, case_id, provider, listing_id, state, decision, version, probability,
            violation_type, scan_id, config_version, first_flagged_at, last_flagged_at,
            title, url, price_low, price_high, currency, seller_name, image_urls[1] AS image_url
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s
            AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
        ORDER BY probability DESC, case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        states=None if states is None else list(states),
        limit=limit,
    )
    signals = dict(
        fetch_all(
            c,
            _signals_of_case,
            """
            SELECT case_id, signals
            FROM cases JOIN scores USING (client_id, scan_id, provider, listing_id)
            WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
            """,
            client_id=client_id,
            case_ids=[case.case_id for case in cases],
        )
    )
    return [replace(case, signals=signals.get(case.case_id, ())) for case in cases]


def _signals_of_case(
    *, case_id: UUID, signals: list[SignalDocument]
) -> tuple[UUID, tuple[Signal, ...]]:
    return case_id, signals_from(signals)


def count_cases(c: Connection, client_id: str, states: Sequence[CaseState] | None = None) -> int:
    """How many cases the client has; only in these states when they are given."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM cases WHERE client_id = %(client_id)s
            AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
        """,
        client_id=client_id,
        states=None if states is None else list(states),
    )


def decide(
    c: Connection,
    client_id: str,
    case_id: UUID,
    decision: Decision,
    reason: str,
    decided_by: str,
    expected_version: int,
) -> int:
    """The version of the case after the decision, which is kept with all earlier ones.

    `unsure` leaves it open. Raises UnknownCase, and StaleCase when `expected_version`, which the
    person was looking at, is not the present one.
    """
    _lock_version(c, client_id, case_id, expected_version)
    state, version = rules.decide(
        decision, version=expected_version, expected_version=expected_version
    )
    execute(
        c,
        """
        UPDATE cases SET (state, version) = (%(state)s, %(version)s),
            decision = CASE WHEN %(state)s = 'decided' THEN %(decision)s END
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s
        """,
        client_id=client_id,
        case_id=case_id,
        state=state,
        version=version,
        decision=decision,
    )
    execute(
        c,
        """
        INSERT INTO decisions (client_id, case_id, decision_no, decision, reason, decided_by)
        SELECT %(client_id)s, %(case_id)s, count(*) + 1, %(decision)s, %(reason)s, %(decided_by)s
        FROM decisions WHERE client_id = %(client_id)s AND case_id = %(case_id)s
        """,
        client_id=client_id,
        case_id=case_id,
        decision=decision,
        reason=reason,
        decided_by=decided_by,
    )
    body = {"case_id": str(case_id), "decision": decision, "version": version}
    append_events(c, client_id, [NewEvent("case.decided", body)])
    return version


def _lock_version(c: Connection, client_id: str, case_id: UUID, expected_version: int) -> None:
    version = fetch_count(
        c,
        """
        SELECT version FROM cases WHERE client_id = %(client_id)s AND case_id = %(case_id)s
        FOR NO KEY UPDATE
        """,
        client_id=client_id,
        case_id=case_id,
    )
    if version == 0:
        raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
    if version != expected_version:
        raise StaleCase(
            f"client {client_id}: case {case_id} is at version {version}, not at "
            f"{expected_version}: somebody has decided meanwhile; read it again first"
        )


def decisions_of(c: Connection, client_id: str, case_id: UUID) -> list[DecisionRow]:
    """Every decision on the case, the first one first."""
    return fetch_all(
        c,
        DecisionRow,
        """
        SELECT decision_no, decision, reason, decided_by, decided_at FROM decisions
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s ORDER BY decision_no
        """,
        client_id=client_id,
        case_id=case_id,
    )
