from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infringement_dagster.scans.due_scans import start_due_scans
from infringement_dagster.scans.late_scans import LATE_AFTER, newly_late, why_late
from resources.postgres.clients import operator_store
from resources.postgres.database import Database
from resources.postgres.events.event_store import events_after
from resources.postgres.scans import run_store, scan_store
from tests.scans.test_due_scans import add

HOUR = timedelta(hours=1)


def daily() -> dict[str, object]:
    """A schedule whose next scan is far from now: about twelve hours, at any time of day."""
    return {"kind": "daily", "at": f"{datetime.now(UTC) + 12 * HOUR:%H}:00"}


def start_scans(database: Database) -> datetime:
    """When the scans that are due by now were asked for."""
    yesterday = datetime.now(UTC) - timedelta(days=1, hours=1)  # its next scan: 12 hours ago
    start_due_scans(database, yesterday)
    assert start_due_scans(database, datetime.now(UTC)).started
    return datetime.now(UTC)


def succeed(database: Database, provider: str) -> None:
    with database.client("acme") as c:
        (scan,) = scan_store.scan_page(c, "acme", 9)
        (run,) = (run for run in scan.runs if run.provider == provider)
        run = run_store.start_run(c, "acme", scan.scan_id, run.provider, f"dagster-{provider}")
        run_store.finish_run(c, "acme", scan.scan_id, run.provider, run.epoch, "succeeded")


def told(database: Database) -> list[dict[str, object]]:
    with database.client("acme") as c:
        events = events_after(c, "acme", 0, 99)
    return [event.body for event in events if event.type == "check.failed"]


def test_what_has_not_succeeded_six_hours_after_it_was_due_is_late_once(
    database: Database,
) -> None:
    add(database, "acme", daily())
    asked_at = start_scans(database)
    succeed(database, "amazon")
    soon, late = asked_at + LATE_AFTER - HOUR, asked_at + LATE_AFTER + HOUR
    assert newly_late(database, asked_at - HOUR, soon) == []
    (run,) = newly_late(database, soon, late)
    assert (run.client_id, run.provider, run.state) == ("acme", "ebay", "queued")
    assert newly_late(database, late, late + HOUR) == []
    (body,) = told(database)
    assert (body["provider"], body["check"]) == ("ebay", "scanned_on_time")
    assert "has not succeeded, its run is queued" in str(body["reason"])


def test_a_scan_that_nobody_asked_for_is_late_too(database: Database) -> None:
    add(database, "acme", daily())
    start_due_scans(database, datetime.now(UTC))  # which keeps when the next one is due
    next_week = datetime.now(UTC) + timedelta(days=7)
    late = newly_late(database, datetime.now(UTC), next_week)
    assert [run.provider for run in late] == ["amazon", "ebay"]
    assert "was never asked for: the sensor client_schedules must be on" in why_late(late[0])


def test_clients_without_schedule_and_suspended_ones_are_never_late(database: Database) -> None:
    add(database, "by-hand", {"kind": "manual"})
    add(database, "acme", daily())
    asked_at = start_scans(database)
    with database.identity() as c:
        operator_store.set_client_state(c, "acme", "suspended")
    assert newly_late(database, asked_at - HOUR, asked_at + timedelta(days=9)) == []
    assert told(database) == []
