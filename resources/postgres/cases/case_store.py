"""Cases: listings flagged for review, and what people decided on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.case import CaseFlag, CaseOrigin, CaseState, FlaggedCase
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import CaseFlagged, CaseSampled, NewEvent, new_event
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Signal
from infringement_dagster.domain.score_document import SignalDocument, signals_from
from resources.postgres.cases.records import CaseRow
from resources.postgres.events.event_store import append_events
from resources.postgres.statements import fetch_all, fetch_count, fetch_one


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

    What a person has decided stays, and with it whether the case was sampled. Each opened case is
    one event `case.flagged` or `case.sampled`, a sampled one that is flagged now `case.flagged`
    too; so write whatever else belongs to the transaction before. Raises RefusedRow for an unknown
    listing, run or config.
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
        chances=[flag.sampled_chance for flag in ordered],
    )
    events = [
        _event(case, provider, distinct[case.listing_id], scan_id)
        for case in flagged
        if case.created or (case.was_sampled and distinct[case.listing_id].origin == "flagged")
    ]
    append_events(c, client_id, events)
    return flagged


def _event(case: FlaggedCase, provider: Provider, flag: CaseFlag, scan_id: UUID) -> NewEvent:
    told = asdict(flag)
    if flag.origin == "sampled":
        return new_event(CaseSampled(case.case_id, provider, **told), scan_id)
    del told["sampled_chance"]
    return new_event(CaseFlagged(case.case_id, provider, **told), scan_id)


# xmax is 0 in a row that this statement has inserted; in one that it updated, its transaction.
# The sub-select of RETURNING sees the rows as they were before.
_FLAG = """
    INSERT INTO cases AS known (client_id, provider, listing_id, probability, violation_type,
        scan_id, config_version, sampled_chance)
    SELECT %(client_id)s, %(provider)s, listing_id, probability, violation_type,
        %(scan_id)s, %(config_version)s, sampled_chance
    FROM unnest(%(listing_ids)s::text[], %(probabilities)s::float8[], %(violation_types)s::text[],
        %(chances)s::float8[]) AS flag (listing_id, probability, violation_type, sampled_chance)
    ON CONFLICT (client_id, provider, listing_id) DO UPDATE SET
        (probability, violation_type, scan_id, config_version, last_flagged_at, state)
        = (excluded.probability, excluded.violation_type, excluded.scan_id,
        excluded.config_version, excluded.last_flagged_at, CASE WHEN known.state = 'dropped'
            AND known.config_version <= excluded.config_version THEN 'open' ELSE known.state END),
        sampled_chance = CASE WHEN known.state = 'decided' OR known.sampled_chance IS NULL
            THEN known.sampled_chance ELSE excluded.sampled_chance END
    RETURNING case_id, listing_id, known.xmax = 0 AS created, EXISTS (
        SELECT FROM cases AS before WHERE before.client_id = known.client_id
            AND before.case_id = known.case_id
            AND before.sampled_chance IS NOT NULL AND before.state <> 'decided') AS was_sampled
"""


def flag_by_hand(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    config_version: int,
    flag: CaseFlag,
    flagged_by: str,
) -> FlaggedCase:
    """The case of a listing as that scan scored it, opened by a person where there was none.

    Of two who flag it at once one opens it. Its event is the caller's to append, after whatever
    else belongs to the transaction.
    """
    opened = fetch_one(
        c,
        _opened,
        """
        INSERT INTO cases (client_id, provider, listing_id, probability, violation_type, scan_id,
            config_version, flagged_by)
        VALUES (%(client_id)s, %(provider)s, %(listing_id)s, %(probability)s, %(violation_type)s,
            %(scan_id)s, %(config_version)s, %(flagged_by)s)
        ON CONFLICT (client_id, provider, listing_id) DO NOTHING RETURNING case_id
        """,
        client_id=client_id,
        provider=provider,
        listing_id=flag.listing_id,
        probability=flag.probability,
        violation_type=flag.violation_type,
        scan_id=scan_id,
        config_version=config_version,
        flagged_by=flagged_by,
    )
    known = opened or case_of_listing(c, client_id, provider, flag.listing_id)
    assert known is not None  # another's, which this statement has waited for
    return FlaggedCase(known, flag.listing_id, created=opened is not None)


def _opened(*, case_id: UUID) -> UUID:
    return case_id


def case_of_listing(
    c: Connection, client_id: str, provider: Provider, listing_id: str
) -> UUID | None:
    """The listing's case; None where it has none."""
    return fetch_one(
        c,
        _opened,
        """
        SELECT case_id FROM cases WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = %(listing_id)s
        """,
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
    )


def get_case(c: Connection, client_id: str, case_id: UUID) -> CaseRow:
    """The case; raises UnknownCase."""
    for case in list_cases(c, client_id, 1, case_ids=[case_id]):
        return case
    raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")


def list_cases(
    c: Connection,
    client_id: str,
    limit: int,
    states: Sequence[CaseState] | None = None,
    case_ids: Sequence[UUID] | None = None,
    origin: CaseOrigin | None = None,
    *,
    by_people: bool = False,
) -> list[CaseRow]:
    """At most `limit` cases, the most probable first; only these where any of them is given.

    `by_people` leaves out those that a rule has decided.
    """
    cases = fetch_all(
        c,
        CaseRow,
        """
        SELECT client_id, case_id, provider, listing_id, state, decision, version, probability,
            violation_type, scan_id, config_version, first_flagged_at, last_flagged_at,
            title, url, price_low, price_high, currency, seller_name, image_urls[1] AS image_url,
            sampled_chance, flagged_by, decided_by_rule, priority_rule
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s
            AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
            AND (%(case_ids)s::uuid[] IS NULL OR case_id = ANY(%(case_ids)s))
            AND (%(origin)s::text IS NULL OR case_origin(sampled_chance, flagged_by) = %(origin)s)
            AND (decided_by_rule IS NULL OR NOT %(by_people)s)
        ORDER BY probability DESC, case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        states=None if states is None else list(states),
        case_ids=None if case_ids is None else list(case_ids),
        origin=origin,
        by_people=by_people,
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


def shown_listings(c: Connection, client_id: str) -> dict[CaseOrigin, float]:
    """How many listings the cases of each origin stand for; a sampled one for 1 by its chance."""
    return dict(
        fetch_all(
            c,
            _shown,
            """
            SELECT case_origin(sampled_chance, flagged_by) AS origin,
                sum(1 / coalesce(sampled_chance, 1)) AS listings
            FROM cases WHERE client_id = %(client_id)s AND state <> 'dropped' GROUP BY 1
            """,
            client_id=client_id,
        )
    )


def _shown(*, origin: CaseOrigin, listings: float) -> tuple[CaseOrigin, float]:
    return origin, listings


def count_cases(
    c: Connection,
    client_id: str,
    states: Sequence[CaseState] | None = None,
    origin: CaseOrigin | None = None,
    provider: Provider | None = None,
) -> int:
    """How many cases the client has; only in these states, of this origin and there when given."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM cases WHERE client_id = %(client_id)s
            AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
            AND (%(origin)s::text IS NULL OR case_origin(sampled_chance, flagged_by) = %(origin)s)
            AND (%(provider)s::text IS NULL OR provider = %(provider)s)
        """,
        client_id=client_id,
        states=None if states is None else list(states),
        origin=origin,
        provider=provider,
    )
