from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from uuid import UUID

import httpx
import psycopg
import pytest

from api.app import Api
from api.stream.feed import REPLAY_AT_ONCE, Chunk, EventFeed
from infringement_dagster.domain.event import NewEvent
from resources.postgres.clients.client_store import save_config
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store
from resources.postgres.retention.retention_store import Retention, delete_expired
from resources.postgres.scans.intervention_store import cancel_scan
from resources.postgres.server.roles import database_of, with_database
from tests.api.conftest import Caller, CallerOf
from tests.support.scene import ask_for_scan


def append(database: Database, count: int, scan_id: UUID | None = None) -> None:
    with database.client("acme") as c:
        event_store.append_events(
            c, "acme", [NewEvent("run.progress", {"done": n}, scan_id) for n in range(count)]
        )


@contextmanager
def stream(caller: Caller, path: str, **headers: str) -> Iterator[Iterator[dict[str, object]]]:
    """The events of a stream, each with its id."""
    with caller.http.stream(
        "GET",
        f"/v1/clients/{caller.client_id}/{path}",
        headers={"Authorization": f"Bearer {caller.key}", **headers},
    ) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events_in(answer)


def events_in(answer: httpx.Response) -> Iterator[dict[str, object]]:
    event: dict[str, object] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if not line and event:
            yield event
            event = {}
        elif name in ("id", "event"):
            event[name] = value
        elif name == "data":
            event |= json.loads(value)


def numbers(events: Iterator[dict[str, object]], count: int) -> list[int]:
    return [int(str(next(events)["id"])) for _ in range(count)]


def test_a_stream_replays_what_was_and_goes_on_live(acme: Caller, database: Database) -> None:
    append(database, 3)
    with stream(acme, "events") as events:
        assert numbers(events, 3) == [1, 2, 3]
        began = time.monotonic()
        append(database, 2)
        assert numbers(events, 2) == [4, 5]
        assert time.monotonic() - began < 0.9  # woken, not polled
    with stream(acme, "events?after=1", **{"Last-Event-ID": "3"}) as events:
        assert numbers(events, 2) == [4, 5]
    with stream(acme, "events?after=1") as events:
        assert numbers(events, 1) == [2]


def test_streams_that_come_back_together_share_what_is_read(
    acme: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(database, 2 * REPLAY_AT_ONCE + 3)
    reads: list[tuple[object, ...]] = []
    page = EventFeed._page

    def counted(feed: EventFeed, client_id: str, after: int, scan_id: UUID | None) -> Chunk:
        reads.append((client_id, after))
        return page(feed, client_id, after, scan_id)

    monkeypatch.setattr(EventFeed, "_page", counted)
    everything = list(range(1, 2 * REPLAY_AT_ONCE + 4))
    with ExitStack() as open_streams:
        for _ in range(5):
            events = open_streams.enter_context(stream(acme, "events?after=0"))
            assert numbers(events, len(everything)) == everything
    assert sorted(set(reads)) == [("acme", n * REPLAY_AT_ONCE) for n in range(3)]
    assert len(reads) == 2 + 5  # the last page, which may grow, is read by each


def test_numbers_that_are_purged_or_never_were_are_answered_by_a_reset(
    acme: Caller, database: Database, database_urls: DatabaseUrls
) -> None:
    append(database, 5)
    with psycopg.connect(with_database(database_urls.admin, database_of(database_urls.app))) as c:
        c.execute("UPDATE events SET created_at = now() - interval '999 d' WHERE event_no <= 3")
    with database.housekeeping("acme") as c:
        assert delete_expired(c, "acme", Retention(), datetime.now(UTC))["events"] == 3
    with stream(acme, "events?after=1") as events:
        first = next(events)
        assert (first["event"], first["event_no"]) == ("reset", 3)
        assert numbers(events, 2) == [4, 5]
    with stream(acme, "events?after=99") as events:
        first = next(events)
        assert (first["event"], first["event_no"]) == ("reset", 5)


def test_a_scans_stream_ends_with_the_scan(acme: Caller, database: Database) -> None:
    with database.client("acme") as c:
        save_config(c, "acme", {"brands": []}, "tests")
        scan_id, other = ask_for_scan(c, "acme"), ask_for_scan(c, "acme")
    with stream(acme, f"scans/{scan_id}/events") as events:
        assert next(events)["type"] == "scan.requested"
        append(database, 1, other)
        append(database, 1, scan_id)
        with database.client("acme") as c:
            cancel_scan(c, "acme", scan_id)
        rest = list(events)
    assert {item["scan_id"] for item in rest} == {str(scan_id)}
    assert (rest[0]["type"], rest[-1]["type"]) == ("run.progress", "scan.finished")
    with stream(acme, f"scans/{scan_id}/events") as events:
        assert [event["id"] for event in events][1:] == [item["id"] for item in rest]
    seen = {"Last-Event-ID": str(rest[-1]["id"])}
    acme("GET", f"scans/{scan_id}/events", headers=seen, expect=204)


def test_a_revoked_key_loses_its_open_stream(acme: Caller, database: Database) -> None:
    made = acme("POST", "keys", json={"role": "viewer"}).json()
    with stream(Caller(acme.http, "acme", made["key"]), "events") as events:
        append(database, 1)
        assert numbers(events, 1) == [1]
        began = time.monotonic()
        acme("DELETE", f"keys/{made['key_id']}", expect=204)
        assert list(events) == []
        assert time.monotonic() - began < 5


def test_foreign_and_absent_streams_are_answered_alike(
    caller_of: CallerOf, database: Database
) -> None:
    acme, _ = caller_of("acme"), caller_of("beta")
    with database.client("beta") as c:
        save_config(c, "beta", {"brands": []}, "tests")
        foreign = ask_for_scan(c, "beta")
    answers = [
        acme("GET", f"scans/{scan_id}/events", expect=404).json()
        for scan_id in (foreign, UUID(int=0))
    ]
    assert answers[0]["type"] == answers[1]["type"]
    assert acme("GET", "/v1/clients/beta/events").status_code == 404
    assert acme("GET", "/v1/clients/nobody/events").status_code == 404


def test_polling_waits_for_the_first_event(acme: Caller, database: Database) -> None:
    assert acme("GET", "events/poll").json() == {"events": [], "next_after": 0}
    later = threading.Timer(0.4, append, (database, 2))
    later.start()
    began = time.monotonic()
    answer = acme("GET", "events/poll?wait_seconds=10", expect=200).json()
    assert 0.3 < time.monotonic() - began < 3
    later.join()
    assert answer["events"][0]["event_no"] == 1
    rest = acme("GET", f"events/poll?after={answer['next_after']}").json()
    assert answer["next_after"] + len(rest["events"]) == 2


def test_stalled_readers_are_dropped_and_delay_nobody(
    acme: Caller, database: Database, app: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Twenty readers who never read, and one who reads each event before the next is written."""
    stalled, events_count = 20, 260  # a queue holds 64; sockets of this host take 10 MB more
    wide = NewEvent("run.progress", {"filler": "x" * 100_000})
    with contextlib.ExitStack() as opened:
        for _ in range(stalled):
            opened.enter_context(stream(acme, "events"))
        with stream(acme, "events") as events:
            began = time.monotonic()
            for number in range(1, events_count + 1):
                with database.client("acme") as c:
                    event_store.append_events(c, "acme", [wide])
                assert numbers(events, 1) == [number]
            assert time.monotonic() - began < 20
            deadline = time.monotonic() + 5
            while app.state.backend.feed.count > 1 and time.monotonic() < deadline:
                time.sleep(0.05)
            assert app.state.backend.feed.count == 1
    text = acme.http.get("/metrics").text
    assert f"infringement_api_streams_dropped_total {stalled}.0" in text
    assert [
        record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR
    ] == []
