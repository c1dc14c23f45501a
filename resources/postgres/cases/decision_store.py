"""Decisions of people on cases; every one is kept, the last one counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.case import CaseState, Decision
from infringement_dagster.domain.event import CaseDecided, NewEvent, new_event
from resources.postgres.cases.records import DecisionRow
from resources.postgres.events.event_store import append_events
from resources.postgres.statements import execute, fetch_all


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case as a decision leaves it."""

    case_id: UUID
    state: CaseState
    version: int


@dataclass(frozen=True, slots=True)
class _Version:
    case_id: UUID
    version: int


def lock_versions(c: Connection, client_id: str, case_ids: Collection[UUID]) -> dict[UUID, int]:
    """The present version of each case there is, which nobody else changes in this transaction.

    Locked in order of id, so that two who decide on the same cases wait for each other.
    """
    found = fetch_all(
        c,
        _Version,
        """
        SELECT case_id, version FROM cases
        WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
        ORDER BY case_id FOR NO KEY UPDATE
        """,
        client_id=client_id,
        case_ids=list(case_ids),
    )
    return {row.case_id: row.version for row in found}


def keep_decisions(
    c: Connection,
    client_id: str,
    decided: Sequence[DecidedCase],
    decision: Decision,
    reason: str,
    decided_by: str,
) -> None:
    """Guarantees that each case, locked before, has the decision, its new state and an event."""
    ordered = sorted(decided, key=lambda case: case.case_id)
    execute(
        c,
        _CHANGE,
        client_id=client_id,
        case_ids=[case.case_id for case in ordered],
        states=[case.state for case in ordered],
        versions=[case.version for case in ordered],
        decision=decision,
    )
    execute(
        c,
        _ADD,
        client_id=client_id,
        case_ids=[case.case_id for case in ordered],
        decision=decision,
        reason=reason,
        decided_by=decided_by,
    )
    append_events(c, client_id, [_event(case, decision) for case in ordered])


_CHANGE = """
    UPDATE cases SET (state, version) = (decided.state, decided.version),
        decision = CASE WHEN decided.state = 'decided' THEN %(decision)s END
    FROM unnest(%(case_ids)s::uuid[], %(states)s::text[], %(versions)s::int[])
        AS decided (case_id, state, version)
    WHERE client_id = %(client_id)s AND cases.case_id = decided.case_id
"""
_ADD = """
    INSERT INTO decisions (client_id, case_id, decision_no, decision, reason, decided_by)
    SELECT %(client_id)s, case_id, (
            SELECT count(*) + 1 FROM decisions known
            WHERE known.client_id = %(client_id)s AND known.case_id = fresh.case_id
        ), %(decision)s, %(reason)s, %(decided_by)s
    FROM unnest(%(case_ids)s::uuid[]) AS fresh (case_id)
"""


def _event(case: DecidedCase, decision: Decision) -> NewEvent:
    return new_event(CaseDecided(case.case_id, decision, case.version))


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
