"""Notices about cases, with every state they had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import NoticeChanged, NoticeState, new_event
from infringement_dagster.domain.listing import Provider
from infringement_dagster.notices.channels import Channel, Field
from infringement_dagster.notices.drafting import Draft, Hold
from infringement_dagster.notices.states import PersonsState, check_follows
from resources.postgres.cases.acting.submission_store import check_none_under_way
from resources.postgres.events.event_store import append_events
from resources.postgres.statements import execute, fetch_all, fetch_one


class UnknownNotice(PermanentError):
    """The client has no such notice."""

    problem = ProblemKind(404, "unknown-notice", "No such notice", "List those of the case.")


class StaleNotice(PermanentError):
    """Somebody has changed the notice since it was read."""

    problem = ProblemKind(
        409, "stale-notice", "The notice has changed", "Read it again, change what it says now."
    )


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice of one case through one channel; `version` is named by whoever changes it."""

    notice_id: UUID
    case_id: UUID
    channel: Channel
    state: NoticeState
    version: int
    fields: Mapping[Field, str]
    holds: tuple[Hold, ...]
    config_version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeChangeRow:
    """A state that a notice took, and who said so."""

    change_no: int
    state: NoticeState
    note: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ListedNotice:
    """A notice and the marketplace of its case."""

    notice: NoticeRow
    provider: Provider


@dataclass(frozen=True, slots=True)
class NoticePosition:
    """Where a notice stands in a list of one state."""

    changed_at: datetime
    notice_id: UUID


@dataclass(frozen=True, slots=True)
class ChannelCount:
    """How many notices of a channel are in a state; `silent` of them have had no answer in time."""

    channel: Channel
    state: NoticeState
    notices: int
    silent: int


@dataclass(frozen=True, slots=True)
class ChannelAnswers:
    """How a channel answered, once for each answer; the days are None before the first one."""

    channel: Channel
    accepted: int
    rejected: int
    median_days: float | None


def put_draft(
    c: Connection, client_id: str, case_id: UUID, draft: Draft, config_version: int, drafted_by: str
) -> NoticeRow:
    """The case's notice through the draft's channel, saying what the draft says.

    Raises NoticeConflict when it was sent and not rejected, SubmissionUnderWay, RefusedRow for an
    unknown case.
    """
    state: NoticeState = "held" if draft.holds else "drafted"
    known = _known(c, client_id, case_id, draft.channel)
    if known is not None:
        check_follows(known.state, state)
        check_none_under_way(c, client_id, known.notice_id)
    notice = fetch_one(
        c,
        _notice,
        """
        INSERT INTO notices AS known (client_id, case_id, channel, state, fields, holds,
            config_version)
        VALUES (%(client_id)s, %(case_id)s, %(channel)s, %(state)s, %(fields)s, %(holds)s,
            %(config_version)s)
        ON CONFLICT (client_id, case_id, channel) DO UPDATE SET
            (state, fields, holds, config_version, version, changed_at) = (excluded.state,
            excluded.fields, excluded.holds, excluded.config_version, known.version + 1, now())
        RETURNING notice_id, case_id, channel, state, version, fields, holds, config_version,
            created_at, changed_at
        """,
        client_id=client_id,
        case_id=case_id,
        channel=draft.channel,
        state=state,
        fields=Jsonb(dict(draft.fields)),
        holds=Jsonb([asdict(hold) for hold in draft.holds]),
        config_version=config_version,
    )
    assert notice is not None  # an upsert answers with its row
    _note_change(c, client_id, notice, "", drafted_by)
    return notice


def change_state(
    c: Connection,
    client_id: str,
    notice_id: UUID,
    state: PersonsState,
    note: str,
    changed_by: str,
    expected_version: int,
) -> NoticeRow:
    """The notice after a person reported its state.

    Raises UnknownNotice, StaleNotice, NoticeConflict, SubmissionUnderWay.
    """
    notice = notice_at(c, client_id, notice_id, expected_version)
    check_follows(notice.state, state)
    check_none_under_way(c, client_id, notice_id)
    execute(
        c,
        """
        UPDATE notices SET (state, version, changed_at) = (%(state)s, version + 1, now())
        WHERE client_id = %(client_id)s AND notice_id = %(notice_id)s
        """,
        client_id=client_id,
        notice_id=notice_id,
        state=state,
    )
    changed = get_notice(c, client_id, notice_id)
    _note_change(c, client_id, changed, note, changed_by)
    return changed


def notice_at(c: Connection, client_id: str, notice_id: UUID, expected_version: int) -> NoticeRow:
    """The notice, locked, as whoever changes it has read it; raises UnknownNotice, StaleNotice."""
    notice = get_notice(c, client_id, notice_id, locked=True)
    if notice.version != expected_version:
        raise StaleNotice(
            f"client {client_id}: notice {notice_id} is at version {notice.version}, not at "
            f"{expected_version}: somebody has changed it meanwhile; read it again first"
        )
    return notice


def get_notice(
    c: Connection, client_id: str, notice_id: UUID, *, locked: bool = False
) -> NoticeRow:
    """The notice; raises UnknownNotice."""
    notice = fetch_one(
        c,
        _notice,
        _SELECT_NOTICE
        + "WHERE client_id = %(client_id)s AND notice_id = %(notice_id)s"
        + (" FOR NO KEY UPDATE" if locked else ""),
        client_id=client_id,
        notice_id=notice_id,
    )
    if notice is None:
        raise UnknownNotice(
            f"client {client_id} has no notice {notice_id}; list those of a case for their ids"
        )
    return notice


def notices_of(c: Connection, client_id: str, case_id: UUID) -> list[NoticeRow]:
    """The notices of the case, in order of channel."""
    return fetch_all(
        c,
        _notice,
        _SELECT_NOTICE + "WHERE client_id = %(client_id)s AND case_id = %(case_id)s "
        "ORDER BY channel",
        client_id=client_id,
        case_id=case_id,
    )


def notice_page(
    c: Connection,
    client_id: str,
    limit: int,
    state: NoticeState,
    *,
    channel: Channel | None = None,
    after: NoticePosition | None = None,
) -> list[ListedNotice]:
    """At most `limit` notices in the state: those sent by age, others by their newest change."""
    ascending = state == "sent"
    return fetch_all(
        c,
        _listed_notice,
        _SELECT_LISTED
        + """
        WHERE notices.client_id = %(client_id)s AND notices.state = %(state)s
            AND (%(channel)s::text IS NULL OR channel = %(channel)s)
        """
        + (_BY_AGE if ascending else _BY_CHANGE),
        client_id=client_id,
        state=state,
        channel=channel,
        begun=after is not None,
        changed_at=after.changed_at if after else None,
        notice_id=after.notice_id if after else None,
        limit=limit,
    )


def channel_counts(c: Connection, client_id: str, silent_before: datetime) -> list[ChannelCount]:
    """The numbers of notices by channel and state; states without any are left out."""
    return fetch_all(
        c,
        ChannelCount,
        """
        SELECT channel, state, count(*) AS notices,
            count(*) FILTER (WHERE state = 'sent' AND changed_at <= %(silent_before)s) AS silent
        FROM notices WHERE client_id = %(client_id)s
        GROUP BY channel, state ORDER BY channel, state
        """,
        client_id=client_id,
        silent_before=silent_before,
    )


def channel_answers(c: Connection, client_id: str) -> list[ChannelAnswers]:
    """The answers of every channel that has answered; one that was sent again answers again."""
    return fetch_all(
        c,
        ChannelAnswers,
        """
        SELECT channel, count(*) FILTER (WHERE answer.state = 'accepted') AS accepted,
            count(*) FILTER (WHERE answer.state = 'rejected') AS rejected,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY
                extract(epoch FROM answer.changed_at - sent.changed_at) / 86400) AS median_days
        FROM notice_changes AS answer
        JOIN notice_changes AS sent ON sent.client_id = answer.client_id
            AND sent.notice_id = answer.notice_id AND sent.change_no = answer.change_no - 1
        JOIN notices ON notices.client_id = answer.client_id
            AND notices.notice_id = answer.notice_id
        WHERE answer.client_id = %(client_id)s AND answer.state IN ('accepted', 'rejected')
        GROUP BY channel ORDER BY channel
        """,
        client_id=client_id,
    )


def changes_of(c: Connection, client_id: str, notice_id: UUID) -> list[NoticeChangeRow]:
    """Every state that the notice had, the first one first."""
    return fetch_all(
        c,
        NoticeChangeRow,
        """
        SELECT change_no, state, note, changed_by, changed_at FROM notice_changes
        WHERE client_id = %(client_id)s AND notice_id = %(notice_id)s ORDER BY change_no
        """,
        client_id=client_id,
        notice_id=notice_id,
    )


def _known(c: Connection, client_id: str, case_id: UUID, channel: Channel) -> NoticeRow | None:
    return fetch_one(
        c,
        _notice,
        _SELECT_NOTICE + "WHERE client_id = %(client_id)s AND case_id = %(case_id)s "
        "AND channel = %(channel)s FOR NO KEY UPDATE",
        client_id=client_id,
        case_id=case_id,
        channel=channel,
    )


def _note_change(
    c: Connection, client_id: str, notice: NoticeRow, note: str, changed_by: str
) -> None:
    execute(
        c,
        """
        INSERT INTO notice_changes (client_id, notice_id, change_no, state, note, changed_by)
        VALUES (%(client_id)s, %(notice_id)s, %(change_no)s, %(state)s, %(note)s, %(changed_by)s)
        """,
        client_id=client_id,
        notice_id=notice.notice_id,
        change_no=notice.version,
        state=notice.state,
        note=note,
        changed_by=changed_by,
    )
    changed = NoticeChanged(
        notice.state, notice.case_id, notice.notice_id, notice.channel, notice.version
    )
    append_events(c, client_id, [new_event(changed)])


_SELECT_NOTICE = """
    SELECT notice_id, case_id, channel, state, version, fields, holds, config_version, created_at,
        changed_at
    FROM notices
"""


_SELECT_LISTED = """
    SELECT notices.notice_id, notices.case_id, channel, notices.state, notices.version, fields,
        holds, notices.config_version, notices.created_at, notices.changed_at, cases.provider
    FROM notices JOIN cases USING (client_id, case_id)
"""
_BY_AGE = """
    AND (NOT %(begun)s
        OR (notices.changed_at, notices.notice_id) >
            (%(changed_at)s::timestamptz, %(notice_id)s::uuid))
    ORDER BY notices.changed_at, notices.notice_id LIMIT %(limit)s
"""
_BY_CHANGE = """
    AND (NOT %(begun)s
        OR (notices.changed_at, notices.notice_id) <
            (%(changed_at)s::timestamptz, %(notice_id)s::uuid))
    ORDER BY notices.changed_at DESC, notices.notice_id DESC LIMIT %(limit)s
"""


def _listed_notice(*, provider: Provider, **columns: Any) -> ListedNotice:
    return ListedNotice(_notice(**columns), provider)


def _notice(
    *,
    notice_id: UUID,
    case_id: UUID,
    channel: Channel,
    state: NoticeState,
    version: int,
    fields: dict[Field, str],
    holds: list[dict[str, str]],
    config_version: int,
    created_at: datetime,
    changed_at: datetime,
) -> NoticeRow:
    return NoticeRow(
        notice_id,
        case_id,
        channel,
        state,
        version,
        fields,
        tuple(Hold(**hold) for hold in holds),  # type: ignore[arg-type] # as put_draft wrote them
        config_version,
        created_at,
        changed_at,
    )
