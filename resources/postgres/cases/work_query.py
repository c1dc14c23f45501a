"""A client's cases summed up: what is open, what happened each week, how often flags were right.

And, of a client that is new, how far it has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import ScanState
from infringement_dagster.domain.score import ViolationType
from resources.postgres.statements import fetch_all, fetch_one

WEEKS = 12


@dataclass(frozen=True, slots=True)
class CaseWeek:
    """Counts of one week (UTC); `week` is its Monday."""

    week: date
    flagged: int  # by their score
    decided: int  # decisions as infringing or not, none that takes one back
    removed: int  # infringing listings that a scan no longer found


def case_weeks(c: Connection, client_id: str) -> list[CaseWeek]:
    """The last twelve weeks, this one last, those in which nothing happened too."""
    return fetch_all(c, CaseWeek, _WEEKS, client_id=client_id, weeks=WEEKS)


_WEEKS = """
    WITH weeks AS (
        SELECT (date_trunc('week', now(), 'UTC') - n * interval '7 days') AT TIME ZONE 'UTC' AS week
        FROM generate_series(0, %(weeks)s - 1) AS n
    ), since AS (
        SELECT min(week) AT TIME ZONE 'UTC' AS moment FROM weeks
    ), happened AS (
        SELECT first_flagged_at AS at, 'flagged' AS what FROM cases
        WHERE client_id = %(client_id)s AND sampled_chance IS NULL AND flagged_by IS NULL
            AND first_flagged_at >= (SELECT moment FROM since)
        UNION ALL
        SELECT decided_at, 'decided' FROM decisions
        WHERE client_id = %(client_id)s AND decision <> 'unsure' AND NOT takes_back
            AND decided_at >= (SELECT moment FROM since)
        UNION ALL
        SELECT noticed_at, 'removed' FROM case_presences JOIN cases USING (client_id, case_id)
        WHERE client_id = %(client_id)s AND presence = 'gone' AND decision = 'infringing'
            AND noticed_at >= (SELECT moment FROM since)
    ), counted AS (
        SELECT date_trunc('week', at AT TIME ZONE 'UTC') AS week,
            count(*) FILTER (WHERE what = 'flagged') AS flagged,
            count(*) FILTER (WHERE what = 'decided') AS decided,
            count(*) FILTER (WHERE what = 'removed') AS removed
        FROM happened GROUP BY 1
    )
    SELECT week::date AS week, coalesce(flagged, 0) AS flagged, coalesce(decided, 0) AS decided,
        coalesce(removed, 0) AS removed
    FROM weeks LEFT JOIN counted USING (week) ORDER BY week
"""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Cases of one marketplace and kind that wait for a decision; none that was set aside."""

    provider: Provider
    violation_type: ViolationType | None
    cases: int


def open_work(c: Connection, client_id: str) -> list[OpenWork]:
    """The open cases by marketplace and kind."""
    return fetch_all(
        c,
        OpenWork,
        """
        SELECT provider, violation_type, count(*) AS cases FROM cases
        WHERE client_id = %(client_id)s AND state = 'open' AND NOT set_aside
        GROUP BY provider, violation_type ORDER BY provider, violation_type
        """,
        client_id=client_id,
    )


@dataclass(frozen=True, slots=True)
class DecidedFlags:
    """How many cases that their score flagged are decided, and how many of them infringe."""

    decided: int
    infringing: int


def decided_flags(c: Connection, client_id: str) -> DecidedFlags:
    """The counts, without cases that were sampled or opened by hand."""
    found = fetch_one(
        c,
        DecidedFlags,
        """
        SELECT count(*) AS decided,
            count(*) FILTER (WHERE decision = 'infringing') AS infringing
        FROM cases WHERE client_id = %(client_id)s AND state = 'decided'
            AND sampled_chance IS NULL AND flagged_by IS NULL AND decided_by_rule IS NULL
        """,
        client_id=client_id,
    )
    assert found is not None  # an aggregate answers with one row
    return found


@dataclass(frozen=True, slots=True)
class Beginnings:
    """How far a client has come with its work, whatever its config says."""

    photos: int  # references in use
    newest_scan: UUID | None  # that asked a marketplace
    newest_scan_state: ScanState | None
    has_scanned: bool  # a marketplace to its end
    open_cases: int
    has_decided: bool  # a person or program, not only a rule


def beginnings(c: Connection, client_id: str) -> Beginnings:
    """The client's beginnings; each is looked for no longer than until it is found."""
    found = fetch_one(
        c,
        Beginnings,
        """
        SELECT (
            SELECT count(*) FROM reference_photos
            WHERE client_id = %(client_id)s AND removed_at IS NULL
        ) AS photos, newest.scan_id AS newest_scan, newest.state AS newest_scan_state, EXISTS (
            SELECT FROM runs
            WHERE client_id = %(client_id)s AND state IN ('succeeded', 'partial')
        ) AS has_scanned, (
            SELECT count(*) FROM (SELECT FROM cases WHERE client_id = %(client_id)s
                AND state = 'open' AND NOT set_aside LIMIT 1000) AS waiting
        ) AS open_cases, EXISTS (
            SELECT FROM decisions
            WHERE client_id = %(client_id)s AND rule IS NULL AND NOT takes_back
        ) AS has_decided
        FROM (SELECT) AS client LEFT JOIN LATERAL (
            SELECT scan_id, state FROM scans
            WHERE client_id = %(client_id)s AND trigger <> 'rescore'
            ORDER BY requested_at DESC, scan_id LIMIT 1
        ) AS newest ON true
        """,
        client_id=client_id,
    )
    assert found is not None  # it has no table of its own
    return found
