"""Mails about clients: each made and sent once, to who may and wants to be told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import psycopg
import pytest

from infringement_dagster.accounts.people import disable_person
from infringement_dagster.domain.alerts.preferences import AlertPreferences, QuietHours
from infringement_dagster.domain.event import RunFinished, new_event
from infringement_dagster.domain.permissions import PERMISSIONS_OF, NotYours
from infringement_dagster.reporting.alerts.choosing import UnknownZone, choose
from infringement_dagster.reviewing.decide import decide
from resources.postgres.alerts import mail_store
from resources.postgres.clients import access_store, client_store, operator_store
from resources.postgres.clients.audit import Doer
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events.event_store import append_events
from tests.reporting.alerts.scene import ALL, PAGES, begin_client, fail_run, flag, room_at, tell
from tests.support.mail_server import MailServer

PRIORITY = AlertPreferences(priority_cases=True)
DAILY = AlertPreferences(digest="daily")


def hurry(admin: psycopg.Connection) -> None:
    """Guarantees that all that waits is due."""
    admin.execute("UPDATE alert_mails SET next_attempt_at = now() WHERE outcome IS NULL")
    admin.execute(
        "UPDATE alert_preferences SET next_digest_at = now() - interval '1 minute'"
        " WHERE digest <> 'off'"
    )


def outcomes(admin: psycopg.Connection) -> list[tuple[object, ...]]:
    return admin.execute(
        "SELECT kind, outcome, attempts FROM alert_mails ORDER BY made_at, kind"
    ).fetchall()


def reason(admin: psycopg.Connection) -> str:
    row = admin.execute("SELECT reason FROM alert_mails").fetchone()
    assert row is not None
    return str(row[0])


def plain(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_a_digest_tells_all_since_the_one_before_and_is_sent_once(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    scene = begin_client(database, "acme")
    flag(database, scene, OLD1=0.99)  # before anybody chose: in no digest as new
    ann = tell(database, "acme", DAILY)
    case_ids = flag(database, scene, NEW1=0.97, NEW2=0.6)
    with database.client("acme") as c:
        decide(c, "acme", case_ids[1], "infringing", "", "ann", 1)
    room = room_at(database, post.port)
    assert room.send_due() == 0  # not before it is due
    hurry(admin)
    assert room.send_due() == 1
    letter = post.letter()
    assert letter["To"] == ann.address
    assert letter["Subject"] == "2 new cases: Acme"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(letter["List-Unsubscribe"]).startswith(f"<{PAGES}/unsubscribe/acme.user-")
    text = plain(letter)
    assert "97% probable" in text
    assert "Copied photo" in text
    assert f"{PAGES}/clients/acme/cases/{case_ids[0]}" in text
    assert "1 decided as infringing" in text
    assert room.send_due() == 0
    flag(database, scene, NEW3=0.5)
    hurry(admin)
    assert room.send_due() == 1
    assert post.letter()["Subject"] == "1 new case: Acme"
    assert post.is_empty
    assert outcomes(admin) == [("digest", "sent", 1)] * 2


def test_a_digest_without_anything_to_tell_is_skipped(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    begin_client(database, "acme")
    tell(database, "acme", DAILY)
    hurry(admin)
    assert room_at(database, post.port).send_due() == 1
    assert post.is_empty
    assert reason(admin) == "nothing is left to tell"


def test_priority_cases_are_told_at_once_in_one_mail_and_others_are_not(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    scene = begin_client(database, "acme")
    tell(database, "acme", PRIORITY, role="viewer")
    room = room_at(database, post.port)
    flag(database, scene, LOW1=0.89)
    assert room.send_due() == 0
    flag(database, scene, TOP1=0.9)
    assert room.send_due() == 0  # it settles first
    (decided,) = flag(database, scene, TOP2=0.97)
    flag(database, scene, TOP3=0.95)
    with database.client("acme") as c:
        decide(c, "acme", decided, "infringing", "", "ann", 1)
    assert room.send_due() == 0
    hurry(admin)
    assert room.send_due() == 1
    letter = post.letter()
    assert letter["Subject"] == "2 priority cases: Acme"
    assert plain(letter).index("95%") < plain(letter).index("90%")
    hurry(admin)
    assert room.send_due() == 0
    assert outcomes(admin) == [("priority_cases", "sent", 1)]


def test_a_client_named_over_lines_adds_no_header(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    scene = begin_client(database, "acme")
    admin.execute("UPDATE clients SET display_name = E'Acme\nBcc: x@evil.example\r\n\u202e'")
    tell(database, "acme", DAILY)
    flag(database, scene, NEW1=0.5)
    hurry(admin)
    assert room_at(database, post.port).send_due() == 1
    letter = post.letter()
    assert letter["Subject"] == "1 new case: Acme Bcc: x@evil.example"
    assert letter["Bcc"] is None


def test_failed_scans_are_told_with_their_reason_to_admins_alone(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    scene = begin_client(database, "acme")
    ann = tell(database, "acme", ALL)
    with pytest.raises(NotYours, match="access:manage"):
        tell(database, "acme", ALL, role="reviewer", address="rea@agency.example")
    fail_run(database, scene, "the day's credits are spent")
    room = room_at(database, post.port)
    room.send_due()
    hurry(admin)
    admin.execute("UPDATE alert_preferences SET next_digest_at = now() + interval '1 day'")
    assert room.send_due() == 1
    letter = post.letter()
    assert letter["Subject"] == "1 failed scan: Acme"
    assert "the day's credits are spent" in plain(letter)
    # Whoever is an admin no more is told no more, whatever they chose.
    fail_run_again(database, admin)
    room.send_due()
    with database.client("acme") as c:
        access_store.set_role(c, "acme", ann.user_id, "viewer")
    admin.execute("UPDATE alert_mails SET next_attempt_at = now() WHERE outcome IS NULL")
    assert room.send_due() == 1
    assert post.is_empty


def fail_run_again(database: Database, admin: psycopg.Connection) -> None:
    """Another failed run, as an event of its own."""
    with database.client("acme") as c:
        append_events(c, "acme", [new_event(RunFinished("ebay", "failed", "again"))])


def test_a_provider_that_is_down_is_told_once_a_day_to_who_searches_it(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    for client_id, searched in (("acme", "ebay"), ("beta", "amazon")):
        begin_client(database, client_id)
        with database.client(client_id) as c:
            client_store.save_config(c, client_id, {"searches": {searched: {}}}, "tests")
        tell(database, client_id, AlertPreferences(providers_down=True))
    admin.execute("INSERT INTO provider_health (provider, troubles) VALUES ('ebay', 5)")
    room = room_at(database, post.port)
    assert room.send_due() == 1
    assert post.letter()["Subject"] == "eBay does not answer: Acme"
    assert room.send_due() == 0
    assert post.is_empty


@pytest.mark.parametrize("who", ["disabled", "client"])
def test_nobody_suspended_is_told_and_nothing_of_a_suspended_client(
    database: Database, post: MailServer, admin: psycopg.Connection, who: str
) -> None:
    scene = begin_client(database, "acme")
    ann = tell(database, "acme", PRIORITY)
    room = room_at(database, post.port)
    flag(database, scene, TOP1=0.99)
    room.send_due()
    with database.identity() as c:
        if who == "disabled":
            disable_person(c, "acme", Doer("tests"), ann.user_id)
        else:
            operator_store.set_client_state(c, "acme", "suspended")
    hurry(admin)
    room.send_due()
    assert post.is_empty
    if who == "client":  # and once it is active again, what still holds is told
        with database.identity() as c:
            operator_store.set_client_state(c, "acme", "active")
        hurry(admin)
        assert room.send_due() == 1
        assert post.letter()["Subject"] == "1 priority case: Acme"


def test_quiet_hours_are_kept_where_the_person_is(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    scene = begin_client(database, "acme")
    hour = datetime.now(UTC).hour
    quiet = replace(PRIORITY, quiet=QuietHours(hour, (hour + 2) % 24))
    tell(database, "acme", quiet)
    tell(database, "acme", replace(quiet, zone="Etc/GMT+12"), address="far@agency.example")
    room = room_at(database, post.port)
    flag(database, scene, TOP1=0.99)
    room.send_due()
    hurry(admin)  # as if quiet hours had been chosen meanwhile
    assert room.send_due() == 2
    assert post.letter()["To"] == "far@agency.example"
    assert post.is_empty
    (at, attempts) = admin.execute(
        "SELECT next_attempt_at, attempts FROM alert_mails WHERE outcome IS NULL"
    ).fetchone() or (None, None)
    assert attempts == 0
    assert isinstance(at, datetime)
    assert timedelta(hours=1) < at - datetime.now(UTC) <= timedelta(hours=2)


def test_a_server_that_is_down_is_tried_again_and_no_digest_is_lost(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    scene = begin_client(database, "acme")
    tell(database, "acme", DAILY)
    down = room_at(database, 1)
    for number in range(3):
        flag(database, scene, **{f"NEW{number}": 0.5})
        hurry(admin)
        assert down.send_due() == number + 1
    assert down.send_due() == 0  # not before a minute has passed
    for _ in range(12):
        admin.execute("UPDATE alert_mails SET next_attempt_at = now()")
        assert down.send_due() == 3
    (pause,) = admin.execute("SELECT max(next_attempt_at - now()) FROM alert_mails").fetchone() or (
        None,
    )
    assert timedelta(minutes=58) < pause <= timedelta(minutes=60)
    admin.execute("UPDATE alert_mails SET next_attempt_at = now()")
    assert room_at(database, post.port).send_due() == 3
    assert [post.letter()["Subject"] for _ in range(3)] == ["1 new case: Acme"] * 3


def test_an_address_that_is_refused_is_told_of_and_mailed_no_more_until_they_choose_anew(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    scene = begin_client(database, "acme")
    ann = tell(database, "acme", PRIORITY)
    post.answers = ["451 later", "550 no such box"]
    room = room_at(database, post.port)
    flag(database, scene, TOP1=0.99)
    room.send_due()
    for _ in range(2):
        hurry(admin)
        assert room.send_due() == 1
    assert outcomes(admin) == [("priority_cases", "refused", 2)]
    assert "550 no such box" in reason(admin)
    flag(database, scene, TOP2=0.99)
    assert room.send_due() == 0
    with database.client("acme") as c:
        choose(c, "acme", Doer(ann.principal), PERMISSIONS_OF["admin"], PRIORITY)
    assert room.send_due() == 0
    hurry(admin)
    assert room.send_due() == 1
    assert post.letter()["To"] == ann.address


def test_processes_side_by_side_send_each_mail_once(
    database: Database, post: MailServer, admin: psycopg.Connection
) -> None:
    for number in range(6):
        scene = begin_client(database, f"client-{number}")
        for person in range(2):
            tell(database, scene.client_id, ALL, address=f"p{person}@c{number}.example")
        flag(database, scene, **{f"TOP{number}": 0.99})
    room = room_at(database, post.port)
    room.send_due()
    hurry(admin)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: room.send_due(), range(4))) == 24
    ended = admin.execute("SELECT DISTINCT kind, outcome, reason FROM alert_mails").fetchall()
    assert sorted(ended) == [("digest", "sent", None), ("priority_cases", "sent", None)]
    sent = []
    for _ in range(24):
        letter = post.letter()
        sent.append((str(letter["To"]), str(letter["Subject"])))
    assert len(set(sent)) == 24
    assert post.is_empty


_KILLED = """
import os, signal, sys
from resources.mail.mailer import SmtpMailer
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events.event_store import append_events
from tests.reporting.alerts.scene import room_at
send = SmtpMailer.send
def send_and_die(self, letter):
    send(self, letter)
    os.kill(os.getpid(), signal.SIGKILL)
SmtpMailer.send = send_and_die
room_at(Database(DatabaseUrls(*sys.argv[2:])), int(sys.argv[1])).send_due()
"""


def test_a_process_killed_between_sending_and_noting_it_leaves_one_repeat(
    database: Database,
    database_urls: DatabaseUrls,
    post: MailServer,
    admin: psycopg.Connection,
) -> None:
    scene = begin_client(database, "acme")
    tell(database, "acme", DAILY)
    flag(database, scene, NEW1=0.5)
    hurry(admin)
    urls = database_urls
    order = (urls.admin, urls.owner, urls.app, urls.admission, urls.dagster, urls.identity)
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(post.port), *order, urls.housekeeping],
        check=False,
        timeout=120,
        env=os.environ,
    )
    assert done.returncode == -signal.SIGKILL
    first = post.letter()
    room = room_at(database, post.port)
    assert room.send_due() == 0  # the dead process still holds it
    hurry(admin)
    admin.execute("UPDATE alert_preferences SET next_digest_at = now() + interval '1 day'")
    assert room.send_due() == 1
    again = post.letter()
    assert again["Message-ID"] == first["Message-ID"]  # so that it can be known as the same
    hurry(admin)
    admin.execute("UPDATE alert_preferences SET next_digest_at = now() + interval '1 day'")
    assert room.send_due() == 0
    assert post.is_empty
    assert outcomes(admin) == [("digest", "sent", 2)]


def test_a_time_zone_that_nobody_knows_is_refused(database: Database) -> None:
    begin_client(database, "acme")
    for zone in ("Mars/Olympus", "../etc/passwd", "", "A\0B"):
        with pytest.raises(UnknownZone):
            tell(database, "acme", replace(DAILY, zone=zone))


def test_no_mail_is_made_twice_for_a_period(database: Database) -> None:
    begin_client(database, "acme")
    ann = tell(database, "acme", DAILY)
    now = datetime.now(UTC)
    mail = mail_store.NewMail(ann.principal, "digest", "2026-11-30 08:00", 0, 1, now)
    with database.client("acme") as c:
        assert mail_store.make_mail(c, "acme", mail, now)
        assert not mail_store.make_mail(c, "acme", mail, now)
