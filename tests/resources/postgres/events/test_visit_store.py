"""Visits: the one before is remembered, whoever asks twice, and events since are counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg

from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events.event_store import append_events
from resources.postgres.events.visit_store import LastVisit, begin_visit, events_since
from resources.postgres.server.roles import database_of, with_database
from tests.support.scene import begin

ANN = "user:ann"


def two_hours_pass(urls: DatabaseUrls) -> None:
    with psycopg.connect(with_database(urls.admin, database_of(urls.owner))) as c:
        c.execute(
            "UPDATE visits SET came_at = came_at - interval '2 hours',"
            " before_at = before_at - interval '2 hours'"
        )


def visited(database: Database, client_id: str, principal: str = ANN) -> LastVisit | None:
    with database.client(client_id) as c:
        return begin_visit(c, client_id, principal)


def test_a_visit_remembers_the_one_before_and_counts_what_came_between(
    database: Database, database_urls: DatabaseUrls
) -> None:
    with database.client("acme") as c:
        begin(c, "acme")
    assert visited(database, "acme") is None
    assert visited(database, "acme") is None
    two_hours_pass(database_urls)
    with database.client("acme") as c:
        append_events(c, "acme", [NewEvent("case.gone"), NewEvent("case.gone")])
    last = visited(database, "acme")
    assert last is not None
    assert visited(database, "acme") == last
    with database.client("acme") as c:
        assert events_since(c, "acme", last.event_no) == {"case.gone": 2}
    assert visited(database, "acme", "user:bea") is None


def test_of_many_requests_at_once_all_are_told_the_same(
    database: Database, database_urls: DatabaseUrls
) -> None:
    with database.client("acme") as c:
        begin(c, "acme")
    visited(database, "acme")
    two_hours_pass(database_urls)
    with ThreadPoolExecutor(6) as threads:
        told = set(threads.map(lambda _: visited(database, "acme"), range(12)))
    assert len(told) == 1
    assert told != {None}


def test_visits_of_another_client_are_its_own(
    database: Database, database_urls: DatabaseUrls
) -> None:
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            begin(c, client_id)
    visited(database, "acme")
    two_hours_pass(database_urls)
    assert visited(database, "beta") is None
    with database.client("beta") as c:
        assert c.execute("SELECT count(*) FROM visits").fetchone() == (1,)
