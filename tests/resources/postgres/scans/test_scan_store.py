from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest

from resources.postgres.clients.client_store import add_client, save_config
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.scans.records import ScanRow
from resources.postgres.scans.scan_store import (
    NothingToScan,
    UnknownScan,
    get_scan,
    queue_scan,
    scan_page,
)
from resources.postgres.statements import RefusedRow


@pytest.fixture
def acme(database: Database) -> Database:
    """The database with one client that has a config."""
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        save_config(c, "acme", {}, "tests")
    return database


def ask_with_key(database: Database, key: str | None, scan_id: UUID | None = None) -> ScanRow:
    with database.client("acme") as c:
        return queue_scan(
            c,
            "acme",
            ["ebay", "amazon", "ebay"],
            trigger="schedule",
            requested_by="ann",
            config_version=1,
            idempotency_key=key,
            scan_id=scan_id,
        )


def test_a_scan_is_queued_with_a_run_per_provider_and_one_event(acme: Database) -> None:
    scan = ask_with_key(acme, "monday")
    assert (scan.state, scan.trigger, scan.requested_by) == ("queued", "schedule", "ann")
    assert [(run.provider, run.state) for run in scan.runs] == [
        ("amazon", "queued"),
        ("ebay", "queued"),
    ]
    assert {(run.attempt, run.epoch, run.credits_charged) for run in scan.runs} == {(0, 0, 0)}
    with acme.client("acme") as c:
        assert get_scan(c, "acme", scan.scan_id) == scan
        (event,) = events_after(c, "acme", 0, limit=10)
    assert (event.type, event.scan_id) == ("scan.requested", scan.scan_id)
    assert event.body["providers"] == ["amazon", "ebay"]


def test_the_same_key_or_id_gives_the_same_scan(acme: Database) -> None:
    scan_id = uuid4()
    first = ask_with_key(acme, "monday", scan_id)
    assert first.scan_id == scan_id
    assert ask_with_key(acme, "monday") == first
    assert ask_with_key(acme, None, scan_id) == first
    assert ask_with_key(acme, None).scan_id != scan_id
    with acme.client("acme") as c:
        assert len(scan_page(c, "acme", limit=10)) == 2


def test_racing_requests_with_one_key_make_one_scan(acme: Database) -> None:
    found: list[UUID] = []
    threads = [
        threading.Thread(target=lambda: found.append(ask_with_key(acme, "once").scan_id))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_scan_needs_a_provider_and_a_known_config(acme: Database) -> None:
    with acme.client("acme") as c, pytest.raises(NothingToScan, match="acme"):
        queue_scan(c, "acme", [], trigger="request", requested_by="ann", config_version=1)
    with pytest.raises(RefusedRow, match="config_versions"), acme.client("acme") as c:
        queue_scan(c, "acme", ["ebay"], trigger="request", requested_by="ann", config_version=9)
    with acme.client("acme") as c, pytest.raises(UnknownScan, match="acme"):
        get_scan(c, "acme", uuid4())


def test_scans_are_listed_newest_first_with_their_runs(acme: Database) -> None:
    scan_ids = [ask_with_key(acme, None).scan_id for _ in range(3)]
    with acme.client("acme") as c:
        listed = scan_page(c, "acme", limit=2)
    assert [scan.scan_id for scan in listed] == [scan_ids[2], scan_ids[1]]
    assert all(len(scan.runs) == 2 for scan in listed)
