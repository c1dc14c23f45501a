"""Mails that were asked for: each is sent once, skipped or failed, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from infringement_dagster.accounts.mail_room import MailRoom
from infringement_dagster.accounts.mailing import ask_for_reset
from resources.mail.mailer import mailer_of
from resources.postgres.clients import access_store
from resources.postgres.clients.client_store import add_client
from resources.postgres.clients.logins import mails
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.support.mail_server import mail_server

ADDRESS = "ann@agency.example"
PAGES = "https://pages.example"


@pytest.fixture
def admin(database_urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """A superuser's connection, to look at what no caller may see."""
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def add_person(database: Database, client_id: str, address: str) -> None:
    with database.client(client_id) as c:
        add_client(c, client_id, client_id.title())
        access_store.add_user(c, client_id, address, "reviewer", None)


def room_at(database: Database, port: int) -> MailRoom:
    mailer = mailer_of(f"smtp://127.0.0.1:{port}?tls=none", "a@pages.example", PAGES)
    assert mailer is not None
    return MailRoom(database, mailer, PAGES)


def test_a_mail_to_nobody_is_skipped(database: Database, admin: psycopg.Connection) -> None:
    with mail_server() as server:
        for address in ("nobody@agency.example", "no address at all"):
            ask_for_reset(database, address, "192.0.2.1")
        assert room_at(database, server.port).send_due() == 2
        assert server.is_empty
    rows = admin.execute("SELECT outcome, reason FROM mails").fetchall()
    assert rows == [("skipped", "nobody has this address")] * 2


def test_a_process_that_dies_while_it_sends_leaves_the_mail_to_another(
    database: Database, admin: psycopg.Connection
) -> None:
    add_person(database, "acme", ADDRESS)
    ask_for_reset(database, ADDRESS, "192.0.2.1")
    with database.identity() as c:
        assert mails.take_due(c) is not None  # and is heard of no more
    with mail_server() as server:
        room = room_at(database, server.port)
        assert room.send_due() == 0
        admin.execute("UPDATE mails SET next_attempt_at = now()")  # its lease has ended
        assert room.send_due() == 1
        assert server.letter()["To"] == ADDRESS


def test_a_server_that_puts_off_is_asked_again_and_one_that_refuses_is_not(
    database: Database,
    admin: psycopg.Connection,
) -> None:
    add_person(database, "acme", ADDRESS)
    with mail_server() as server:
        room = room_at(database, server.port)
        server.answers = ["451 later", "550 no such box"]
        ask_for_reset(database, ADDRESS, "192.0.2.1")
        assert room.send_due() == 1
        assert room.send_due() == 0  # not before a minute has passed
        admin.execute("UPDATE mails SET next_attempt_at = now()")
        assert room.send_due() == 1
        admin.execute("UPDATE mails SET next_attempt_at = now()")
        assert room.send_due() == 0
        assert server.is_empty
    row = admin.execute("SELECT outcome, attempts, reason FROM mails").fetchone()
    assert row is not None
    assert row[:2] == ("failed", 2)
    assert "550 no such box" in row[2]


def test_a_mail_whose_server_never_answers_fails_in_the_end(
    database: Database, admin: psycopg.Connection
) -> None:
    add_person(database, "acme", ADDRESS)
    room = room_at(database, 1)
    ask_for_reset(database, ADDRESS, "192.0.2.1")
    for _ in range(mails.ATTEMPTS_MAX + 1):
        admin.execute("UPDATE mails SET next_attempt_at = now()")
        room.send_due()
    row = admin.execute("SELECT outcome, attempts FROM mails").fetchone()
    assert row == ("failed", mails.ATTEMPTS_MAX)


def test_processes_side_by_side_send_each_mail_once(database: Database) -> None:
    for number in range(12):
        address = f"ann{number}@agency.example"
        add_person(database, f"client-{number}", address)
        ask_for_reset(database, address, f"192.0.2.{number}")
    with mail_server() as server:
        room = room_at(database, server.port)
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(lambda _: room.send_due(), range(4))) == 12
        assert len({str(server.letter()["To"]) for _ in range(12)}) == 12
        assert server.is_empty
