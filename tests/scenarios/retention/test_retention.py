"""What is kept no longer goes; what is current, evidence, or another client's stays."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import dagster as dg
import psycopg
import pytest
from typer.testing import CliRunner

from infringement_dagster.cli.clients import clients
from infringement_dagster.definitions import definitions
from infringement_dagster.domain.event import NewEvent
from infringement_dagster.retention.dagster_history import remove_past_runs
from infringement_dagster.retention.expire import read_retentions, remove_expired
from resources.objects.keys import imported_page_key
from resources.postgres.clients.audit import entries_before
from resources.postgres.events.event_store import append_events, events_after
from resources.postgres.listings.import_store import add_import
from resources.postgres.reports.report_store import ExportedTable, put_tables
from resources.postgres.retention.retention_store import Retention, set_retention
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.scans.snapshot_store import latest_snapshot, put_snapshot
from resources.postgres.server.roles import database_of, with_database
from resources.postgres.statements import RefusedRow
from tests.scenarios.retention.conftest import OTHER, OWN, Kept, KeptInDagster
from tests.support.furnishing import AN_IMPORT, WEEK
from tests.support.scene import ask_for_scan

NOW = datetime.now(UTC)
BRIEF = Retention(7, 7, 62, 1, 1)
LONG_AGO = NOW - timedelta(days=100)


def keep_briefly(kept: Kept, client_id: str) -> None:
    with kept.database.admission() as c:
        set_retention(c, client_id, BRIEF)


def count(kept: Kept, table: str, client_id: str) -> int:
    row = kept.admin.execute(
        f"SELECT count(*) FROM {table} WHERE client_id = %s".encode(), (client_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_each_client_keeps_rows_for_as_long_as_it_asks(kept: Kept) -> None:
    keep_briefly(kept, OWN)
    for table, column in (
        ("events", "created_at"),
        ("item_outcomes", "recorded_at"),
        ("sightings", "seen_at"),
        ("scores", "scored_at"),
        ("provider_usage", "charged_at"),
    ):
        kept.admin.execute(f"UPDATE {table} SET {column} = %s".encode(), (LONG_AGO,))
    scored = count(kept, "scores", OWN)
    removed = remove_expired(kept.database, kept.objects, read_retentions(kept.database), NOW)
    for table in ("events", "item_outcomes", "sightings", "provider_usage", "webhook_deliveries"):
        assert removed[table] > 0
        assert count(kept, table, OWN) == 0, table
        assert count(kept, table, OTHER) > 0, table
    # The case shows this score, however old.
    assert (scored, count(kept, "scores", OWN)) == (1, 1)
    again = remove_expired(kept.database, kept.objects, read_retentions(kept.database), NOW)
    assert again.total() == 0


def test_young_rows_and_their_deliveries_stay(kept: Kept) -> None:
    keep_briefly(kept, OWN)
    with kept.database.client(OWN) as c:
        append_events(c, OWN, [NewEvent("scan.finished")])
        newest = events_after(c, OWN, 0, 99)[-1].event_no
    kept.admin.execute("UPDATE events SET created_at = %s WHERE event_no < %s", (LONG_AGO, newest))
    kept.admin.execute(
        "INSERT INTO webhook_deliveries (client_id, webhook_id, event_no)"
        " SELECT client_id, webhook_id, %s FROM webhooks",
        (newest,),
    )
    remove_expired(kept.database, kept.objects, read_retentions(kept.database), NOW)
    with kept.database.client(OWN) as c:
        assert [item.event_no for item in events_after(c, OWN, 0, 99)] == [newest]
    assert count(kept, "webhook_deliveries", OWN) == 1


def a_run_with_snapshot(kept: Kept, days_ago: int) -> tuple[UUID, list[str]]:
    """An ended scan's id and its objects: a page, a page that is evidence, a snapshot."""
    at = NOW - timedelta(days=days_ago)
    with kept.database.client(OWN) as c:
        scan_id = ask_for_scan(c, OWN, "amazon")
        snapshot = f"clients/{OWN}/snapshots/scores/amazon/{uuid4()}.parquet"
        pages = f"clients/{OWN}/pages/{scan_id}/amazon"
        keys = [f"{pages}/evident.json", f"{pages}/plain.json", snapshot]
        row = SnapshotRow(
            uuid4(), scan_id, "amazon", "scores", "dagster", snapshot, "ab" * 32, 1, 1, at
        )
        put_snapshot(c, OWN, row)
    for key in keys:
        kept.objects.put_once(key, b"content")
    kept.admin.execute(
        "UPDATE runs SET state = 'succeeded', finished_at = %s WHERE scan_id = %s", (at, scan_id)
    )
    return scan_id, keys


def test_old_snapshots_go_with_their_pages_but_never_evidence_nor_the_newest(kept: Kept) -> None:
    keep_briefly(kept, OWN)
    kept.admin.execute("DELETE FROM snapshots")
    _, (evident, plain, snapshot) = a_run_with_snapshot(kept, 9)
    kept.admin.execute(
        "UPDATE evidence SET object_key = %s WHERE client_id = %s AND evidence_no = 1",
        (evident, OWN),
    )
    _, newest = a_run_with_snapshot(kept, 3)
    removed = remove_expired(kept.database, kept.objects, read_retentions(kept.database), NOW)
    assert (removed["objects"], removed["snapshots"]) == (2, 1)
    assert kept.objects.keys(f"clients/{OWN}/") == sorted([evident, *newest])
    assert {plain, snapshot}.isdisjoint(kept.objects.keys(""))
    with kept.database.client(OWN) as c:
        found = latest_snapshot(c, OWN, "amazon", "scores")
    assert found is not None
    assert found.object_key == newest[2]


def test_exported_tables_of_past_weeks_go_but_not_those_of_the_newest(kept: Kept) -> None:
    keep_briefly(kept, OWN)
    past, newest = (f"clients/{OWN}/tables/{name}.parquet" for name in ("past", "newest"))
    with kept.database.client(OWN) as c:
        for key, week in ((past, WEEK - timedelta(weeks=1)), (newest, WEEK + timedelta(weeks=1))):
            kept.objects.put_once(key, b"PAR1")
            put_tables(c, OWN, week, [ExportedTable("cases", key, "ab" * 32, 1, 4, NOW)])
    kept.admin.execute("UPDATE exported_tables SET exported_at = %s", (LONG_AGO,))
    removed = remove_expired(kept.database, kept.objects, read_retentions(kept.database), NOW)
    assert removed["exported_tables"] == 2  # that of `furnish` too
    assert kept.objects.keys(f"clients/{OWN}/tables") == [newest]
    assert (count(kept, "exported_tables", OWN), count(kept, "client_reports", OWN)) == (1, 1)
    assert count(kept, "exported_tables", OTHER) == 1


def test_files_that_newer_ones_have_replaced_go_but_not_the_newest_of_a_name(kept: Kept) -> None:
    keep_briefly(kept, OWN)
    old, newest, recent = ("0a" * 32, "0b" * 32, "0c" * 32)
    with kept.database.client(OWN) as c:
        for sha256, name in ((old, "weekly"), (newest, "weekly"), (newest, "too"), (old, "gone")):
            add_import(c, OWN, replace(AN_IMPORT, sha256=sha256, name=name), "ann")
            kept.objects.put_once(imported_page_key(OWN, sha256, 1, 1), b"[]")
    kept.admin.execute("UPDATE listing_imports SET imported_at = %s", (LONG_AGO,))
    kept.admin.execute(
        "UPDATE listing_imports SET imported_at = %s WHERE sha256 = %s",
        (LONG_AGO + timedelta(hours=1), newest),
    )
    with kept.database.client(OWN) as c:
        add_import(c, OWN, replace(AN_IMPORT, sha256=recent, name="gone"), "ann")
        add_import(c, OWN, replace(AN_IMPORT, sha256=recent, name="shop"), "ann")
    removed = remove_expired(kept.database, kept.objects, read_retentions(kept.database), NOW)
    assert removed["listing_imports"] == 3  # both of `old`, and that of `furnish`
    assert kept.objects.keys(f"clients/{OWN}/imports") == [imported_page_key(OWN, newest, 1, 1)]
    assert count(kept, "listing_imports", OWN) == 4
    assert count(kept, "listing_imports", OTHER) == 1


def test_a_run_that_may_still_be_retried_keeps_its_snapshots(kept: Kept) -> None:
    keep_briefly(kept, OWN)
    scan_id, keys = a_run_with_snapshot(kept, 9)
    a_run_with_snapshot(kept, 3)
    kept.admin.execute(
        "UPDATE runs SET state = 'running', finished_at = NULL WHERE scan_id = %s", (scan_id,)
    )
    remove_expired(kept.database, kept.objects, read_retentions(kept.database), NOW)
    assert set(keys) <= set(kept.objects.keys(f"clients/{OWN}/"))


def test_dagster_forgets_past_runs_but_not_what_is_current(kept_in_dagster: KeptInDagster) -> None:
    kept = kept_in_dagster
    keep_briefly(kept, OWN)
    past, current = kept.materialize(OWN, "amazon"), kept.materialize(OWN, "amazon")
    elsewhere = kept.materialize(OTHER, "amazon")
    with psycopg.connect(kept.urls.dagster, autocommit=True) as c:
        c.execute("UPDATE runs SET update_timestamp = update_timestamp - interval '9 days'")

        def events_of(run_id: str, asset: str) -> int:
            row = c.execute(
                f"SELECT count(*) FROM event_logs WHERE run_id = %s AND asset_key {asset}".encode(),
                (run_id,),
            ).fetchone()
            assert row is not None
            return int(row[0])

        retentions = read_retentions(kept.database)
        removed = remove_past_runs(kept.instance, kept.database, retentions, NOW)
        assert (removed["runs"], removed["pruned_runs"]) == (1, 1)
        assert removed["event_rows"] >= 5
        assert kept.instance.get_run_by_id(past) is None
        assert (events_of(past, "IS NULL"), events_of(past, "IS NOT NULL")) == (0, 0)
        assert events_of(current, "IS NULL") == 0
        assert events_of(current, "IS NOT NULL") > 0
        assert events_of(elsewhere, "IS NULL") > 0
        again = remove_past_runs(kept.instance, kept.database, retentions, NOW)
        assert again.total() == 0


def test_days_are_set_and_shown_by_the_command(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    admin_url = with_database(kept.urls.admin, database_of(kept.urls.owner))
    monkeypatch.setenv("DATABASE_URL", admin_url)
    monkeypatch.setenv("DAGSTER_DATABASE_URL", admin_url)  # it must exist, no more
    done = CliRunner().invoke(clients.app, ["retention", OWN, "--events", "30", "--json"])
    assert json.loads(done.stdout) == asdict(Retention(events_days=30))
    assert read_retentions(kept.database) == {
        OWN: Retention(events_days=30),
        OTHER: Retention(),
    }
    refused = CliRunner().invoke(clients.app, ["retention", OWN, "--events", "1"])
    assert isinstance(refused.exception, RefusedRow)
    with kept.database.client(OWN) as c:
        told = [entry for entry in entries_before(c, OWN, 100) if "retention" in entry.action]
    assert [(entry.action, entry.details) for entry in told] == [
        ("retention.changed", {"events_days": 30})
    ]


def test_housekeeping_is_a_job_that_tells_its_counts(
    kept_in_dagster: KeptInDagster, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = kept_in_dagster
    monkeypatch.setenv("DATABASE_URL", kept.urls.admin)
    monkeypatch.setenv("DATABASE_ADMISSION_URL", kept.urls.admission)
    monkeypatch.setenv("DATABASE_HOUSEKEEPING_URL", kept.urls.housekeeping)
    monkeypatch.setenv("OBJECT_STORE_URL", kept.objects.location)
    keep_briefly(kept, OWN)
    kept.admin.execute("UPDATE events SET created_at = %s", (LONG_AGO,))
    events = count(kept, "events", OWN)
    job = definitions().resolve_job_def("housekeeping")
    assert job.execute_in_process(instance=kept.instance).success
    told = kept.instance.get_latest_materialization_event(dg.AssetKey("kept_history"))
    assert told is not None
    assert told.asset_materialization is not None
    metadata = told.asset_materialization.metadata
    assert metadata["removed_events"].value == events
    assert metadata["clients"].value == 2
    schedule = definitions().resolve_schedule_def("housekeeping_nightly")
    assert schedule.job_name == "housekeeping"
