from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infringement_dagster.scans.due_scans import start_due_scans
from resources.postgres.clients import client_store, schedule_store
from resources.postgres.database import Database
from resources.postgres.scans import scan_store
from resources.postgres.scans.records import ScanRow

DAILY = {"kind": "daily", "at": "06:00"}
MONDAY_NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def configure(database: Database, client_id: str, schedule: dict[str, object]) -> None:
    document = {
        "brands": [{"name": "Acme"}],
        "searches": {"amazon": {"queries": ["acme"]}, "ebay": {"queries": ["acme"]}},
        "schedule": schedule,
    }
    with database.client(client_id) as c:
        client_store.save_config(c, client_id, document, "tests")


def add(database: Database, client_id: str, schedule: dict[str, object]) -> None:
    with database.client(client_id) as c:
        client_store.add_client(c, client_id, client_id)
    configure(database, client_id, schedule)


def scans(database: Database, client_id: str) -> list[ScanRow]:
    with database.client(client_id) as c:
        return scan_store.scan_page(c, client_id, 99)


def test_a_daily_scan_starts_once_a_day_at_every_searched_provider(database: Database) -> None:
    add(database, "acme", dict(DAILY))
    add(database, "by-hand", {"kind": "manual"})
    for hours in range(0, 3 * 24, 1):
        start_due_scans(database, MONDAY_NOON + timedelta(hours=hours))
    found = scans(database, "acme")
    assert len(found) == 3
    assert {scan.trigger for scan in found} == {"schedule"}
    assert {run.provider for run in found[0].runs} == {"amazon", "ebay"}
    assert scans(database, "by-hand") == []


def test_ticks_missed_in_days_of_downtime_are_one_scan(database: Database) -> None:
    add(database, "acme", {"kind": "cron", "cron": "0 * * * *"})
    start_due_scans(database, MONDAY_NOON)
    assert len(start_due_scans(database, MONDAY_NOON + timedelta(days=3)).started) == 1
    assert start_due_scans(database, MONDAY_NOON + timedelta(days=3, minutes=1)).started == ()
    assert len(start_due_scans(database, MONDAY_NOON + timedelta(days=3, hours=1)).started) == 1


def test_a_look_killed_before_it_kept_the_next_time_starts_no_second_scan(
    database: Database,
) -> None:
    add(database, "acme", dict(DAILY))
    start_due_scans(database, MONDAY_NOON)
    due = MONDAY_NOON + timedelta(days=1)
    (first,) = start_due_scans(database, due).started
    with database.admission() as c:
        schedule_store.keep_schedule(c, "acme", 1, datetime(2026, 6, 2, 6, tzinfo=UTC))
    (again,) = start_due_scans(database, due).started
    assert again.scan_id == first.scan_id
    assert len(scans(database, "acme")) == 1


def test_another_config_changes_the_schedule_and_a_bad_one_stops_nobody_else(
    database: Database,
) -> None:
    add(database, "acme", {"kind": "cron", "cron": "0 0 31 2 *"})
    add(database, "beta", dict(DAILY))
    tended = start_due_scans(database, MONDAY_NOON)
    assert len(tended.problems) == 1
    assert "acme" in tended.problems[0]
    assert start_due_scans(database, MONDAY_NOON).problems == ()
    configure(database, "acme", {"kind": "weekly", "weekday": "tuesday", "at": "07:00"})
    start_due_scans(database, MONDAY_NOON)
    tended = start_due_scans(database, MONDAY_NOON + timedelta(hours=20))
    assert {scan.client_id for scan in tended.started} == {"acme", "beta"}
