from __future__ import annotations

import random
import threading
from uuid import uuid4

import psycopg
import pytest

from infringement_dagster.domain.event import NewEvent
from resources.postgres.clients.client_store import UnknownClient, add_client, get_client
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events.event_store import CHANNEL, append_events, events_after
from resources.postgres.statements import RefusedRow
from tests.support.scene import begin


def test_events_are_numbered_and_read_in_order(database: Database) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        assert append_events(c, "acme", []) == range(0)
        first = append_events(c, "acme", [NewEvent("a.b", {"n": 1}), NewEvent("a.c")])
        second = append_events(c, "acme", [NewEvent("a.d")])
        assert (first, second) == (range(1, 3), range(3, 4))
        assert get_client(c, "acme").last_event_no == 3
        after_one = events_after(c, "acme", 1, limit=10)
        assert [(event.event_no, event.type) for event in after_one] == [(2, "a.c"), (3, "a.d")]
        (oldest,) = events_after(c, "acme", 0, limit=1)
        assert (oldest.event_no, oldest.body, oldest.scan_id) == (1, {"n": 1}, None)
        assert events_after(c, "acme", 3, limit=10) == []


def test_events_of_one_scan_are_found_among_others(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        append_events(c, "acme", [NewEvent("client.changed")])
        of_scan = events_after(c, "acme", 0, limit=10, scan_id=scene.scan_id)
    assert [event.type for event in of_scan] == ["scan.requested", "scan.started", "run.started"]


def test_an_event_is_refused_for_a_stranger_or_without_a_verb(database: Database) -> None:
    with pytest.raises(UnknownClient), database.client("nobody") as c:
        append_events(c, "nobody", [NewEvent("a.b")])
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    for event in (NewEvent("noun"), NewEvent("a.b", scan_id=uuid4()), NewEvent("a.b", {"x": "\0"})):
        with pytest.raises(RefusedRow), database.client("acme") as c:
            append_events(c, "acme", [event])
    with database.client("acme") as c:
        assert get_client(c, "acme").last_event_no == 0  # what is rolled back takes no number


def test_no_reader_misses_an_event_of_racing_writers(database: Database) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    writers, batches = 6, 15
    chance = random.Random(7)
    sizes = [[chance.randint(1, 4) for _ in range(batches)] for _ in range(writers)]

    def write(own_sizes: list[int]) -> None:
        for size in own_sizes:
            with database.client("acme") as c:
                append_events(c, "acme", [NewEvent("a.b")] * size)

    threads = [threading.Thread(target=write, args=(own,)) for own in sizes]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while any(thread.is_alive() for thread in threads) or len(seen) < sum(map(sum, sizes)):
        with database.client("acme") as c:
            cursor = seen[-1] if seen else 0
            fresh = [event.event_no for event in events_after(c, "acme", cursor, limit=5)]
        seen += fresh
    assert seen == list(range(1, sum(map(sum, sizes)) + 1))


def test_a_batch_wakes_listeners_once_and_only_when_committed(
    database: Database, database_urls: DatabaseUrls
) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    with psycopg.connect(database_urls.app, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with database.client("acme") as c:
            append_events(c, "acme", [NewEvent("a.b")] * 3)
            append_events(c, "acme", [NewEvent("a.b")])
            assert list(listener.notifies(timeout=0.1)) == []
        (wake,) = listener.notifies(timeout=5, stop_after=1)
        assert (wake.channel, wake.payload) == (CHANNEL, "")
        assert list(listener.notifies(timeout=0.1)) == []
