"""Cases as the API lists, pages and exports them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import kwargs_row

from infringement_dagster.domain.acting.team import NOBODY
from infringement_dagster.domain.case import CaseOrigin, CaseState, Decision
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import ViolationType
from infringement_dagster.domain.search.sought import IdRange
from resources.postgres.cases.records import CaseColumns
from resources.postgres.listings.title_search import title_condition
from resources.postgres.statements import fetch_all, fetch_count, fetch_one

CaseOrder = Literal[
    "newest", "oldest", "most_probable", "least_probable", "cheapest", "most_visible"
]
EXPORT_BATCH_ROWS = 1000
NO_PRICE: Final = Decimal("Infinity")  # behind all prices
NO_PLACE: Final = 2**31 - 1  # behind all places in search results


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are wanted; None asks for nothing in particular."""

    state: CaseState | None = None
    decision: Decision | None = None
    provider: Provider | None = None
    violation_type: ViolationType | None = None
    probability_min: float | None = None
    seller: str | None = None  # compared without case
    text: str | None = None  # anywhere in the title, without case
    scan_id: UUID | None = None
    origin: CaseOrigin | None = None
    set_aside: bool | None = None  # open, and a person was unsure
    priority: bool | None = None  # open, and a rule flags it so
    rule: str | None = None  # that has decided it
    assignee: str | None = None  # whose work it is; NOBODY: nobody's
    overdue: bool | None = None  # open, and due on a day that is over
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class CaseSummaryRow(CaseColumns):
    """A case with what a list shows of its listing."""

    photo_sha256: str | None  # of the first photo that is kept
    set_aside: bool  # open, and the last who decided was unsure
    search_place: int | None  # among results of the scan that saw it last; None: no words found it


@dataclass(frozen=True, slots=True)
class CasePosition:
    """Where a case stands, in any order."""

    first_flagged_at: datetime
    probability: float
    case_id: UUID
    price: Decimal = NO_PRICE
    search_place: int = NO_PLACE


def position_of_case(row: CaseSummaryRow) -> CasePosition:
    """Where the case stands."""
    price = NO_PRICE if row.price_low is None else row.price_low
    place = NO_PLACE if row.search_place is None else row.search_place
    return CasePosition(row.first_flagged_at, row.probability, row.case_id, price, place)


def case_page(
    c: Connection,
    client_id: str,
    wanted: CaseFilter,
    order: CaseOrder,
    limit: int,
    after: CasePosition | None = None,
) -> list[CaseSummaryRow]:
    """At most `limit` cases after the position.

    A walk by `newest` or `oldest` misses and repeats no case that was there when it began, because
    that order never changes; by the others a rescan may move a case past the walker.
    """
    conditions, values = _asked(c, wanted)
    query = _SELECT + conditions + ("" if after is None else _PLACE[order]) + _ORDER[order]
    return fetch_all(
        c,
        CaseSummaryRow,
        query + " LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
        **values,
        **_place_values(after),
    )


def case_before(
    c: Connection, client_id: str, wanted: CaseFilter, order: CaseOrder, before: CasePosition
) -> CaseSummaryRow | None:
    """The last case ahead of the position, or None when it is the first."""
    conditions, values = _asked(c, wanted)
    query = _SELECT + conditions + _PLACE[_REVERSED[order]] + _ORDER[_REVERSED[order]]
    return fetch_one(
        c,
        CaseSummaryRow,
        query + " LIMIT 1",
        client_id=client_id,
        **values,
        **_place_values(before),
    )


@dataclass(frozen=True, slots=True)
class CaseVersion:
    """A case at the version that somebody has seen."""

    case_id: UUID
    version: int
    provider: Provider


def case_versions(
    c: Connection, client_id: str, wanted: CaseFilter, order: CaseOrder, limit: int
) -> list[CaseVersion]:
    """The first `limit` cases wanted at their present versions."""
    conditions, values = _asked(c, wanted)
    query: LiteralString = """
        SELECT case_id, version, cases.provider
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s"""
    return fetch_all(
        c,
        CaseVersion,
        query + conditions + _ORDER[order] + " LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
        **values,
    )


def every_case(c: Connection, client_id: str, wanted: CaseFilter) -> Iterator[list[CaseSummaryRow]]:
    """All cases wanted, newest first, in batches that the server hands out one after the other."""
    conditions, values = _asked(c, wanted)
    query = _SELECT + conditions + _ORDER["newest"]
    # All rows are read. Planned for the first ones, and with no statistics yet in the first minute
    # of a client, 20,000 cases took 61 s instead of 1.
    c.execute("SET LOCAL cursor_tuple_fraction = 1.0")
    with c.cursor("every_case", row_factory=kwargs_row(CaseSummaryRow)) as cursor:
        cursor.execute(query, {"client_id": client_id, **values})
        while batch := cursor.fetchmany(EXPORT_BATCH_ROWS):
            yield batch


def get_case(c: Connection, client_id: str, case_id: UUID) -> CaseSummaryRow | None:
    """The case, or None when the client has no such case."""
    return fetch_one(
        c,
        CaseSummaryRow,
        _SELECT + " AND case_id = %(case_id)s",
        client_id=client_id,
        case_id=case_id,
    )


def cases_by_id(
    c: Connection, client_id: str, case_ids: Sequence[UUID]
) -> dict[UUID, CaseSummaryRow]:
    """Those of the cases that the client has, by id."""
    rows = fetch_all(
        c,
        CaseSummaryRow,
        _SELECT + " AND case_id = ANY(%(case_ids)s)",
        client_id=client_id,
        case_ids=list(case_ids),
    )
    return {row.case_id: row for row in rows}


def cases_of_ids(
    c: Connection, client_id: str, ids: IdRange | None, listing_ids: Sequence[str], limit: int
) -> list[CaseSummaryRow]:
    """At most `limit` cases of these ids, or of listings with these, the most probable first."""
    query: LiteralString = """ AND (cases.listing_id = ANY(%(listing_ids)s)
        OR case_id BETWEEN %(low)s AND %(high)s)"""
    return fetch_all(
        c,
        CaseSummaryRow,
        _SELECT + query + _ORDER["most_probable"] + " LIMIT %(limit)s",
        client_id=client_id,
        low=ids.low if ids else None,
        high=ids.high if ids else None,
        listing_ids=list(listing_ids),
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class CaseCount:
    """How many cases of a provider are in a state, by what was decided."""

    provider: Provider
    state: CaseState
    decision: Decision | None
    cases: int
    set_aside: int  # of them


def count_cases(c: Connection, client_id: str, wanted: CaseFilter, most: int) -> int:
    """The number of cases wanted, counted no further than `most`."""
    conditions, values = _asked(c, wanted)
    query: LiteralString = """
        SELECT count(*) FROM (
            SELECT FROM cases JOIN listings USING (client_id, provider, listing_id)
            WHERE client_id = %(client_id)s"""
    return fetch_count(
        c, query + conditions + " LIMIT %(most)s) wanted", client_id=client_id, most=most, **values
    )


def case_counts(c: Connection, client_id: str) -> list[CaseCount]:
    """The client's cases counted by provider, state and decision."""
    return fetch_all(
        c,
        CaseCount,
        """
        SELECT provider, state, decision, count(*) AS cases,
            count(*) FILTER (WHERE set_aside) AS set_aside
        FROM cases
        WHERE client_id = %(client_id)s GROUP BY provider, state, decision
        ORDER BY provider, state, decision
        """,
        client_id=client_id,
    )


_SELECT: LiteralString = """
    SELECT case_id, cases.provider, cases.listing_id, state, decision, version, probability,
        violation_type, scan_id, config_version, first_flagged_at, last_flagged_at,
        title, url, price_low, price_high, currency, seller_name, image_urls[1] AS image_url,
        sampled_chance, flagged_by, decided_by_rule, priority_rule, set_aside, search_place,
        (SELECT shown.sha256 FROM listing_photos AS shown
         WHERE shown.client_id = cases.client_id AND shown.provider = cases.provider
             AND shown.listing_id = cases.listing_id AND shown.sha256 IS NOT NULL
         ORDER BY shown.position, shown.url_sha256 LIMIT 1) AS photo_sha256
    FROM cases JOIN listings USING (client_id, provider, listing_id)
    WHERE client_id = %(client_id)s"""

# Only conditions that are asked for are sent: an optional one in SQL costs the index.
_CONDITIONS: dict[str, LiteralString] = {
    "state": " AND state = %(state)s",
    "decision": " AND decision = %(decision)s",
    "provider": " AND cases.provider = %(provider)s",
    "violation_type": " AND violation_type = %(violation_type)s",
    "probability_min": " AND probability >= %(probability_min)s",
    "seller": " AND lower(seller_name) = lower(%(seller)s)",
    "scan_id": " AND scan_id = %(scan_id)s",
    "origin": " AND case_origin(sampled_chance, flagged_by) = %(origin)s",
    "rule": " AND decided_by_rule = %(rule)s",
}
# Of those that people have shared out, which are few beside all.
_SHARED_OUT: LiteralString = """ AND case_id IN (
    SELECT case_id FROM case_work WHERE case_work.client_id = %(client_id)s AND """
_NOT_ASSIGNED: LiteralString = """ AND NOT EXISTS (
    SELECT FROM case_work WHERE case_work.client_id = %(client_id)s
        AND case_work.case_id = cases.case_id AND assignee IS NOT NULL)"""
_OVERDUE: LiteralString = "due_on < (now() AT TIME ZONE 'UTC')::date) AND state = 'open'"
_NOT_OVERDUE: LiteralString = """ AND NOT EXISTS (
    SELECT FROM case_work WHERE case_work.client_id = %(client_id)s
        AND case_work.case_id = cases.case_id AND due_on < (now() AT TIME ZONE 'UTC')::date)"""
_PRIORITY: LiteralString = " AND priority_rule IS NOT NULL AND state = 'open'"
# The first comparison alone bounds the index scan, the second settles ties.
_Order = CaseOrder | Literal["dearest", "least_visible"]
_PLACE: dict[_Order, LiteralString] = {
    "newest": """
    AND first_flagged_at <= %(after_flagged_at)s
    AND (first_flagged_at < %(after_flagged_at)s OR case_id > %(after_case_id)s)""",
    "oldest": """
    AND first_flagged_at >= %(after_flagged_at)s
    AND (first_flagged_at > %(after_flagged_at)s OR case_id < %(after_case_id)s)""",
    "most_probable": """
    AND probability <= %(after_probability)s
    AND (probability < %(after_probability)s OR case_id > %(after_case_id)s)""",
    "least_probable": """
    AND probability >= %(after_probability)s
    AND (probability > %(after_probability)s OR case_id < %(after_case_id)s)""",
    "cheapest": """
    AND coalesce(price_low, 'Infinity'::numeric) >= %(after_price)s
    AND (coalesce(price_low, 'Infinity'::numeric) > %(after_price)s
        OR case_id > %(after_case_id)s)""",
    "dearest": """
    AND coalesce(price_low, 'Infinity'::numeric) <= %(after_price)s
    AND (coalesce(price_low, 'Infinity'::numeric) < %(after_price)s
        OR case_id < %(after_case_id)s)""",
    "most_visible": """
    AND coalesce(search_place, 2147483647) >= %(after_search_place)s
    AND (coalesce(search_place, 2147483647) > %(after_search_place)s
        OR case_id > %(after_case_id)s)""",
    "least_visible": """
    AND coalesce(search_place, 2147483647) <= %(after_search_place)s
    AND (coalesce(search_place, 2147483647) < %(after_search_place)s
        OR case_id < %(after_case_id)s)""",
}
_ORDER: dict[_Order, LiteralString] = {
    "newest": " ORDER BY first_flagged_at DESC, case_id",
    "oldest": " ORDER BY first_flagged_at, case_id DESC",
    "most_probable": " ORDER BY probability DESC, case_id",
    "least_probable": " ORDER BY probability, case_id DESC",
    "cheapest": " ORDER BY coalesce(price_low, 'Infinity'::numeric), case_id",
    "dearest": " ORDER BY coalesce(price_low, 'Infinity'::numeric) DESC, case_id DESC",
    "most_visible": " ORDER BY coalesce(search_place, 2147483647), case_id",
    "least_visible": " ORDER BY coalesce(search_place, 2147483647) DESC, case_id DESC",
}
_REVERSED: dict[CaseOrder, _Order] = {
    "newest": "oldest",
    "oldest": "newest",
    "most_probable": "least_probable",
    "least_probable": "most_probable",
    "cheapest": "dearest",
    "most_visible": "least_visible",
}


def _asked(c: Connection, wanted: CaseFilter) -> tuple[LiteralString, dict[str, object]]:
    """The conditions of the filter and their values."""
    title = title_condition(c, wanted.text)
    query = title.sql
    for name, condition in _CONDITIONS.items():
        if getattr(wanted, name) is not None:
            query += condition
    if wanted.set_aside is not None:  # written out: a value would hide its index
        query += " AND set_aside" if wanted.set_aside else " AND NOT set_aside"
    if wanted.priority is not None:
        query += _PRIORITY if wanted.priority else " AND priority_rule IS NULL"
    query += _shared_out(wanted)
    named = (*_CONDITIONS, "assignee", "tag")
    return query, {**title.values, **{name: getattr(wanted, name) for name in named}}


def _shared_out(wanted: CaseFilter) -> LiteralString:
    """The conditions on who is on a case until when."""
    query: LiteralString = ""
    if wanted.assignee == NOBODY:
        query += _NOT_ASSIGNED
    elif wanted.assignee is not None:
        query += _SHARED_OUT + "assignee = %(assignee)s)"
    if wanted.tag is not None:
        query += _SHARED_OUT + "tags @> ARRAY[%(tag)s])"
    if wanted.overdue is not None:
        query += _SHARED_OUT + _OVERDUE if wanted.overdue else _NOT_OVERDUE
    return query


def _place_values(after: CasePosition | None) -> dict[str, object]:
    if after is None:
        return {}
    return {
        "after_flagged_at": after.first_flagged_at,
        "after_probability": after.probability,
        "after_case_id": after.case_id,
        "after_price": after.price,
        "after_search_place": after.search_place,
    }
