"""A team shares its cases out: one function for each change, whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.acting.happenings import (
    CaseAssigned,
    CaseCommented,
    CaseDueSet,
    CaseTagged,
)
from infringement_dagster.domain.acting.team import CaseWork, NotAssignable, check_version, tags_of
from infringement_dagster.domain.event import new_event
from infringement_dagster.domain.permissions import PERMISSIONS_OF
from resources.postgres.cases.acting import work_store
from resources.postgres.cases.acting.work_store import WorkChangeRow
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.clients import access_store
from resources.postgres.events.event_store import append_events


@dataclass(frozen=True, slots=True)
class SharedWork:
    """The work on a case with its changes and comments, the first one first."""

    work: CaseWork
    changes: list[WorkChangeRow]


def read_work(c: Connection, client_id: str, case_id: UUID) -> SharedWork:
    """The work on a case that the caller knows to be there."""
    work = work_store.works_of(c, client_id, [case_id]).get(case_id, CaseWork())
    return SharedWork(work, work_store.changes_of(c, client_id, case_id))


def assignable(c: Connection, client_id: str) -> dict[str, str]:
    """The people who may be given cases, as history names them, each with the address."""
    return {
        f"user:{user.user_id}": user.email
        for user in access_store.list_users(c, client_id)
        if user.disabled_at is None and "cases:decide" in PERMISSIONS_OF[user.role]
    }


def assign(
    c: Connection,
    client_id: str,
    case_id: UUID,
    assignee: str | None,
    assigned_by: str,
    expected_version: int,
) -> CaseWork:
    """The work after the case is this person's, or nobody's (None).

    Raises UnknownCase, StaleWork, NotAssignable.
    """
    before = _at(c, client_id, case_id, expected_version)
    if assignee is not None and assignee not in assignable(c, client_id):
        raise NotAssignable(
            f"client {client_id}: {assignee} is no active person of the client who may decide"
        )
    if assignee == before.assignee:
        return before
    work = replace(before, assignee=assignee, version=before.version + 1)
    work_store.put_work(c, client_id, case_id, work)
    work_store.add_change(c, client_id, case_id, "assigned", assigned_by, assignee=assignee)
    told = CaseAssigned(case_id, assignee, work.version)
    append_events(c, client_id, [new_event(told)])
    return work


def set_due_date(
    c: Connection,
    client_id: str,
    case_id: UUID,
    due_on: date | None,
    set_by: str,
    expected_version: int,
) -> CaseWork:
    """The work after the case is due on that day, or has no hurry (None).

    Raises UnknownCase, StaleWork.
    """
    before = _at(c, client_id, case_id, expected_version)
    if due_on == before.due_on:
        return before
    work = replace(before, due_on=due_on, version=before.version + 1)
    work_store.put_work(c, client_id, case_id, work)
    work_store.add_change(c, client_id, case_id, "due", set_by, due_on=due_on)
    told = CaseDueSet(case_id, None if due_on is None else due_on.isoformat(), work.version)
    append_events(c, client_id, [new_event(told)])
    return work


def set_tags(
    c: Connection,
    client_id: str,
    case_id: UUID,
    tags: Iterable[str],
    set_by: str,
    expected_version: int,
) -> CaseWork:
    """The work after the case has these tags and no others.

    Raises UnknownCase, StaleWork, BadTags.
    """
    wanted = tags_of(tags)
    before = _at(c, client_id, case_id, expected_version)
    if wanted == before.tags:
        return before
    work = replace(before, tags=wanted, version=before.version + 1)
    work_store.put_work(c, client_id, case_id, work)
    work_store.add_change(c, client_id, case_id, "tagged", set_by, tags=wanted)
    told = CaseTagged(case_id, list(wanted), work.version)
    append_events(c, client_id, [new_event(told)])
    return work


def add_comment(c: Connection, client_id: str, case_id: UUID, comment: str, written_by: str) -> int:
    """The number of the comment among the changes of the case's work; raises UnknownCase.

    Comments add up, so none is ever stale.
    """
    _lock(c, client_id, case_id)
    number = work_store.add_change(
        c, client_id, case_id, "commented", written_by, comment=comment.strip()
    )
    append_events(c, client_id, [new_event(CaseCommented(case_id, number))])
    return number


def _at(c: Connection, client_id: str, case_id: UUID, expected_version: int) -> CaseWork:
    """The work on the case, locked, as whoever changes it has read it."""
    _lock(c, client_id, case_id)
    work = work_store.works_of(c, client_id, [case_id]).get(case_id, CaseWork())
    check_version(f"client {client_id}: case {case_id}", work, expected_version)
    return work


def _lock(c: Connection, client_id: str, case_id: UUID) -> None:
    if not work_store.lock_case(c, client_id, case_id):
        raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
