"""Carries out submissions, from the API's process: never twice, whoever is killed when.

eBay's API knows no key by which a report that is sent again is the same one. So it is noted before
a report leaves that it may arrive; whoever finds such a note asks eBay about the item first.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from psycopg import Connection

from infringement_dagster.domain.acting.happenings import NoticeSubmissionFailed
from infringement_dagster.domain.errors import InfringementError
from infringement_dagster.domain.event import new_event
from infringement_dagster.notices.vero import (
    Attempt,
    answer_in,
    next_step,
    wants_clarification,
)
from infringement_dagster.reviewing.submissions.operators import (
    is_for_operators,
    tell_operators,
)
from resources.postgres.cases import notice_store
from resources.postgres.cases.acting import submission_store
from resources.postgres.cases.acting.submission_store import SubmissionRow
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events
from resources.vero.account import NoVeroAccount
from resources.vero.desk import VeroDesk
from resources.vero.vero_api import (
    ReportedItem,
    VeroAccountRefused,
    VeroApi,
    VeroRefused,
    VeroUnavailable,
)

ANSWERED_BY: Final = "eBay VeRO API"
SETTLE_SECONDS: Final = 600.0  # in which eBay shows a report that it took; not documented
FIRST_PAUSE_SECONDS: Final = 30.0
LONGEST_PAUSE_SECONDS: Final = 3600.0
POLL_SECONDS_MAX: Final = 86_400.0
log = logging.getLogger("infringement_dagster.reviewing.submissions")


@dataclass(frozen=True, slots=True)
class SubmissionRoom:
    """Tends the submissions of all clients; any number of processes side by side."""

    database: Database
    desk: VeroDesk
    settle_seconds: float = SETTLE_SECONDS

    def send_due(self) -> int:
        """How many submissions were taken in hand; returns when none is due."""
        self.desk.refresh()
        with self.database.admission() as c:
            clients = submission_store.clients_with_work(c)
        return sum(self._tend(client_id) for client_id in clients)

    def _tend(self, client_id: str) -> int:
        taken = 0
        while (row := self._take(client_id)) is not None:
            self._further(client_id, row)
            taken += 1
        return taken

    def _take(self, client_id: str) -> SubmissionRow | None:
        with self.database.client(client_id) as c:
            return submission_store.take_due(c, client_id)

    def _further(self, client_id: str, row: SubmissionRow) -> None:
        """Guarantees one step; what goes wrong before a report leaves says nothing about one."""
        try:
            account = self.desk.account()
            account.check_speaks_for(client_id)
            step = self._send if row.state == "waiting" else self._poll
            step(client_id, row, account.api(), account.first_poll_seconds)
        except (VeroUnavailable, VeroAccountRefused, VeroRefused, NoVeroAccount) as error:
            self._put_off(client_id, row, error)

    def _send(self, client_id: str, row: SubmissionRow, api: VeroApi, poll_seconds: float) -> None:
        found = api.item_status(row.item_id)
        step = next_step(self._attempt(row), found.status)
        if step == "adopt":
            self._sent(client_id, row, None, poll_seconds)
        elif step == "wait":
            self._wait(client_id, row)
        elif step == "ask":
            self._ask(client_id, row, found)
        elif self._begins(client_id, row, found):
            self._leave(client_id, row, api, poll_seconds)

    def _leave(self, client_id: str, row: SubmissionRow, api: VeroApi, poll_seconds: float) -> None:
        """Sends the report; an attempt that cannot have arrived is taken back."""
        try:
            report_id = api.create_report(row.report)
        except VeroRefused as error:
            self._refused(client_id, row, error)
        except VeroUnavailable as error:
            self._put_off(client_id, row, error, has_not_arrived=not error.may_have_arrived)
        except VeroAccountRefused as error:
            self._put_off(client_id, row, error, has_not_arrived=True)
        else:
            self._sent(client_id, row, report_id, poll_seconds)

    def _attempt(self, row: SubmissionRow) -> Attempt | None:
        if row.attempted_at is None or row.found_before is None:
            return None
        since = row.read_at - row.attempted_at
        return Attempt(row.found_before, since >= timedelta(seconds=self.settle_seconds))

    def _begins(self, client_id: str, row: SubmissionRow, found: ReportedItem) -> bool:
        """True once the note that a report may arrive is kept, and nobody else has taken over.

        A report whose case people have decided otherwise meanwhile does not leave.
        """
        with self.database.client(client_id) as c:
            if submission_store.is_infringing(c, client_id, row.notice_id):
                return submission_store.begin_attempt(c, client_id, row, found.status)
            told = "the case is not decided as infringing any more"
            if submission_store.end_submission(c, client_id, row, "refused", told):
                self._tell(c, client_id, row, "refused", told)
            return False

    def _sent(
        self, client_id: str, row: SubmissionRow, report_id: str | None, poll_seconds: float
    ) -> None:
        """Guarantees that submission and notice are sent; a notice that people moved on stays."""
        told = None if report_id else "eBay has a report about the item; its number is not known"
        note = f"eBay VeRO report {report_id}" if report_id else (told or "")
        with self.database.client(client_id) as c:
            notice = notice_store.get_notice(c, client_id, row.notice_id, locked=True)
            is_new = submission_store.note_sent(c, client_id, row, report_id, told, poll_seconds)
            if is_new and notice.state == "drafted":
                notice_store.change_state(
                    c, client_id, row.notice_id, "sent", note, row.asked_by, notice.version
                )

    def _wait(self, client_id: str, row: SubmissionRow) -> None:
        told = "nobody knows whether the report arrived; eBay is asked again before it is sent"
        with self.database.client(client_id) as c:
            submission_store.put_off(c, client_id, row, told, FIRST_PAUSE_SECONDS)

    def _ask(self, client_id: str, row: SubmissionRow, found: ReportedItem) -> None:
        told = (
            "nobody knows whether the report arrived: eBay says of the item what it said before, "
            f"{found.status}; look into the account's reports, then say here what you found"
        )
        with self.database.client(client_id) as c:
            if submission_store.leave_unsure(c, client_id, row, told):
                self._tell(c, client_id, row, "unsure", told)

    def _poll(self, client_id: str, row: SubmissionRow, api: VeroApi, first_seconds: float) -> None:
        found = (
            api.report_status(row.report_id, row.item_id)
            if row.report_id
            else api.item_status(row.item_id)
        )
        answer = answer_in(found.status)
        told = found.told or _told_of(found)
        with self.database.client(client_id) as c:
            notice = notice_store.get_notice(c, client_id, row.notice_id, locked=True)
            pause_seconds = _poll_seconds(row, first_seconds)
            submission_store.note_status(c, client_id, row, found.status, told, pause_seconds)
            if notice.state != "sent":  # a person has reported the answer
                submission_store.end_submission(c, client_id, row, "answered", None)
            elif answer is not None:
                submission_store.end_submission(c, client_id, row, "answered", None)
                notice_store.change_state(
                    c, client_id, row.notice_id, answer, told or "", ANSWERED_BY, notice.version
                )

    def _put_off(
        self,
        client_id: str,
        row: SubmissionRow,
        error: InfringementError,
        *,
        has_not_arrived: bool = False,
    ) -> None:
        """Guarantees another try, without end: a person may take it back at any time."""
        log.warning("client %s: notice %s waits: %s", client_id, row.notice_id, error)
        pause_seconds = min(FIRST_PAUSE_SECONDS * 2.0 ** min(row.tries, 30), LONGEST_PAUSE_SECONDS)
        if isinstance(error, VeroUnavailable):
            pause_seconds = max(pause_seconds, error.retry_after_seconds or 0.0)
        with self.database.client(client_id) as c:
            submission_store.put_off(
                c, client_id, row, str(error), pause_seconds, has_not_arrived=has_not_arrived
            )
        if is_for_operators(row, error):
            tell_operators(self.database, client_id, row, error)

    def _refused(self, client_id: str, row: SubmissionRow, error: VeroRefused) -> None:
        """Guarantees that a person reads why, and may submit the notice again."""
        log.warning("client %s: notice %s is refused: %s", client_id, row.notice_id, error)
        with self.database.client(client_id) as c:
            if submission_store.end_submission(c, client_id, row, "refused", str(error)):
                self._tell(c, client_id, row, "refused", str(error))

    def _tell(
        self,
        c: Connection,
        client_id: str,
        row: SubmissionRow,
        state: Literal["refused", "unsure"],
        told: str,
    ) -> None:
        notice = notice_store.get_notice(c, client_id, row.notice_id)
        failed = NoticeSubmissionFailed(
            notice.case_id, notice.notice_id, notice.channel, state, told
        )
        append_events(c, client_id, [new_event(failed)])


def _told_of(found: ReportedItem) -> str | None:
    if wants_clarification(found.status):
        return "eBay asks for clarification before it acts: answer it in the account's reports"
    return None


def _poll_seconds(row: SubmissionRow, first_seconds: float) -> float:
    """A tenth of the time since it was sent: an hour at first, a day in the end."""
    sent_at = row.sent_at or row.asked_at
    return min(max(first_seconds, (row.read_at - sent_at).total_seconds() / 10), POLL_SECONDS_MAX)
