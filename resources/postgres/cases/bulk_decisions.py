"""One decision on many cases, in a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain import case as rules
from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.event import NewEvent
from resources.postgres.cases.case_lists import CaseVersion
from resources.postgres.events.event_store import append_events
from resources.postgres.statements import execute, fetch_all


def decide_many(
    c: Connection,
    client_id: str,
    seen: Sequence[CaseVersion],
    decision: Decision,
    reason: str,
    decided_by: str,
) -> list[UUID]:
    """The cases that are decided: those that are still at the version seen; others are left.

    Each gets its own decision and event, as if decided one by one.
    """
    state, _ = rules.decide(decision, version=1, expected_version=1)
    changed = fetch_all(
        c,
        CaseVersion,
        _CHANGE,
        client_id=client_id,
        case_ids=[one.case_id for one in seen],
        versions=[one.version for one in seen],
        state=state,
        decision=decision,
    )
    case_ids = sorted(one.case_id for one in changed)
    _keep_decisions(c, client_id, case_ids, decision, reason, decided_by)
    append_events(c, client_id, [_event(one, decision) for one in changed])
    return case_ids


# Locked in order of id, so that two who decide on the same cases wait for each other.
_CHANGE = """
    WITH locked AS (
        SELECT case_id FROM cases
            JOIN unnest(%(case_ids)s::uuid[], %(versions)s::int[]) AS seen (case_id, version)
            USING (case_id, version)
        WHERE client_id = %(client_id)s
        ORDER BY case_id FOR NO KEY UPDATE OF cases
    )
    UPDATE cases SET state = %(state)s, version = version + 1,
        decision = CASE WHEN %(state)s = 'decided' THEN %(decision)s END
    FROM locked
    WHERE client_id = %(client_id)s AND cases.case_id = locked.case_id
    RETURNING cases.case_id, version, provider
"""


def _keep_decisions(
    c: Connection,
    client_id: str,
    case_ids: Sequence[UUID],
    decision: Decision,
    reason: str,
    decided_by: str,
) -> None:
    execute(
        c,
        """
        INSERT INTO decisions (client_id, case_id, decision_no, decision, reason, decided_by)
        SELECT %(client_id)s, case_id, (
                SELECT count(*) + 1 FROM decisions known
                WHERE known.client_id = %(client_id)s AND known.case_id = fresh.case_id
            ), %(decision)s, %(reason)s, %(decided_by)s
        FROM unnest(%(case_ids)s::uuid[]) AS fresh (case_id)
        """,
        client_id=client_id,
        case_ids=list(case_ids),
        decision=decision,
        reason=reason,
        decided_by=decided_by,
    )


def _event(case: CaseVersion, decision: Decision) -> NewEvent:
    body = {"case_id": str(case.case_id), "decision": decision, "version": case.version}
    return NewEvent("case.decided", body)
