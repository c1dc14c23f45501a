"""Submissions of notices by a channel's API: asked for by a person, carried out by one process.

Whoever takes a submission holds it for `LEASE_SECONDS`; a process killed meanwhile is followed
after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, LiteralString, get_args
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.notices.channels import Channel
from infringement_dagster.notices.vero import VeroReport
from resources.postgres.statements import execute, fetch_all, fetch_count, fetch_one

SubmissionState = Literal["waiting", "unsure", "sent", "answered", "refused", "withdrawn"]
SUBMISSION_STATES: Final[tuple[SubmissionState, ...]] = get_args(SubmissionState)
LEASE_SECONDS: Final = 120  # two questions of at most 20 s each, and a token


class SubmissionUnderWay(PermanentError):
    """The notice is on its way to the channel, or nobody knows whether it arrived there."""

    problem = ProblemKind(
        409, "submission-under-way", "It is being submitted", "Wait, or settle the submission."
    )


class UnknownSubmission(PermanentError):
    """The notice has no such submission."""

    problem = ProblemKind(404, "unknown-submission", "No such submission", "Read the notice again.")


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A notice on its way to the channel's API, or there."""

    submission_id: UUID
    notice_id: UUID
    item_id: str
    reason_code: str
    detailed_message: str
    brand: str | None
    asked_by: str
    asked_at: datetime
    state: SubmissionState
    tries: int  # that failed since the last one that did not
    next_try_at: datetime
    attempted_at: datetime | None  # a report left then, and nobody knows whether it arrived
    found_before: str | None  # the item's status just before that
    report_id: str | None  # None: not sent, or sent by a process that was killed
    item_status: str | None  # as the channel last said
    told: str | None  # in words: why it waits, was refused, or what the channel wants
    sent_at: datetime | None
    ended_at: datetime | None
    read_at: datetime  # by the database's clock, as all other times are

    @property
    def report(self) -> VeroReport:
        """The report as it was asked for."""
        return VeroReport(self.item_id, self.reason_code, self.detailed_message, self.brand)


def check_none_under_way(c: Connection, client_id: str, notice_id: UUID) -> None:
    """Returns when no submission of the notice is on its way; raises SubmissionUnderWay."""
    live = [row for row in submissions_of(c, client_id, notice_id) if row.ended_at is None]
    if any(row.state in ("waiting", "unsure") for row in live):
        raise SubmissionUnderWay(
            f"client {client_id}: notice {notice_id} is being submitted by API since "
            f"{live[0].asked_at:%Y-%m-%d %H:%M} UTC; wait for it, or settle the submission"
        )


def under_way_among(
    c: Connection, client_id: str, notice_ids: Sequence[UUID]
) -> dict[UUID, SubmissionState]:
    """Those of the notices that are on their way, or of which nobody knows, each with its state."""
    return dict(
        fetch_all(
            c,
            _state,
            """
            SELECT notice_id, state FROM notice_submissions
            WHERE client_id = %(client_id)s AND notice_id = ANY(%(notice_ids)s)
                AND ended_at IS NULL AND state IN ('waiting', 'unsure')
            """,
            client_id=client_id,
            notice_ids=list(notice_ids),
        )
    )


@dataclass(frozen=True, slots=True)
class SubmissionCount:
    """How many submissions through a channel are in a state."""

    channel: Channel
    state: SubmissionState
    submissions: int


def submission_counts(c: Connection, client_id: str) -> list[SubmissionCount]:
    """The numbers of all submissions that were ever asked for; states without any are left out."""
    return fetch_all(
        c,
        SubmissionCount,
        """
        SELECT channel, notice_submissions.state, count(*) AS submissions
        FROM notice_submissions JOIN notices USING (client_id, notice_id)
        WHERE client_id = %(client_id)s
        GROUP BY channel, notice_submissions.state ORDER BY channel, notice_submissions.state
        """,
        client_id=client_id,
    )


def is_infringing(c: Connection, client_id: str, notice_id: UUID) -> bool:
    """Whether the notice's case is still decided as infringing."""
    return bool(
        fetch_count(
            c,
            """
            SELECT count(*) FROM notices JOIN cases USING (client_id, case_id)
            WHERE client_id = %(client_id)s AND notice_id = %(notice_id)s
                AND decision = 'infringing'
            """,
            client_id=client_id,
            notice_id=notice_id,
        )
    )


def add_submission(
    c: Connection, client_id: str, notice_id: UUID, report: VeroReport, asked_by: str
) -> SubmissionRow:
    """The new submission, due at once; one whose report a person knows the answer to has ended."""
    execute(
        c,
        """
        UPDATE notice_submissions SET state = 'answered', ended_at = now()
        WHERE client_id = %(client_id)s AND notice_id = %(notice_id)s AND state = 'sent'
        """,
        client_id=client_id,
        notice_id=notice_id,
    )
    added = fetch_one(
        c,
        _submission_id,
        """
        INSERT INTO notice_submissions (client_id, notice_id, item_id, reason_code,
            detailed_message, brand, asked_by)
        VALUES (%(client_id)s, %(notice_id)s, %(item_id)s, %(reason_code)s, %(message)s,
            %(brand)s, %(asked_by)s)
        RETURNING submission_id
        """,
        client_id=client_id,
        notice_id=notice_id,
        item_id=report.item_id,
        reason_code=report.reason_code,
        message=report.detailed_message,
        brand=report.brand,
        asked_by=asked_by,
    )
    assert added is not None  # an insert answers with its row
    return locked(c, client_id, added)


def submissions_of(c: Connection, client_id: str, notice_id: UUID) -> list[SubmissionRow]:
    """The submissions of the notice, the newest first."""
    return fetch_all(
        c,
        SubmissionRow,
        _SELECT + "WHERE client_id = %(client_id)s AND notice_id = %(notice_id)s "
        "ORDER BY asked_at DESC, submission_id",
        client_id=client_id,
        notice_id=notice_id,
    )


def locked(c: Connection, client_id: str, submission_id: UUID) -> SubmissionRow:
    """The submission, which nobody else changes in this transaction; raises UnknownSubmission."""
    found = fetch_one(
        c,
        SubmissionRow,
        _SELECT + "WHERE client_id = %(client_id)s AND submission_id = %(submission_id)s "
        "FOR NO KEY UPDATE",
        client_id=client_id,
        submission_id=submission_id,
    )
    if found is None:
        raise UnknownSubmission(
            f"client {client_id} has no submission {submission_id}; read the notice for its own"
        )
    return found


def clients_with_work(c: Connection) -> list[str]:
    """The active clients with a submission that is due; for an admission transaction."""
    return fetch_all(
        c,
        _client_id,
        """
        SELECT DISTINCT client_id FROM notice_submissions JOIN clients USING (client_id)
        WHERE notice_submissions.state IN ('waiting', 'sent') AND next_try_at <= now()
            AND clients.state = 'active'
        ORDER BY client_id
        """,
    )


def take_due(c: Connection, client_id: str) -> SubmissionRow | None:
    """The submission that has waited longest, which nobody else takes while the lease lasts."""
    taken = fetch_one(
        c,
        _submission_id,
        """
        UPDATE notice_submissions SET next_try_at = now() + %(lease)s * interval '1 second'
        WHERE client_id = %(client_id)s AND submission_id = (
            SELECT submission_id FROM notice_submissions
            WHERE client_id = %(client_id)s AND state IN ('waiting', 'sent')
                AND next_try_at <= now()
            ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING submission_id
        """,
        client_id=client_id,
        lease=LEASE_SECONDS,
    )
    return None if taken is None else locked(c, client_id, taken)


def begin_attempt(c: Connection, client_id: str, taken: SubmissionRow, found_before: str) -> bool:
    """True when the report may leave: it is noted that it may arrive, and nobody came between."""
    return _changed(
        c,
        client_id,
        taken,
        """
        UPDATE notice_submissions SET attempted_at = now(), found_before = %(found_before)s
        WHERE client_id = %(client_id)s AND submission_id = %(submission_id)s
            AND state = 'waiting' AND next_try_at = %(lease_until)s AND next_try_at > now()
        """,
        found_before=found_before,
    )


def note_sent(
    c: Connection,
    client_id: str,
    taken: SubmissionRow,
    report_id: str | None,
    told: str | None,
    next_seconds: float,
) -> bool:
    """True when the submission is sent now, and was not before."""
    return _changed(
        c,
        client_id,
        taken,
        """
        UPDATE notice_submissions SET state = 'sent', report_id = %(report_id)s, sent_at = now(),
            told = left(%(told)s, 500), tries = 0,
            next_try_at = now() + %(next_seconds)s * interval '1 second'
        WHERE client_id = %(client_id)s AND submission_id = %(submission_id)s
            AND state IN ('waiting', 'unsure')
        """,
        report_id=report_id,
        told=told,
        next_seconds=next_seconds,
    )


def put_off(
    c: Connection,
    client_id: str,
    taken: SubmissionRow,
    told: str,
    next_seconds: float,
    *,
    has_not_arrived: bool = False,
) -> bool:
    """True when another try is due after so long; what certainly did not arrive never left."""
    return _changed(
        c,
        client_id,
        taken,
        """
        UPDATE notice_submissions SET tries = tries + 1, told = left(%(told)s, 500),
            next_try_at = now() + %(next_seconds)s * interval '1 second',
            attempted_at = CASE WHEN NOT %(forget)s THEN attempted_at END,
            found_before = CASE WHEN NOT %(forget)s THEN found_before END
        WHERE client_id = %(client_id)s AND submission_id = %(submission_id)s
            AND state IN ('waiting', 'sent')
        """,
        told=told,
        next_seconds=next_seconds,
        forget=has_not_arrived,
    )


def note_status(
    c: Connection,
    client_id: str,
    taken: SubmissionRow,
    item_status: str,
    told: str | None,
    next_seconds: float,
) -> bool:
    """True when it is noted what the channel says of a report that was sent."""
    return _changed(
        c,
        client_id,
        taken,
        """
        UPDATE notice_submissions SET item_status = %(item_status)s, told = left(%(told)s, 500),
            tries = 0, next_try_at = now() + %(next_seconds)s * interval '1 second'
        WHERE client_id = %(client_id)s AND submission_id = %(submission_id)s AND state = 'sent'
        """,
        item_status=item_status,
        told=told,
        next_seconds=next_seconds,
    )


def leave_unsure(c: Connection, client_id: str, taken: SubmissionRow, told: str) -> bool:
    """True when a person is to say whether the report arrived."""
    return _changed(
        c,
        client_id,
        taken,
        """
        UPDATE notice_submissions SET state = 'unsure', told = left(%(told)s, 500)
        WHERE client_id = %(client_id)s AND submission_id = %(submission_id)s AND state = 'waiting'
        """,
        told=told,
    )


def end_submission(
    c: Connection,
    client_id: str,
    taken: SubmissionRow,
    state: Literal["answered", "refused", "withdrawn"],
    told: str | None,
) -> bool:
    """True when the submission has ended so, and had not before."""
    return _changed(
        c,
        client_id,
        taken,
        """
        UPDATE notice_submissions SET state = %(state)s, ended_at = now(),
            told = left(coalesce(%(told)s, told), 500)
        WHERE client_id = %(client_id)s AND submission_id = %(submission_id)s AND ended_at IS NULL
        """,
        state=state,
        told=told,
    )


def _changed(
    c: Connection, client_id: str, taken: SubmissionRow, query: LiteralString, **values: object
) -> bool:
    changed = execute(
        c,
        query,
        client_id=client_id,
        submission_id=taken.submission_id,
        **{"lease_until": taken.next_try_at, **values},
    )
    return bool(changed)


_SELECT = """
    SELECT submission_id, notice_id, item_id, reason_code, detailed_message, brand, asked_by,
        asked_at, state, tries, next_try_at, attempted_at, found_before, report_id, item_status,
        told, sent_at, ended_at, now() AS read_at
    FROM notice_submissions
"""


def _state(*, notice_id: UUID, state: SubmissionState) -> tuple[UUID, SubmissionState]:
    return notice_id, state


def _submission_id(*, submission_id: UUID) -> UUID:
    return submission_id


def _client_id(*, client_id: str) -> str:
    return client_id
