"""Who is on which case until when, with every change and all comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.acting.team import CaseWork, WorkChangeKind
from resources.postgres.statements import execute, fetch_all, fetch_count


@dataclass(frozen=True, slots=True)
class WorkChangeRow:
    """A change of the work on a case, or a comment; only what the kind names is told."""

    change_no: int
    kind: WorkChangeKind
    assignee: str | None
    due_on: date | None
    tags: list[str] | None
    comment: str | None
    changed_by: str
    changed_at: datetime


def lock_case(c: Connection, client_id: str, case_id: UUID) -> bool:
    """True when the case is there, and nobody else changes its work in this transaction."""
    return bool(
        execute(
            c,
            """
            SELECT FROM cases WHERE client_id = %(client_id)s AND case_id = %(case_id)s
            FOR NO KEY UPDATE
            """,
            client_id=client_id,
            case_id=case_id,
        )
    )


def works_of(c: Connection, client_id: str, case_ids: Sequence[UUID]) -> dict[UUID, CaseWork]:
    """The work of those of the cases that were ever shared out."""
    return dict(
        fetch_all(
            c,
            _work,
            """
            SELECT case_id, assignee, due_on, tags, version FROM case_work
            WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
            """,
            client_id=client_id,
            case_ids=list(case_ids),
        )
    )


def put_work(c: Connection, client_id: str, case_id: UUID, work: CaseWork) -> None:
    """Guarantees that the work on the case is this."""
    execute(
        c,
        """
        INSERT INTO case_work (client_id, case_id, assignee, due_on, tags, version)
        VALUES (%(client_id)s, %(case_id)s, %(assignee)s, %(due_on)s, %(tags)s, %(version)s)
        ON CONFLICT (client_id, case_id) DO UPDATE SET (assignee, due_on, tags, version,
            changed_at) = (excluded.assignee, excluded.due_on, excluded.tags, excluded.version,
            now())
        """,
        client_id=client_id,
        case_id=case_id,
        assignee=work.assignee,
        due_on=work.due_on,
        tags=list(work.tags),
        version=work.version,
    )


def add_change(
    c: Connection,
    client_id: str,
    case_id: UUID,
    kind: WorkChangeKind,
    changed_by: str,
    *,
    assignee: str | None = None,
    due_on: date | None = None,
    tags: Sequence[str] | None = None,
    comment: str | None = None,
) -> int:
    """The number of the change, which is kept for good; the case is locked."""
    return fetch_count(
        c,
        """
        INSERT INTO case_work_changes (client_id, case_id, change_no, kind, assignee, due_on,
            tags, comment, changed_by)
        SELECT %(client_id)s, %(case_id)s, coalesce(max(change_no), 0) + 1, %(kind)s,
            %(assignee)s, %(due_on)s, %(tags)s, %(comment)s, %(changed_by)s
        FROM case_work_changes WHERE client_id = %(client_id)s AND case_id = %(case_id)s
        RETURNING change_no
        """,
        client_id=client_id,
        case_id=case_id,
        kind=kind,
        assignee=assignee,
        due_on=due_on,
        tags=None if tags is None else list(tags),
        comment=comment,
        changed_by=changed_by,
    )


def changes_of(c: Connection, client_id: str, case_id: UUID) -> list[WorkChangeRow]:
    """All changes and comments, the first one first."""
    return fetch_all(
        c,
        WorkChangeRow,
        """
        SELECT change_no, kind, assignee, due_on, tags, comment, changed_by, changed_at
        FROM case_work_changes WHERE client_id = %(client_id)s AND case_id = %(case_id)s
        ORDER BY change_no
        """,
        client_id=client_id,
        case_id=case_id,
    )


def _work(
    *, case_id: UUID, assignee: str | None, due_on: date | None, tags: list[str], version: int
) -> tuple[UUID, CaseWork]:
    return case_id, CaseWork(assignee, due_on, tuple(tags), version)
