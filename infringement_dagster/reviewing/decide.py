"""The one way in which a person's decision is taken: by route, page or for a whole list.

Rules decide in `flagging/moderation`; people take their decisions back here as their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.moderation.guard import hold_rules_of, pause_overturned
from infringement_dagster.domain import case as rules
from infringement_dagster.domain.case import (
    NOT_DECIDED,
    Decision,
    PastDecision,
    StaleCase,
    decided_as,
)
from resources.postgres.cases import decision_store
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.decision_store import DecidedCase, TakenDecision
from resources.postgres.cases.moderation import rule_store


@dataclass(frozen=True, slots=True)
class DecidedAtOnce:
    """Decisions of one moment, by which whoever took them can take them back."""

    case_ids: list[UUID]
    decided_at: datetime


def decide(
    c: Connection,
    client_id: str,
    case_id: UUID,
    decision: Decision,
    reason: str,
    decided_by: str,
    expected_version: int,
) -> int:
    """The version of the case after the decision, which is kept with all earlier ones.

    `unsure` leaves it open, set aside. Raises `UnknownCase`, and `StaleCase` when
    `expected_version`, which the person was looking at, is not the present one.
    """
    present = _locked(c, client_id, case_id)
    seen = {case_id: expected_version}
    _keep(c, client_id, seen, present, decided_as(decision, reason), decided_by)
    return expected_version + 1


def decide_many(
    c: Connection,
    client_id: str,
    seen: Mapping[UUID, int],
    decision: Decision,
    reason: str,
    decided_by: str,
) -> DecidedAtOnce:
    """All cases seen, by id at their versions, each decided as if one by one.

    Raises `StaleCase` when one of them is gone or no longer at the version seen; none is decided.
    """
    return decide_each(c, client_id, {(decision, reason): seen}, decided_by)


def decide_each(
    c: Connection,
    client_id: str,
    wanted: Mapping[tuple[Decision, str], Mapping[UUID, int]],
    decided_by: str,
) -> DecidedAtOnce:
    """The cases of each decision and reason, by id at the versions seen, as by `decide_many`."""
    cases = [case_id for seen in wanted.values() for case_id in seen]
    present = _lock(c, client_id, cases)
    for (decision, reason), seen in wanted.items():
        _keep(c, client_id, seen, present, decided_as(decision, reason), decided_by)
    return DecidedAtOnce(sorted(cases), decision_store.time_of_transaction(c))


def take_back(
    c: Connection, client_id: str, case_id: UUID, taken_back_by: str, expected_version: int
) -> None:
    """Guarantees that what held before the case's last decision holds again; both stay kept.

    Raises `UnknownCase`, and `StaleCase` without any decision too.
    """
    present = _locked(c, client_id, case_id)
    decisions = decision_store.decisions_of(c, client_id, case_id)
    if not decisions:
        raise StaleCase(f"client {client_id}: case {case_id} has no decision to take back")
    past = decisions[-2].past if len(decisions) > 1 else NOT_DECIDED
    seen = {case_id: expected_version}
    _keep(c, client_id, seen, present, past, taken_back_by, takes_back=True)


def take_back_many(c: Connection, client_id: str, decided_by: str, decided_at: datetime) -> int:
    """The number of a person's decisions of one moment that were taken back, each as if alone.

    Those that somebody has decided on since stay as they are.
    """
    taken = decision_store.decided_at_once(c, client_id, decided_by, decided_at)
    return _take_back_unchanged(c, client_id, taken, decided_by)


def take_back_rule(
    c: Connection, client_id: str, rule: str, taken_back_by: str, scan_id: UUID | None = None
) -> int:
    """The number of a rule's decisions, of one scan or all, that were taken back as if one by one.

    Those that a person has decided on since stay. The rule never decides these cases again, and is
    paused where that is more than its limit.
    """
    standing = rule_store.standing_cases(c, client_id, rule, scan_id)
    taken = decision_store.last_decisions(c, client_id, standing)
    return _take_back_unchanged(c, client_id, taken, taken_back_by)


def _take_back_unchanged(
    c: Connection, client_id: str, taken: Sequence[TakenDecision], taken_back_by: str
) -> int:
    present = _lock(c, client_id, [case.case_id for case in taken])
    unchanged = [case for case in taken if present.get(case.case_id) == case.version]
    for past in {case.before for case in unchanged}:
        seen = {case.case_id: case.version for case in unchanged if case.before == past}
        _keep(c, client_id, seen, present, past, taken_back_by, takes_back=True)
    return len(unchanged)


def _locked(c: Connection, client_id: str, case_id: UUID) -> Mapping[UUID, int]:
    present = _lock(c, client_id, [case_id])
    if case_id not in present:
        raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
    return present


def _lock(c: Connection, client_id: str, case_ids: Collection[UUID]) -> dict[UUID, int]:
    """The versions of the cases, held with the rules that decided any of them.

    All at first and in this order, before an event is told: so nobody waits in a circle.
    """
    present = decision_store.lock_versions(c, client_id, case_ids)
    hold_rules_of(c, client_id, case_ids)
    return present


def _keep(
    c: Connection,
    client_id: str,
    seen: Mapping[UUID, int],
    present: Mapping[UUID, int],
    past: PastDecision,
    decided_by: str,
    *,
    takes_back: bool = False,
) -> None:
    """Guarantees that all cases seen are as this decision leaves them, and that it is kept.

    A rule that people overturn too often by it is paused in the same transaction.
    """
    decided = [
        _decided(client_id, case_id, version, past, present) for case_id, version in seen.items()
    ]
    decision_store.keep_decisions(c, client_id, decided, past, decided_by, takes_back=takes_back)
    pause_overturned(c, client_id, seen)


def _decided(
    client_id: str,
    case_id: UUID,
    expected_version: int,
    past: PastDecision,
    present: Mapping[UUID, int],
) -> DecidedCase:
    case = f"client {client_id}: case {case_id}"
    if case_id not in present:
        raise StaleCase(f"{case} is gone; read the list again")
    state, version = rules.decide(
        past.decision, case=case, version=present[case_id], expected_version=expected_version
    )
    return DecidedCase(case_id, state, version)
