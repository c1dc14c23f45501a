"""Cases: listings flagged for review, and what people decided on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.case import CaseFlag, CaseState, FlaggedCase
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import CaseFlagged, new_event
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Signal
from infringement_dagster.domain.score_document import SignalDocument, signals_from
from resources.postgres.cases.records import CaseRow
from resources.postgres.events.event_store import append_events
from resources.postgres.statements import fetch_all, fetch_count


class UnknownCase(PermanentError):
    """The client has no such case."""

    problem = ProblemKind(404, "unknown-case", "No such case", "List the client's cases.")


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
            new_event(
                CaseFlagged(case.case_id, provider, **asdict(distinct[case.listing_id])), scan_id
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


def get_case(c: Connection, client_id: str, case_id: UUID) -> CaseRow:
    """The case; raises UnknownCase."""
    for case in list_cases(c, client_id, 1, case_id=case_id):
        return case
    raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")


def list_cases(
    c: Connection,
    client_id: str,
    limit: int,
    states: Sequence[CaseState] | None = None,
    case_id: UUID | None = None,
) -> list[CaseRow]:
    """At most `limit` cases, the most probable first; only these where states or id are given."""
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
            AND (%(case_id)s::uuid IS NULL OR case_id = %(case_id)s)
        ORDER BY probability DESC, case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        states=None if states is None else list(states),
        case_id=case_id,
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
