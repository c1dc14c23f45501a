"""The one way in which a person's decision is taken: by route, page or for a whole list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain import case as rules
from infringement_dagster.domain.case import Decision, StaleCase
from resources.postgres.cases import decision_store
from resources.postgres.cases.case_lists import CaseVersion
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.decision_store import DecidedCase


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

    `unsure` leaves it open. Raises `UnknownCase`, and `StaleCase` when `expected_version`, which
    the person was looking at, is not the present one.
    """
    present = decision_store.lock_versions(c, client_id, [case_id])
    if case_id not in present:
        raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
    decided = _decided(client_id, case_id, expected_version, decision, present)
    decision_store.keep_decisions(c, client_id, [decided], decision, reason, decided_by)
    return decided.version


def decide_many(
    c: Connection,
    client_id: str,
    seen: Sequence[CaseVersion],
    decision: Decision,
    reason: str,
    decided_by: str,
) -> list[UUID]:
    """The ids of all cases seen, each decided as if one by one.

    Raises `StaleCase` when one of them is gone or no longer at the version seen; none is decided.
    """
    present = decision_store.lock_versions(c, client_id, [case.case_id for case in seen])
    decided = [_decided(client_id, item.case_id, item.version, decision, present) for item in seen]
    decision_store.keep_decisions(c, client_id, decided, decision, reason, decided_by)
    return sorted(case.case_id for case in decided)


def _decided(
    client_id: str,
    case_id: UUID,
    expected_version: int,
    decision: Decision,
    present: Mapping[UUID, int],
) -> DecidedCase:
    case = f"client {client_id}: case {case_id}"
    if case_id not in present:
        raise StaleCase(f"{case} is gone; read the list again")
    state, version = rules.decide(
        decision, case=case, version=present[case_id], expected_version=expected_version
    )
    return DecidedCase(case_id, state, version)
