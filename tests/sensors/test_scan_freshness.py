from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
import psycopg

from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from sensors.scan_freshness import scan_freshness_sensor
from tests.scans.test_due_scans import DAILY, add
from tests.scans.test_late_scans import start_scans


def ask_earlier(urls: DatabaseUrls, span: str) -> None:
    with psycopg.connect(with_database(urls.admin, database_of(urls.owner))) as c:
        c.execute("UPDATE scans SET requested_at = now() - %s::interval", (span,))


def look(database: Database, cursor: datetime | None) -> dg.SensorResult:
    context = dg.build_sensor_context(
        cursor=None if cursor is None else cursor.isoformat(), resources={"database": database}
    )
    told = scan_freshness_sensor(context)
    assert isinstance(told, dg.SensorResult)
    return told


def test_the_check_of_each_late_partition_fails_and_the_next_look_goes_on_from_there(
    database: Database, database_urls: DatabaseUrls
) -> None:
    add(database, "acme", dict(DAILY))
    start_scans(database)
    ask_earlier(database_urls, "7 hours")
    told = look(database, None)
    events = [event for event in told.asset_events if isinstance(event, dg.AssetCheckEvaluation)]
    assert [(event.check_name, event.passed, event.partition) for event in events] == [
        ("scanned_on_time", False, "acme|amazon"),
        ("scanned_on_time", False, "acme|ebay"),
    ]
    assert all(event.severity == dg.AssetCheckSeverity.ERROR for event in events)
    assert "has not succeeded" in str(events[0].description)
    assert told.cursor is not None
    assert not look(database, datetime.fromisoformat(told.cursor)).asset_events


def test_after_days_of_downtime_nothing_is_passed_over(
    database: Database, database_urls: DatabaseUrls
) -> None:
    add(database, "acme", dict(DAILY))
    start_scans(database)
    ask_earlier(database_urls, "4 days")
    assert len(look(database, datetime.now(UTC) - timedelta(days=9)).asset_events) == 2
