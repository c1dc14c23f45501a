"""Decisions of people, and of rules, on cases; every one is kept, the last one counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.case import (
    NOT_DECIDED,
    CaseState,
    Decision,
    PastDecision,
)
from infringement_dagster.domain.event import CaseDecided, NewEvent, new_event
from resources.postgres.cases.records import DecisionRow, mark_of
from resources.postgres.events.event_store import append_events
from resources.postgres.statements import execute, fetch_all


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case as a decision leaves it."""

    case_id: UUID
    state: CaseState
    version: int


@dataclass(frozen=True, slots=True)
class TakenDecision:
    """A decision that still counts, and what held before it."""

    case_id: UUID
    version: int  # that the decision gave the case
    decision: Decision
    title: str
    before: PastDecision


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
    past: PastDecision,
    decided_by: str,
    *,
    takes_back: bool = False,
) -> None:
    """Guarantees that each case, locked before, has the decision, its new state and an event.

    All decisions of one transaction bear one time, by which `decided_at_once` finds them.
    """
    ordered = sorted(decided, key=lambda case: case.case_id)
    rule = None if past.by_rule is None else past.by_rule.rule
    execute(
        c,
        _CHANGE,
        client_id=client_id,
        case_ids=[case.case_id for case in ordered],
        states=[case.state for case in ordered],
        versions=[case.version for case in ordered],
        sets_aside=past.sets_aside,
        decision=past.decision,
        rule=rule,
    )
    execute(
        c,
        _ADD,
        client_id=client_id,
        case_ids=[case.case_id for case in ordered],
        decision=past.decision,
        reason=past.reason,
        sets_aside=past.sets_aside,
        decided_by=decided_by,
        takes_back=takes_back,
        rule=rule,
        rule_version=None if past.by_rule is None else past.by_rule.config_version,
    )
    append_events(c, client_id, [_event(case, past.decision, rule) for case in ordered])


_CHANGE = """
    UPDATE cases SET (state, version, set_aside)
            = (decided.state, decided.version, %(sets_aside)s),
        decision = CASE WHEN decided.state = 'decided' THEN %(decision)s END,
        decided_by_rule = CASE WHEN decided.state = 'decided' THEN %(rule)s END
    FROM unnest(%(case_ids)s::uuid[], %(states)s::text[], %(versions)s::int[])
        AS decided (case_id, state, version)
    WHERE client_id = %(client_id)s AND cases.case_id = decided.case_id
"""
_ADD = """
    INSERT INTO decisions
        (client_id, case_id, decision_no, decision, reason, decided_by, sets_aside, takes_back,
        rule, rule_version)
    SELECT %(client_id)s, case_id, (
            SELECT count(*) + 1 FROM decisions known
            WHERE known.client_id = %(client_id)s AND known.case_id = fresh.case_id
        ), %(decision)s, %(reason)s, %(decided_by)s, %(sets_aside)s, %(takes_back)s,
        %(rule)s, %(rule_version)s
    FROM unnest(%(case_ids)s::uuid[]) AS fresh (case_id)
"""


def _event(case: DecidedCase, decision: Decision, rule: str | None) -> NewEvent:
    return new_event(CaseDecided(case.case_id, decision, case.version, rule))


def decisions_of(c: Connection, client_id: str, case_id: UUID) -> list[DecisionRow]:
    """Every decision on the case, the first one first."""
    return fetch_all(
        c,
        DecisionRow,
        """
        SELECT decision_no, decision, reason, decided_by, decided_at, sets_aside, takes_back,
            rule, rule_version
        FROM decisions
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s ORDER BY decision_no
        """,
        client_id=client_id,
        case_id=case_id,
    )


def time_of_transaction(c: Connection) -> datetime:
    """The time that every decision of this transaction bears."""
    row = c.execute("SELECT now()").fetchone()
    assert row is not None  # a SELECT without FROM answers with one row
    return row[0]  # type: ignore[no-any-return] # Postgres' now()


def decided_at_once(
    c: Connection, client_id: str, decided_by: str, decided_at: datetime
) -> list[TakenDecision]:
    """Each decision of one transaction of this person that nobody has changed since."""
    return fetch_all(
        c,
        _taken,
        _TAKEN
        + """ AND taken.decided_by = %(decided_by)s AND taken.decided_at = %(decided_at)s
        ORDER BY taken.case_id""",
        client_id=client_id,
        decided_by=decided_by,
        decided_at=decided_at,
    )


def last_decisions(
    c: Connection, client_id: str, case_ids: Collection[UUID]
) -> list[TakenDecision]:
    """The last decision on each of the cases that have any, and what held before it."""
    return fetch_all(
        c,
        _taken,
        _TAKEN + " AND taken.case_id = ANY(%(case_ids)s) ORDER BY taken.case_id",
        client_id=client_id,
        case_ids=list(case_ids),
    )


_TAKEN = """
    SELECT taken.case_id, version, taken.decision, title, before.decision AS before,
        before.reason AS before_reason, before.sets_aside, before.rule, before.rule_version
    FROM decisions AS taken
    JOIN cases USING (client_id, case_id)
    JOIN listings USING (client_id, provider, listing_id)
    LEFT JOIN decisions AS before ON before.client_id = taken.client_id
        AND before.case_id = taken.case_id AND before.decision_no = taken.decision_no - 1
    WHERE taken.client_id = %(client_id)s AND NOT EXISTS (
        SELECT FROM decisions AS later WHERE later.client_id = taken.client_id
            AND later.case_id = taken.case_id AND later.decision_no > taken.decision_no)
"""


def _taken(
    *,
    case_id: UUID,
    version: int,
    decision: Decision,
    title: str,
    before: Decision | None,
    before_reason: str | None,
    sets_aside: bool | None,
    rule: str | None,
    rule_version: int | None,
) -> TakenDecision:
    past = NOT_DECIDED
    if before is not None:
        mark = mark_of(rule, rule_version)
        past = PastDecision(before, before_reason or "", bool(sets_aside), mark)
    return TakenDecision(case_id, version, decision, title, past)
