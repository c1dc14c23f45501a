"""Reports reach eBay once, whatever fails on the way, and its answers reach the notice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from infringement_dagster.domain.event import NoticeState
from infringement_dagster.notices.vero import CannotSubmit
from infringement_dagster.reviewing.decide import decide
from infringement_dagster.reviewing.notice_board import channel_standings
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from infringement_dagster.reviewing.submissions.asking import (
    Settlement,
    settle_submission,
    submit_notice,
)
from infringement_dagster.reviewing.submissions.room import SubmissionRoom
from resources.postgres.cases import notice_store
from resources.postgres.cases.acting import submission_store
from resources.postgres.cases.acting.submission_store import SubmissionRow, SubmissionUnderWay
from resources.postgres.cases.notice_store import NoticeRow
from resources.postgres.database import Database, DatabaseUrls
from resources.providers.authorization.client_credentials import forget_tokens
from resources.settings import PROJECT_DIR
from resources.vero.account import NoVeroAccount, VeroAccount
from resources.vero.desk import VeroDesk
from tests.support.vero_scene import COUNTERFEIT, UNKNOWN_ITEM, Ebay, Fault, draft_for_items

ANN = "user:ann"


class Acme:
    """The client's submissions as a test drives them: time passes when it says so."""

    def __init__(self, database: Database, ebay: Ebay, item_ids: list[str]) -> None:
        self.database, self.ebay, self.desk = database, ebay, ebay.desk()
        self.room = SubmissionRoom(database, self.desk)
        self.notice_ids = draft_for_items(database, "acme", item_ids)

    def submit(self, place: int = 0) -> None:
        notice = self.notice(place)
        with self.database.client("acme") as c:
            submit_notice(c, self.desk, "acme", notice.notice_id, COUNTERFEIT, ANN, notice.version)

    def look(self, *, settled: bool = False) -> None:
        """The task looks once all that waits is due, long after what happened before if told."""
        with self.database.client("acme") as c:
            c.execute("UPDATE notice_submissions SET next_try_at = now() WHERE ended_at IS NULL")
        SubmissionRoom(self.database, self.desk, 0.0 if settled else 600.0).send_due()

    def notice(self, place: int = 0) -> NoticeRow:
        with self.database.client("acme") as c:
            return notice_store.get_notice(c, "acme", self.notice_ids[place])

    def newest(self, place: int = 0) -> SubmissionRow:
        with self.database.client("acme") as c:
            return submission_store.submissions_of(c, "acme", self.notice_ids[place])[0]

    def history(self, place: int = 0) -> list[tuple[NoticeState, str, str]]:
        with self.database.client("acme") as c:
            changes = notice_store.changes_of(c, "acme", self.notice_ids[place])
        return [(change.state, change.changed_by, change.note) for change in changes]

    def settle(self, word: Settlement) -> None:
        with self.database.client("acme") as c:
            settle_submission(c, "acme", self.notice_ids[0], self.newest().submission_id, word, ANN)

    def failures(self) -> list[dict[str, object]]:
        with self.database.client("acme") as c:
            rows = c.execute("SELECT body FROM events WHERE type = 'notice.submission_failed'")
            return [body for (body,) in rows]


@pytest.fixture
def acme(database: Database, ebay: Ebay) -> Acme:
    forget_tokens()
    return Acme(database, ebay, ebay.item_ids[:2])


def test_a_notice_is_reported_once_and_the_channels_answer_is_its_own(
    acme: Acme, ebay: Ebay
) -> None:
    acme.submit()
    assert acme.notice().state == "drafted", "nothing leaves within the request"
    acme.look()
    (report,) = ebay.reports()
    assert report["reason_code"] == COUNTERFEIT
    assert str(report["message"]).startswith("It was not made by us.")
    for _ in range(3):  # received, submitted, removed
        acme.look()
    acme.look()
    assert acme.history() == [
        ("drafted", ANN, ""),
        ("sent", ANN, f"eBay VeRO report {report['report_id']}"),
        ("accepted", "eBay VeRO API", ""),
    ]
    assert (acme.newest().state, acme.newest().item_status) == ("answered", "REMOVED")
    assert len(ebay.reports()) == 1


def test_a_report_that_fails_is_a_rejected_notice_which_may_go_again(
    database: Database, ebay: Ebay
) -> None:
    acme = Acme(database, ebay, [UNKNOWN_ITEM])
    acme.submit()
    for _ in range(3):
        acme.look()
    assert acme.history()[-1] == ("rejected", "eBay VeRO API", "The item was not found.")
    with database.client("acme") as c:
        draft_for_case(c, "acme", acme.notice().case_id, "ebay_vero", ANN)
    acme.submit()
    acme.look()
    assert len(ebay.reports()) == 2, "a person asked for the second one"
    assert acme.notice().state == "sent"


def test_what_is_refused_is_shown_and_the_notice_stays_to_be_sent(acme: Acme, ebay: Ebay) -> None:
    ebay.line.faults.append(Fault(400))
    acme.submit()
    acme.look()
    newest = acme.newest()
    assert (newest.state, acme.notice().state) == ("refused", "drafted")
    assert newest.told == "eBay refuses it (400: error 235000, There was a problem.)"
    (failure,) = acme.failures()
    assert (failure["state"], failure["reason"]) == ("refused", newest.told)
    acme.submit()
    acme.look()
    assert len(ebay.reports()) == 1


@pytest.mark.parametrize("status", [429, 403])
def test_what_certainly_did_not_arrive_is_sent_as_soon_as_it_can_be(
    acme: Acme, ebay: Ebay, status: int
) -> None:
    ebay.line.faults.append(Fault(status, headers={"retry-after": "45"}))
    acme.submit()
    acme.look()
    waiting = acme.newest()
    assert (waiting.state, waiting.tries, waiting.attempted_at) == ("waiting", 1, None)
    assert str(status) in str(waiting.told)
    if status == 429:
        assert (waiting.next_try_at - waiting.read_at).total_seconds() == pytest.approx(45, abs=5)
    acme.look()
    assert len(ebay.reports()) == 1
    assert acme.notice().state == "sent"


@pytest.mark.parametrize("has_arrived", [True, False])
def test_after_an_answer_that_says_nothing_the_channel_is_asked_before_anything_is_sent(
    acme: Acme, ebay: Ebay, *, has_arrived: bool
) -> None:
    ebay.line.faults.append(Fault(500, has_arrived=has_arrived))
    acme.submit()
    acme.look()
    assert acme.newest().attempted_at is not None
    acme.look()
    assert len(ebay.reports()) == int(has_arrived), "what is not shown yet may still be"
    acme.look(settled=True)
    acme.look(settled=True)
    assert len(ebay.reports()) == 1
    assert acme.history()[1][:2] == ("sent", ANN)
    assert (acme.newest().report_id is None) is has_arrived


def test_a_look_up_that_fails_sends_nothing(acme: Acme, ebay: Ebay) -> None:
    ebay.line.faults.append(Fault(503, "GET", "/vero_report_items"))
    acme.submit()
    acme.look()
    assert (ebay.reports(), acme.newest().tries) == ([], 1)
    acme.look()
    assert len(ebay.reports()) == 1


def test_an_item_that_was_reported_otherwise_is_not_reported_again(acme: Acme, ebay: Ebay) -> None:
    """As by eBay's own form, or by a process that was killed before it could note anything."""
    acme.submit()
    report = acme.newest().report
    acme.settle("withdrawn")
    ebay.account().api().create_report(report)
    acme.submit()
    acme.look()
    assert len(ebay.reports()) == 1
    assert acme.history()[-1][0] == "sent"


def test_a_person_says_what_nobody_can_tell(database: Database, ebay: Ebay) -> None:
    acme = Acme(database, ebay, [UNKNOWN_ITEM])
    acme.submit()
    for _ in range(3):
        acme.look()  # rejected: eBay shows a failed report of the item from now on
    with database.client("acme") as c:
        draft_for_case(c, "acme", acme.notice().case_id, "ebay_vero", ANN)
    ebay.line.faults.append(Fault(500))
    acme.submit()
    acme.look()
    acme.look()
    assert acme.newest().state == "waiting"
    acme.look(settled=True)
    assert acme.newest().state == "unsure"
    (failure,) = acme.failures()
    assert failure["state"] == "unsure"
    acme.look(settled=True)
    with pytest.raises(SubmissionUnderWay), database.client("acme") as c:
        notice_store.change_state(
            c, "acme", acme.notice_ids[0], "sent", "", ANN, acme.notice().version
        )
    acme.settle("arrived")
    assert acme.notice().state == "sent"
    assert len(ebay.reports()) == 1


def test_while_it_may_be_leaving_nobody_drafts_it_anew_or_takes_it_back(
    acme: Acme, ebay: Ebay
) -> None:
    ebay.line.faults.append(Fault(500))
    acme.submit()
    acme.look()
    with pytest.raises(SubmissionUnderWay):
        acme.settle("withdrawn")
    with pytest.raises(SubmissionUnderWay), acme.database.client("acme") as c:
        draft_for_case(c, "acme", acme.notice().case_id, "ebay_vero", ANN)
    with pytest.raises(SubmissionUnderWay):
        acme.submit()


def test_what_people_decide_otherwise_meanwhile_does_not_leave(acme: Acme, ebay: Ebay) -> None:
    ebay.line.faults.append(Fault(429))
    acme.submit()
    acme.look()
    with acme.database.client("acme") as c:
        decide(c, "acme", acme.notice().case_id, "not_infringing", "genuine", ANN, 2)
    acme.look()
    assert (ebay.reports(), acme.newest().state) == ([], "refused")
    assert acme.failures()[0]["reason"] == "the case is not decided as infringing any more"
    with pytest.raises(CannotSubmit, match="decide on it again"):
        acme.submit()


def test_an_account_speaks_only_for_clients_that_it_was_given(
    database: Database, ebay: Ebay
) -> None:
    desk = VeroDesk(lambda: ebay.account("tests", "beta"))
    desk.refresh()
    (notice_id,) = draft_for_items(database, "acme", ebay.item_ids[:1])
    with database.client("acme") as c, pytest.raises(CannotSubmit, match="EBAY_VERO_CLIENTS"):
        submit_notice(c, desk, "acme", notice_id, COUNTERFEIT, ANN, 1)


def test_who_is_let_in_no_more_waits_and_takes_it_back(acme: Acme, ebay: Ebay) -> None:
    acme.submit()

    def none() -> VeroAccount:
        raise NoVeroAccount("set EBAY_VERO_CLIENT_ID")

    SubmissionRoom(acme.database, VeroDesk(none)).send_due()
    assert acme.newest().told == "set EBAY_VERO_CLIENT_ID"
    SubmissionRoom(acme.database, VeroDesk(lambda: ebay.account("refused"))).send_due()
    acme.settle("withdrawn")
    acme.look()
    assert ebay.reports() == []
    assert acme.notice().state == "drafted"


def test_many_processes_side_by_side_report_each_notice_once(
    database: Database, ebay: Ebay
) -> None:
    items = ebay.item_ids[:12]
    acme = Acme(database, ebay, items)
    for place in range(len(items)):
        acme.submit(place)
    ebay.line.faults.extend(Fault(status) for status in (429, 503, 500))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: acme.room.send_due(), range(4)))
    for _ in range(2):
        acme.look(settled=True)
    reported = sorted(str(report["item_id"]) for report in ebay.reports())
    assert reported == sorted(items)
    assert {acme.notice(place).state for place in range(len(items))} <= {"sent", "accepted"}
    with database.client("acme") as c:
        standings = {item.channel: item for item in channel_standings(c, "acme")}
    submissions = standings["ebay_vero"].submissions
    assert sum(submissions.values()) == len(items)
    assert submissions["sent"] + submissions["answered"] == len(reported)
    assert sum(standings["dmca"].submissions.values()) == 0


WORKER = """
import os
from pydantic import SecretStr
from infringement_dagster.reviewing.submissions.room import SubmissionRoom
from resources.postgres.database import Database, DatabaseUrls
from resources.settings import Settings
from resources.vero.account import vero_account
from resources.vero.desk import VeroDesk
urls = DatabaseUrls(**{name: os.environ["URL_" + name] for name in DatabaseUrls.__slots__})
SubmissionRoom(Database(urls), VeroDesk(lambda: vero_account(Settings()))).send_due()
"""
HELD = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 4711"


def killed_before_commit(urls: DatabaseUrls, ebay: Ebay) -> None:
    """Runs a process that is killed once eBay has answered and before the note of it is kept."""
    variables = {f"URL_{name}": getattr(urls, name) for name in DatabaseUrls.__slots__}
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "CREATE OR REPLACE FUNCTION hold_sent() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$"
        )
        owner.execute(
            "CREATE TRIGGER hold_sent BEFORE UPDATE ON notice_submissions FOR EACH ROW"
            " WHEN (NEW.state = 'sent') EXECUTE FUNCTION hold_sent()"
        )
        owner.execute("SELECT pg_advisory_lock(4711)")
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=PROJECT_DIR,
            env={**variables, "INFRINGEMENT_SANDBOX_URL": ebay.url},
        )
        deadline = time.monotonic() + 60
        while owner.execute(HELD).fetchone() is None:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        owner.execute("SELECT pg_advisory_unlock(4711)")
        owner.execute("DROP TRIGGER hold_sent ON notice_submissions")


def test_a_process_killed_between_the_channels_answer_and_our_note_leaves_one_report(
    acme: Acme, ebay: Ebay, database_urls: DatabaseUrls
) -> None:
    acme.submit()
    killed_before_commit(database_urls, ebay)
    assert len(ebay.reports()) == 1, "eBay has it"
    assert (acme.newest().state, acme.newest().attempted_at is None) == ("waiting", False)
    acme.look()
    acme.look(settled=True)
    assert len(ebay.reports()) == 1
    assert acme.history()[-1][0] in ("sent", "accepted")
    assert acme.newest().state in ("sent", "answered")
