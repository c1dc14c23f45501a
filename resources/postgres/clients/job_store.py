"""Jobs of clients: bundles, exports, imports, screenshots, previews, trials.

Done by any process, kept a day. Those of kind `history` take minutes, tell how far they are and
stand in a line of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.errors import PermanentError, ProblemKind, TransientError
from resources.postgres.statements import execute, fetch_all, fetch_count, fetch_one, hold_lock

JobKind = Literal["bundle", "export", "history", "import", "screenshot", "preview", "trial"]
JobLine = Literal["short", "long"]
# Never done twice: it would be paid twice.
PAID: Final[frozenset[JobKind]] = frozenset({"screenshot", "trial"})
JobState = Literal["queued", "running", "succeeded", "failed"]
OPEN_JOBS_MAX = 10  # of one client
OPEN_HISTORIES_MAX = 2  # of those; each takes minutes of a core
LEASE_SECONDS = 180  # a job says nothing for at most 120 s; who dies is followed after this
ATTEMPTS_MAX = 2
KEPT_HOURS = 24
_COLUMNS: LiteralString = (
    "job_id, kind, request, state, attempts, requested_at, ended_at, object_key, problem, done, "
    "found"
)


class UnknownJob(PermanentError):
    """The client has no such job, or its result is kept no longer."""

    problem = ProblemKind(404, "unknown-job", "No such job", "Ask for it again.")

    def __init__(self, client_id: str, job_id: UUID) -> None:
        super().__init__(f"client {client_id} has no job {job_id}; results are kept for a day")


class TooManyJobs(TransientError):
    """As many jobs of the client wait as may."""

    problem = ProblemKind(429, "too-many-jobs", "Too many at once", "Wait until some are made.")


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job and what came of it."""

    job_id: UUID
    kind: JobKind
    request: dict[str, object]
    state: JobState
    attempts: int
    requested_at: datetime
    ended_at: datetime | None
    object_key: str | None
    problem: str | None
    done: int  # of what it found to do, where it tells
    found: int | None


def add_job(
    c: Connection, client_id: str, kind: JobKind, request: Mapping[str, object], actor: str
) -> UUID:
    """The id of the new job; raises TooManyJobs."""
    hold_lock(c, f"{client_id}/jobs")
    _check_line(c, client_id, kind)
    added = fetch_one(
        c,
        _job_id,
        """
        INSERT INTO background_jobs (client_id, kind, request, requested_by)
        VALUES (%(client_id)s, %(kind)s, %(request)s, %(actor)s) RETURNING job_id
        """,
        client_id=client_id,
        kind=kind,
        request=Jsonb(request),
        actor=actor,
    )
    assert added is not None
    return added


def _check_line(c: Connection, client_id: str, kind: JobKind) -> None:
    waiting = fetch_all(
        c,
        _kind,
        "SELECT kind FROM background_jobs WHERE client_id = %(client_id)s AND ended_at IS NULL",
        client_id=client_id,
    )
    if len(waiting) >= OPEN_JOBS_MAX:
        raise TooManyJobs(f"client {client_id}: {len(waiting)} of its jobs wait already")
    histories = waiting.count("history")
    if kind == "history" and histories >= OPEN_HISTORIES_MAX:
        raise TooManyJobs(
            f"client {client_id}: {histories} previews over all stored listings are not made yet"
        )


def count_jobs(c: Connection, client_id: str, kind: JobKind) -> int:
    """How many of this kind were asked for in the last day."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM background_jobs
        WHERE client_id = %(client_id)s AND kind = %(kind)s
            AND requested_at > now() - interval '1 day'
        """,
        client_id=client_id,
        kind=kind,
    )


def get_job(c: Connection, client_id: str, job_id: UUID) -> JobRow:
    """The job; raises UnknownJob."""
    found = fetch_one(
        c,
        JobRow,
        f"""
        SELECT {_COLUMNS} FROM background_jobs
        WHERE client_id = %(client_id)s AND job_id = %(job_id)s
        """,  # noqa: S608 - a literal
        client_id=client_id,
        job_id=job_id,
    )
    if found is None:
        raise UnknownJob(client_id, job_id)
    return found


def clients_with_jobs(c: Connection, line: JobLine) -> list[str]:
    """The clients with a job to do in the line, longest waiting first; an admission transaction."""
    return fetch_all(
        c,
        _client_id,
        """
        SELECT client_id FROM background_jobs
        WHERE ended_at IS NULL AND (state = 'queued' OR lease_ends_at < now())
            AND (kind = 'history') = %(is_long)s
        GROUP BY client_id ORDER BY min(requested_at)
        """,
        is_long=line == "long",
    )


def take_job(c: Connection, client_id: str, line: JobLine = "short") -> JobRow | None:
    """The client's oldest job of the line, which nobody else takes while the lease lasts.

    None while another one of the client in that line is being done, wherever that is.
    """
    return fetch_one(
        c,
        JobRow,
        f"""
        UPDATE background_jobs SET state = 'running', attempts = attempts + 1,
            done = 0, found = NULL,
            lease_ends_at = now() + %(lease)s * interval '1 second'
        WHERE client_id = %(client_id)s AND job_id = (
            SELECT job_id FROM background_jobs
            WHERE client_id = %(client_id)s AND ended_at IS NULL
                AND (state = 'queued' OR lease_ends_at < now())
                AND (kind = 'history') = %(is_long)s
                AND NOT EXISTS (SELECT FROM background_jobs other
                    WHERE other.client_id = %(client_id)s AND other.state = 'running'
                        AND (other.kind = 'history') = %(is_long)s
                        AND other.lease_ends_at >= now())
            ORDER BY requested_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {_COLUMNS}
        """,  # noqa: S608 - a literal
        client_id=client_id,
        lease=LEASE_SECONDS,
        is_long=line == "long",
    )


def note_progress(c: Connection, client_id: str, job_id: UUID, done: int, found: int) -> bool:
    """Whether the job is still to be done; then its progress is known and its lease begins anew."""
    return bool(
        execute(
            c,
            """
            UPDATE background_jobs SET done = %(done)s, found = %(found)s,
                lease_ends_at = now() + %(lease)s * interval '1 second'
            WHERE client_id = %(client_id)s AND job_id = %(job_id)s AND state = 'running'
            """,
            client_id=client_id,
            job_id=job_id,
            done=done,
            found=found,
            lease=LEASE_SECONDS,
        )
    )


def note_succeeded(c: Connection, client_id: str, job_id: UUID, object_key: str) -> None:
    """Guarantees that the result is found by the job."""
    execute(
        c,
        """
        UPDATE background_jobs SET state = 'succeeded', ended_at = now(), lease_ends_at = NULL,
            object_key = %(object_key)s
        WHERE client_id = %(client_id)s AND job_id = %(job_id)s AND ended_at IS NULL
        """,
        client_id=client_id,
        job_id=job_id,
        object_key=object_key,
    )


def note_failed(c: Connection, client_id: str, job_id: UUID, problem: str) -> None:
    """Guarantees that the job says why it has no result."""
    execute(
        c,
        """
        UPDATE background_jobs SET state = 'failed', ended_at = now(), lease_ends_at = NULL,
            problem = %(problem)s
        WHERE client_id = %(client_id)s AND job_id = %(job_id)s AND ended_at IS NULL
        """,
        client_id=client_id,
        job_id=job_id,
        problem=problem[:500],
    )


def give_back(c: Connection, client_id: str, job_id: UUID) -> None:
    """Guarantees that the job is done again, or fails where it was tried often enough."""
    execute(
        c,
        """
        UPDATE background_jobs SET state = 'queued', lease_ends_at = NULL
        WHERE client_id = %(client_id)s AND job_id = %(job_id)s AND state = 'running'
            AND attempts < %(attempts_max)s
        """,
        client_id=client_id,
        job_id=job_id,
        attempts_max=ATTEMPTS_MAX,
    )
    words = f"its process ended {ATTEMPTS_MAX} times before it was done"
    execute(
        c,
        """
        UPDATE background_jobs SET state = 'failed', ended_at = now(), lease_ends_at = NULL,
            problem = %(words)s
        WHERE client_id = %(client_id)s AND job_id = %(job_id)s AND state = 'running'
        """,
        client_id=client_id,
        job_id=job_id,
        words=words,
    )


def clients_with_expired_jobs(c: Connection) -> list[str]:
    """The clients with results that are kept no longer; an admission transaction."""
    return fetch_all(
        c,
        _client_id,
        """
        SELECT DISTINCT client_id FROM background_jobs
        WHERE ended_at < now() - %(hours)s * interval '1 hour'
        """,
        hours=KEPT_HOURS,
    )


def expired_jobs(c: Connection, client_id: str) -> list[JobRow]:
    """The client's jobs whose results are kept no longer."""
    return fetch_all(
        c,
        JobRow,
        f"""
        SELECT {_COLUMNS} FROM background_jobs
        WHERE client_id = %(client_id)s AND ended_at < now() - %(hours)s * interval '1 hour'
        """,  # noqa: S608 - a literal
        client_id=client_id,
        hours=KEPT_HOURS,
    )


def delete_job(c: Connection, client_id: str, job_id: UUID) -> None:
    """Guarantees that nothing of the job is kept here."""
    execute(
        c,
        "DELETE FROM background_jobs WHERE client_id = %(client_id)s AND job_id = %(job_id)s",
        client_id=client_id,
        job_id=job_id,
    )


def _job_id(*, job_id: UUID) -> UUID:
    return job_id


def _kind(*, kind: JobKind) -> JobKind:
    return kind


def _client_id(*, client_id: str) -> str:
    return client_id
