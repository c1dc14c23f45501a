"""Rows of sellers and actors, as lists, pages and risks read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.actors.risk import Record, Risk, risk_of
from resources.postgres.statements import fetch_all

WEEKS_SHOWN: Final = 26


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts over the cases of a seller, or of all sellers of an actor."""

    sellers: int
    providers: list[Provider]
    cases: int
    open_cases: int
    infringing_cases: int
    lawful_cases: int
    removed_cases: int  # infringing ones that a scan no longer found
    open_probability: float | None  # the mean of open cases
    later_cases: int  # flagged after the first decision that found one infringing
    first_flagged_at: datetime
    last_flagged_at: datetime

    @property
    def risk(self) -> Risk:
        """How soon a person should look at it, with its parts."""
        return risk_of(
            Record(
                self.sellers,
                len(self.providers),
                self.cases,
                self.open_cases,
                self.infringing_cases,
                self.lawful_cases,
                self.removed_cases,
                self.open_probability,
                self.later_cases,
            )
        )


# `by` is the actor or the seller. Dropped cases count for nothing.
FACTS: LiteralString = """
    facts AS (
        SELECT s.provider, s.seller_key, s.actor_id, k.state, k.decision, k.probability,
            k.first_flagged_at, k.last_flagged_at,
            k.decision = 'infringing' AND coalesce((
                SELECT presence = 'gone' FROM case_presences AS p
                WHERE p.client_id = %(client_id)s AND p.case_id = k.case_id
                ORDER BY presence_no DESC LIMIT 1), false) AS is_removed,
            CASE WHEN k.decision = 'infringing' THEN (
                SELECT min(decided_at) FROM decisions AS d
                WHERE d.client_id = %(client_id)s AND d.case_id = k.case_id
                    AND d.decision = 'infringing') END AS found_at
        FROM sellers AS s
        JOIN seller_traces AS t ON t.client_id = %(client_id)s AND t.provider = s.provider
            AND t.seller_key = s.seller_key
        JOIN cases AS k ON k.client_id = %(client_id)s AND k.case_id = t.case_id
            AND k.state <> 'dropped'
        WHERE s.client_id = %(client_id)s"""
COUNTS: LiteralString = """
    count(DISTINCT (provider, seller_key)) AS sellers,
    array_agg(DISTINCT provider ORDER BY provider) AS providers,
    count(*) AS cases,
    count(*) FILTER (WHERE state = 'open') AS open_cases,
    count(*) FILTER (WHERE decision = 'infringing') AS infringing_cases,
    count(*) FILTER (WHERE decision = 'not_infringing') AS lawful_cases,
    count(*) FILTER (WHERE is_removed) AS removed_cases,
    avg(probability) FILTER (WHERE state = 'open') AS open_probability,
    count(*) FILTER (WHERE first_flagged_at > first_found_at) AS later_cases,
    min(first_flagged_at) AS first_flagged_at, max(last_flagged_at) AS last_flagged_at"""


@dataclass(frozen=True, slots=True)
class WeekOfListings:
    """A week of a seller or an actor: how many of its listings came, were on sale, and went."""

    week: date
    provider: Provider
    came: int
    listed: int  # seen in that week or before, and not for the last time before it


def weeks_of(
    c: Connection, client_id: str, sellers: list[SellerKey], weeks: int = WEEKS_SHOWN
) -> list[WeekOfListings]:
    """The last weeks of these sellers' flagged listings, by marketplace, the first week first."""
    return fetch_all(
        c,
        WeekOfListings,
        """
        WITH weeks AS (
            SELECT ((date_trunc('week', now(), 'UTC') AT TIME ZONE 'UTC')::date - 7 * n) AS week
            FROM generate_series(0, %(weeks)s - 1) AS n
        ), shown AS (
            SELECT l.provider, l.first_seen_at, l.last_seen_at
            FROM unnest(%(providers)s::text[], %(keys)s::text[]) AS asked (provider, seller_key)
            JOIN seller_traces AS t ON t.client_id = %(client_id)s AND t.provider = asked.provider
                AND t.seller_key = asked.seller_key
            JOIN cases AS k ON k.client_id = %(client_id)s AND k.case_id = t.case_id
            JOIN listings AS l ON l.client_id = %(client_id)s AND l.provider = k.provider
                AND l.listing_id = k.listing_id
        )
        SELECT week, provider,
            count(*) FILTER (WHERE first_seen_at >= week AND first_seen_at < week + 7) AS came,
            count(*) FILTER (WHERE first_seen_at < week + 7 AND last_seen_at >= week) AS listed
        FROM weeks CROSS JOIN shown GROUP BY week, provider ORDER BY week, provider
        """,
        client_id=client_id,
        providers=[seller.provider for seller in sellers],
        keys=[seller.key for seller in sellers],
        weeks=weeks,
    )


@dataclass(frozen=True, slots=True)
class SellerPosition:
    """Where a seller stands in a list."""

    cases: int
    seller: SellerKey


@dataclass(frozen=True, slots=True)
class ActorPosition:
    """Where an actor stands in a list."""

    open_cases: int
    actor_id: UUID
