"""A person has a notice submitted by API, or says what became of a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.notices.channels import RULES
from infringement_dagster.notices.states import NoticeConflict, check_follows
from infringement_dagster.notices.vero import VERO_CHANNEL, CannotSubmit, vero_report
from resources.postgres.cases import notice_store
from resources.postgres.cases.acting import submission_store
from resources.postgres.cases.acting.submission_store import (
    SubmissionRow,
    SubmissionUnderWay,
    UnknownSubmission,
)
from resources.postgres.cases.notice_store import NoticeRow
from resources.providers.ebay_browse.marketplace_ids import marketplace_id_of
from resources.vero.account import NoVeroAccount
from resources.vero.desk import VeroDesk
from resources.vero.vero_api import ReasonCode

Settlement = Literal["arrived", "withdrawn"]


@dataclass(frozen=True, slots=True)
class NotPossible:
    """Why a notice cannot be submitted by API at this moment, in words for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class SubmissionChoices:
    """How a notice may go out by API."""

    reasons: Sequence[ReasonCode]
    declarations: Sequence[str]  # what whoever submits it declares
    is_sandbox: bool


def choices_for(
    desk: VeroDesk, client_id: str, notice: NoticeRow
) -> SubmissionChoices | NotPossible:
    """How the notice may be submitted, or why not."""
    try:
        check_follows(notice.state, "sent")
        reasons = _reasons(desk, client_id, notice)
        vero_report(notice.fields, reasons[0].reason_code, "")
    except (NoVeroAccount, CannotSubmit, NoticeConflict) as error:
        return NotPossible(str(error))
    declarations = RULES[notice.channel].declarations
    return SubmissionChoices(reasons, declarations, desk.account().is_sandbox)


def submit_notice(
    c: Connection,
    desk: VeroDesk,
    client_id: str,
    notice_id: UUID,
    reason_code: str,
    asked_by: str,
    expected_version: int,
) -> SubmissionRow:
    """The submission, which a task carries out; whoever asks has confirmed the declarations.

    Raises UnknownNotice, StaleNotice, NoticeConflict, SubmissionUnderWay, CannotSubmit.
    """
    seen = {notice_id: expected_version}
    (row,) = submit_notices(c, desk, client_id, seen, reason_code, asked_by)
    return row


def submit_notices(
    c: Connection,
    desk: VeroDesk,
    client_id: str,
    seen: Mapping[UUID, int],
    reason_code: str,
    asked_by: str,
) -> list[SubmissionRow]:
    """The submissions of all notices seen, by id at their versions, each as if alone; or of none.

    Raises what `submit_notice` raises.
    """
    notices = [
        _submittable(c, desk, client_id, notice_id, reason_code, seen[notice_id])
        for notice_id in sorted(seen)
    ]
    trademark = _trademark(c, client_id)
    reports = [vero_report(notice.fields, reason_code, trademark) for notice in notices]
    return [
        submission_store.add_submission(c, client_id, notice.notice_id, report, asked_by)
        for notice, report in zip(notices, reports, strict=True)
    ]


def settle_submission(
    c: Connection,
    client_id: str,
    notice_id: UUID,
    submission_id: UUID,
    settlement: Settlement,
    settled_by: str,
) -> None:
    """Guarantees what a person says of a submission: it arrived, or is not to be sent by API.

    Raises UnknownSubmission, and SubmissionUnderWay where it may be leaving at this moment.
    """
    notice = notice_store.get_notice(c, client_id, notice_id, locked=True)
    row = submission_store.locked(c, client_id, submission_id)
    if row.notice_id != notice_id:
        raise UnknownSubmission(f"notice {notice_id} has no submission {submission_id}")
    if settlement not in settlements_of(row):
        raise SubmissionUnderWay(
            f"client {client_id}: submission {submission_id} is {row.state}, and may be leaving "
            f"at this moment: it cannot be {settlement}; read it again in a few minutes"
        )
    if settlement == "withdrawn":
        told = "a person took it back: the notice can be sent in another way"
        submission_store.end_submission(c, client_id, row, "withdrawn", told)
        return
    told = "a person found the report in eBay's account"
    submission_store.note_sent(c, client_id, row, None, told, 0.0)
    notice_store.change_state(c, client_id, notice_id, "sent", told, settled_by, notice.version)


def settlements_of(row: SubmissionRow) -> frozenset[Settlement]:
    """The words that a person may say of the submission now.

    One that was never attempted, or that waits for a person, certainly does not leave any more.
    """
    if row.state == "unsure":
        return frozenset({"arrived", "withdrawn"})
    if row.state != "waiting":
        return frozenset()
    return frozenset({"withdrawn" if row.attempted_at is None else "arrived"})


def _submittable(
    c: Connection,
    desk: VeroDesk,
    client_id: str,
    notice_id: UUID,
    reason_code: str,
    expected_version: int,
) -> NoticeRow:
    """The notice, locked, which may be submitted for this reason; raises why it may not."""
    notice = notice_store.notice_at(c, client_id, notice_id, expected_version)
    check_follows(notice.state, "sent")
    submission_store.check_none_under_way(c, client_id, notice_id)
    _check_infringing(c, client_id, notice_id)
    try:
        reasons = _reasons(desk, client_id, notice)
    except NoVeroAccount as error:
        raise CannotSubmit(str(error)) from error
    if reason_code not in {reason.reason_code for reason in reasons}:
        known = ", ".join(sorted(reason.reason_code for reason in reasons)[:20])
        raise CannotSubmit(f"{reason_code} is no reason of this eBay site; use one of {known}")
    return notice


def _check_infringing(c: Connection, client_id: str, notice_id: UUID) -> None:
    if not submission_store.is_infringing(c, client_id, notice_id):
        raise CannotSubmit(
            f"client {client_id}: the case of notice {notice_id} is not decided as infringing any "
            "more; decide on it again, then draft the notice anew"
        )


def _reasons(desk: VeroDesk, client_id: str, notice: NoticeRow) -> list[ReasonCode]:
    if notice.channel != VERO_CHANNEL:
        raise CannotSubmit(
            f"{RULES[notice.channel].title} is not submitted by API: use its form, and report here "
            "that you have sent it"
        )
    return desk.reasons(client_id, marketplace_id_of(notice.fields.get("listing_url", "")))


def _trademark(c: Connection, client_id: str) -> str:
    """The name of the first trade mark that the client's config gives; empty where it has none."""
    holder = load_client_config(c, client_id).rights_holder
    return holder.trademarks[0].name if holder is not None and holder.trademarks else ""
