"""Sellers as people read them: a row each, with the actor behind it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.listing import Provider
from resources.postgres.actors.records import COUNTS, FACTS, Counted, SellerPosition
from resources.postgres.cases.case_lists import CaseSummaryRow, cases_by_id
from resources.postgres.statements import fetch_all, fetch_one


class UnknownSeller(PermanentError):
    """No case of the client is of such a seller."""

    problem = ProblemKind(404, "unknown-seller", "No such seller", "List the client's sellers.")

    def __init__(self, client_id: str, seller: SellerKey) -> None:
        super().__init__(
            f"client {client_id} has no case of seller {seller.key!r} at {seller.provider}; list "
            "its sellers for their keys"
        )


@dataclass(frozen=True, slots=True)
class SellerSummaryRow(Counted):
    """A seller as a list shows it; `pinned_by` has said which actor it belongs to."""

    provider: Provider
    seller_key: str
    seller_name: str
    actor_id: UUID
    pinned_by: str | None
    pinned_at: datetime | None

    @property
    def seller(self) -> SellerKey:
        """By which it is found."""
        return SellerKey(self.provider, self.seller_key)


@dataclass(frozen=True, slots=True)
class SellerOfCase:
    """Who sells a case's listing, and how many sellers the actor behind it has."""

    provider: Provider
    seller_key: str
    seller_name: str
    actor_id: UUID
    actor_sellers: int


def seller_page(
    c: Connection, client_id: str, limit: int, after: SellerPosition | None = None
) -> list[SellerSummaryRow]:
    """At most `limit` sellers of the client's cases, those with most cases first."""
    query = _GROUPED + ("" if after is None else _BEHIND)
    return fetch_all(
        c,
        SellerSummaryRow,
        "WITH" + FACTS + ")" + query + _ORDER + " LIMIT %(limit)s",
        client_id=client_id,
        after_cases=None if after is None else after.cases,
        after_provider=None if after is None else after.seller.provider,
        after_key=None if after is None else after.seller.key,
        limit=limit,
    )


def get_seller(c: Connection, client_id: str, seller: SellerKey) -> SellerSummaryRow:
    """The seller; raises UnknownSeller."""
    found = _sellers(
        c,
        " AND s.provider = %(provider)s AND s.seller_key = %(key)s)",
        client_id=client_id,
        provider=seller.provider,
        key=seller.key,
    )
    if not found:
        raise UnknownSeller(client_id, seller)
    return found[0]


def sellers_of_actor(c: Connection, client_id: str, actor_id: UUID) -> list[SellerSummaryRow]:
    """The actor's sellers with a case, those with most cases first."""
    condition: LiteralString = " AND s.actor_id = %(actor_id)s)"
    return _sellers(c, condition, client_id=client_id, actor_id=actor_id)


def sellers_of_keys(
    c: Connection, client_id: str, sellers: Sequence[SellerKey]
) -> dict[SellerKey, SellerSummaryRow]:
    """Those of the sellers that a case of the client is of, by key."""
    rows = _sellers(
        c,
        """ AND (s.provider, s.seller_key) IN (
            SELECT * FROM unnest(%(providers)s::text[], %(keys)s::text[])))""",
        client_id=client_id,
        providers=[seller.provider for seller in sellers],
        keys=[seller.key for seller in sellers],
    )
    return {row.seller: row for row in rows}


def sellers_of_cases(
    c: Connection, client_id: str, case_ids: Collection[UUID]
) -> dict[UUID, SellerOfCase]:
    """Who sells each of these cases' listings; cases without named or known seller are left out."""
    return dict(
        fetch_all(
            c,
            _of_case,
            """
            SELECT t.case_id, s.provider, s.seller_key, s.seller_name, s.actor_id, (
                SELECT count(*) FROM sellers AS other
                WHERE other.client_id = %(client_id)s AND other.actor_id = s.actor_id
                ) AS actor_sellers
            FROM seller_traces AS t JOIN sellers AS s
                ON s.client_id = %(client_id)s AND s.provider = t.provider
                AND s.seller_key = t.seller_key
            WHERE t.client_id = %(client_id)s AND t.case_id = ANY(%(case_ids)s)
            """,
            client_id=client_id,
            case_ids=list(case_ids),
        )
    )


def cases_of_sellers(
    c: Connection, client_id: str, sellers: Sequence[SellerKey], limit: int
) -> list[CaseSummaryRow]:
    """At most `limit` cases of these sellers, open ones first, the most probable first."""
    ids = fetch_all(
        c,
        _case_id,
        """
        SELECT k.case_id
        FROM unnest(%(providers)s::text[], %(keys)s::text[]) AS asked (provider, seller_key)
        JOIN seller_traces AS t ON t.client_id = %(client_id)s AND t.provider = asked.provider
            AND t.seller_key = asked.seller_key
        JOIN cases AS k ON k.client_id = %(client_id)s AND k.case_id = t.case_id
        WHERE k.state <> 'dropped'
        ORDER BY k.state <> 'open', k.probability DESC, k.case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        providers=[seller.provider for seller in sellers],
        keys=[seller.key for seller in sellers],
        limit=limit,
    )
    cases = cases_by_id(c, client_id, ids)
    return [cases[case_id] for case_id in ids if case_id in cases]


def key_of_name(
    c: Connection, client_id: str, provider: Provider, seller_name: str
) -> SellerKey | None:
    """The seller of this name at the provider; None where no case is of it."""
    return fetch_one(
        c,
        _key,
        """
        SELECT provider, seller_key FROM sellers
        WHERE client_id = %(client_id)s AND provider = %(provider)s AND seller_name = %(name)s
        ORDER BY arrival_no LIMIT 1
        """,
        client_id=client_id,
        provider=provider,
        name=seller_name,
    )


def _sellers(c: Connection, condition: LiteralString, **values: object) -> list[SellerSummaryRow]:
    query = "WITH" + FACTS + condition + _GROUPED + _ORDER
    return fetch_all(c, SellerSummaryRow, query, **values)


_GROUPED: LiteralString = f"""
    SELECT facts.provider, facts.seller_key, seller_name, actor_id, pinned_by, pinned_at,
        sellers, providers, cases, open_cases, infringing_cases, lawful_cases, removed_cases,
        open_probability, later_cases, first_flagged_at, last_flagged_at
    FROM (
        SELECT provider AS at_provider, seller_key AS at_key,{COUNTS}
        FROM (SELECT *, min(found_at) OVER (PARTITION BY provider, seller_key) AS first_found_at
            FROM facts) AS facts
        GROUP BY provider, seller_key) AS counted
    JOIN sellers AS facts ON facts.client_id = %(client_id)s AND facts.provider = at_provider
        AND facts.seller_key = at_key
    WHERE true"""  # noqa: S608 - of literals
_BEHIND: LiteralString = """
    AND (cases < %(after_cases)s OR (cases = %(after_cases)s
        AND (facts.provider, facts.seller_key) > (%(after_provider)s, %(after_key)s)))"""
_ORDER: LiteralString = " ORDER BY cases DESC, facts.provider, facts.seller_key"


def _of_case(
    *,
    case_id: UUID,
    provider: Provider,
    seller_key: str,
    seller_name: str,
    actor_id: UUID,
    actor_sellers: int,
) -> tuple[UUID, SellerOfCase]:
    return case_id, SellerOfCase(provider, seller_key, seller_name, actor_id, actor_sellers)


def _case_id(*, case_id: UUID) -> UUID:
    return case_id


def _key(*, provider: Provider, seller_key: str) -> SellerKey:
    return SellerKey(provider, seller_key)
