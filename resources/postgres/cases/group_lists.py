"""Groups as people read them: a row each, or one with its cases and what ties them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.groups.likeness import Edge, Likeness
from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.groups.proposals import Standing
from resources.postgres.cases.case_lists import CaseSummaryRow, cases_by_id
from resources.postgres.statements import fetch_all, fetch_one

CASES_SHOWN_MAX: Final = 1000


class UnknownGroup(PermanentError):
    """The client has no such group."""

    problem = ProblemKind(404, "unknown-group", "No such group", "List the client's groups.")

    def __init__(self, client_id: str, group_id: UUID) -> None:
        super().__init__(
            f"client {client_id} has no group {group_id}; list its groups for their ids"
        )


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a list shows it; a list leaves out cases that a newer config dropped."""

    group_id: UUID
    cases: int
    open_cases: int
    infringing_cases: int
    lawful_cases: int
    providers: list[Provider]
    sellers: int  # named ones
    probability: float  # the greatest among its cases
    shown_case_id: UUID  # which has it
    title: str  # of that case's listing
    first_flagged_at: datetime
    last_flagged_at: datetime


@dataclass(frozen=True, slots=True)
class GroupPosition:
    """Where a group stands in the list."""

    open_cases: int
    group_id: UUID


@dataclass(frozen=True, slots=True)
class Membership:
    """How a case came into its group; pinned there by a person, or not."""

    case_id: UUID
    pinned_by: str | None
    pinned_at: datetime | None
    is_exception: bool  # taken out of the group's last decision


@dataclass(frozen=True, slots=True)
class GroupedCase:
    """A case of a group as the queue shows cases, and how it came into the group."""

    case: CaseSummaryRow
    membership: Membership


@dataclass(frozen=True, slots=True)
class ProposedCase:
    """An open case that waits for what its group proposes to be confirmed."""

    group_id: UUID
    case_id: UUID
    version: int
    decision: Decision  # the one that people's decisions on the group share


def group_page(
    c: Connection,
    client_id: str,
    limit: int,
    *,
    cases_min: int = 2,
    only_open: bool = True,
    after: GroupPosition | None = None,
) -> list[GroupRow]:
    """At most `limit` groups of at least so many cases, those with most open cases first.

    Counts all of the client's grouped cases, and reads those of the groups on show.
    """
    ranked = _RANKED
    if only_open:
        ranked += " AND count(*) FILTER (WHERE state = 'open') > 0"
    if after is not None:
        ranked += _BEHIND
    ranked += " ORDER BY count(*) FILTER (WHERE state = 'open') DESC, group_id LIMIT %(limit)s"
    counted = _COUNTED + " AND state <> 'dropped' AND group_id = ANY(ARRAY(" + ranked
    return fetch_all(
        c,
        GroupRow,
        _TOLD + counted + ")) GROUP BY group_id" + _WITH_TITLE,
        client_id=client_id,
        cases_min=cases_min,
        after_open=None if after is None else after.open_cases,
        after_id=None if after is None else after.group_id,
        limit=limit,
    )


def get_group(c: Connection, client_id: str, group_id: UUID) -> GroupRow:
    """The group; raises UnknownGroup."""
    query = _TOLD + _COUNTED + " AND group_id = %(group_id)s GROUP BY group_id" + _WITH_TITLE
    found = fetch_one(c, GroupRow, query, client_id=client_id, group_id=group_id)
    if found is None:
        raise UnknownGroup(client_id, group_id)
    return found


# Listings are read for the groups on show alone.
_TOLD: LiteralString = """
    SELECT counted.*, title FROM ("""
_COUNTED: LiteralString = """
        SELECT group_id, count(*) AS cases,
            count(*) FILTER (WHERE state = 'open') AS open_cases,
            count(*) FILTER (WHERE decision = 'infringing') AS infringing_cases,
            count(*) FILTER (WHERE decision = 'not_infringing') AS lawful_cases,
            array_agg(DISTINCT provider ORDER BY provider) AS providers,
            count(DISTINCT seller) AS sellers, max(probability) AS probability,
            (array_agg(case_id ORDER BY probability DESC, case_id))[1] AS shown_case_id,
            min(first_flagged_at) AS first_flagged_at, max(last_flagged_at) AS last_flagged_at
        FROM grouped_cases JOIN cases USING (client_id, case_id)
        WHERE client_id = %(client_id)s"""
# Counting alone needs no order within the groups, which takes most of the time for all of them.
_RANKED: LiteralString = """
            SELECT group_id FROM grouped_cases JOIN cases USING (client_id, case_id)
            WHERE client_id = %(client_id)s AND state <> 'dropped'
            GROUP BY group_id HAVING count(*) >= %(cases_min)s"""
_BEHIND: LiteralString = """
            AND (count(*) FILTER (WHERE state = 'open') < %(after_open)s
                OR (count(*) FILTER (WHERE state = 'open') = %(after_open)s
                    AND group_id > %(after_id)s))"""
_WITH_TITLE: LiteralString = """
    ) AS counted
    JOIN cases AS shown ON shown.client_id = %(client_id)s AND shown.case_id = shown_case_id
    JOIN listings ON listings.client_id = %(client_id)s AND listings.provider = shown.provider
        AND listings.listing_id = shown.listing_id
    ORDER BY open_cases DESC, group_id"""


def group_of_case(c: Connection, client_id: str, case_id: UUID) -> UUID | None:
    """The group of the case; None before the scan that flags it has grouped it."""
    return fetch_one(
        c,
        _group_id,
        """
        SELECT group_id FROM grouped_cases
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s
        """,
        client_id=client_id,
        case_id=case_id,
    )


def cases_in_group(c: Connection, client_id: str, group_id: UUID) -> list[GroupedCase]:
    """At most `CASES_SHOWN_MAX` of the group's cases, open ones first, the most probable first."""
    memberships = fetch_all(
        c,
        Membership,
        """
        SELECT case_id, pinned_by, pinned_at, is_exception
        FROM grouped_cases JOIN cases USING (client_id, case_id)
        WHERE client_id = %(client_id)s AND group_id = %(group_id)s
        ORDER BY state <> 'open', probability DESC, case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        group_id=group_id,
        limit=CASES_SHOWN_MAX,
    )
    cases = cases_by_id(c, client_id, [item.case_id for item in memberships])
    return [GroupedCase(cases[item.case_id], item) for item in memberships if item.case_id in cases]


def edges_of_group(c: Connection, client_id: str, group_id: UUID) -> list[Edge]:
    """Edges from the group's cases to earlier ones, in order of arrival; some to those apart."""
    return fetch_all(
        c,
        _edge,
        """
        SELECT grouped_cases.case_id, earlier_case_id, photo_bits, title_share, is_same_seller,
            is_same_provider, earlier.group_id <> grouped_cases.group_id AS is_held_apart
        FROM grouped_cases
        JOIN group_edges ON group_edges.client_id = grouped_cases.client_id
            AND group_edges.case_id = grouped_cases.case_id
        JOIN grouped_cases AS earlier ON earlier.client_id = grouped_cases.client_id
            AND earlier.case_id = group_edges.earlier_case_id
        WHERE grouped_cases.client_id = %(client_id)s AND grouped_cases.group_id = %(group_id)s
        ORDER BY grouped_cases.arrival_no, earlier.arrival_no
        """,
        client_id=client_id,
        group_id=group_id,
    )


def proposed_cases(c: Connection, client_id: str, limit: int) -> list[ProposedCase]:
    """At most `limit` cases with a proposal, group by group, the most probable first.

    Without those that a person left out or set aside.
    """
    return fetch_all(
        c,
        ProposedCase,
        """
        WITH agreed AS (
            SELECT group_id, min(decision) AS decision
            FROM grouped_cases JOIN cases USING (client_id, case_id)
            WHERE client_id = %(client_id)s AND state = 'decided' AND decided_by_rule IS NULL
            GROUP BY group_id HAVING count(DISTINCT decision) = 1
        )
        SELECT group_id, case_id, version, agreed.decision
        FROM grouped_cases JOIN cases USING (client_id, case_id) JOIN agreed USING (group_id)
        WHERE client_id = %(client_id)s AND state = 'open' AND NOT is_exception
            AND NOT set_aside
        ORDER BY group_id, probability DESC, case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
    )


def standing_decisions(
    c: Connection, client_id: str, group_ids: Collection[UUID]
) -> dict[UUID, list[Standing]]:
    """By group the decisions that stand on its cases; groups without any are left out."""
    found: defaultdict[UUID, list[Standing]] = defaultdict(list)
    for group_id, standing in fetch_all(
        c,
        _standing,
        """
        SELECT group_id, cases.decision, last.reason, last.decided_by, last.decided_at
        FROM grouped_cases JOIN cases USING (client_id, case_id)
        JOIN LATERAL (
            SELECT reason, decided_by, decided_at FROM decisions
            WHERE decisions.client_id = %(client_id)s AND decisions.case_id = cases.case_id
            ORDER BY decision_no DESC LIMIT 1
        ) AS last ON true
        WHERE client_id = %(client_id)s AND group_id = ANY(%(group_ids)s)
            AND cases.state = 'decided' AND cases.decided_by_rule IS NULL
        ORDER BY group_id, last.decided_at, case_id
        """,
        client_id=client_id,
        group_ids=list(group_ids),
    ):
        found[group_id].append(standing)
    return dict(found)


def _standing(
    *, group_id: UUID, decision: Decision, reason: str, decided_by: str, decided_at: datetime
) -> tuple[UUID, Standing]:
    return group_id, Standing(decision, reason, decided_by, decided_at)


def _group_id(*, group_id: UUID) -> UUID:
    return group_id


def _edge(
    *,
    case_id: UUID,
    earlier_case_id: UUID,
    photo_bits: int | None,
    title_share: float | None,
    is_same_seller: bool,
    is_same_provider: bool,
    is_held_apart: bool,
) -> Edge:
    likeness = Likeness(photo_bits, title_share, is_same_seller, is_same_provider)
    return Edge(case_id, earlier_case_id, likeness, is_held_apart)
