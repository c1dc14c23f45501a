"""An erased client is nowhere, also when the erasure was killed; the other is untouched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import InsufficientPrivilege

from infringement_dagster.assets.checks import late_evaluation
from infringement_dagster.assets.partitions import client_partitions
from infringement_dagster.retention.erase import ClientEraser
from resources.postgres.clients.client_store import UnknownClient, get_client
from resources.postgres.events.event_store import last_numbers
from resources.postgres.retention.erasure_store import client_digest, delete_rows, tables_to_clear
from resources.postgres.scans.late_query import DueRun
from resources.postgres.server.roles import database_of, with_database
from resources.settings import PROJECT_DIR
from tests.scenarios.retention.conftest import OTHER, OWN, Kept, KeptInDagster

_COLUMNS = """
    SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        JOIN pg_type ON pg_type.oid = atttypid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND attnum > 0 AND NOT attisdropped
        AND typname IN ('text', 'varchar', 'jsonb', '_text', 'bytea')
"""


def traces(c: Connection, client_id: str) -> dict[str, int]:
    """How many values of each column name the client, in every table of a database."""
    found = {}
    for table, column in c.execute(_COLUMNS).fetchall():
        row = c.execute(
            sql.SQL("SELECT count(*) FROM {} WHERE {}::text ~ %s").format(
                sql.Identifier(table), sql.Identifier(column)
            ),
            (rf"(^|[^a-z0-9-]){client_id}($|[^a-z0-9-])",),
        ).fetchone()
        if row is not None and row[0]:
            found[f"{table}.{column}"] = int(row[0])
    return found


def everywhere(kept: KeptInDagster, client_id: str) -> dict[str, object]:
    """Every trace of the client: our tables, Dagster's, objects, printed logs."""
    with psycopg.connect(kept.urls.dagster) as dagster:
        return {
            "rows": traces(kept.admin, client_id),
            "dagster": traces(dagster, client_id),
            "objects": kept.objects.keys(f"clients/{client_id}/"),
            "partition": client_id
            in kept.instance.get_dynamic_partitions(client_partitions.name or "clients"),
            "printed": [
                file.name
                for file in Path(os.environ["DAGSTER_ARTIFACTS_DIR"]).rglob("*")
                if file.is_file() and f"{client_id}|" in file.read_text(errors="replace")
            ],
        }


NOWHERE = {"rows": {}, "dagster": {}, "objects": [], "partition": False, "printed": []}


@pytest.fixture
def scanned(kept_in_dagster: KeptInDagster) -> KeptInDagster:
    """Both clients have objects, a Dagster run, and are named by a tick and a login attempt."""
    kept = kept_in_dagster
    for client_id in (OWN, OTHER):
        for name in ("pages/1/amazon/2.json", "evidence/ab/abc.json", "images/cd/cde"):
            kept.objects.put_once(f"clients/{client_id}/{name}", b"content")
        kept.materialize(client_id, "ebay")
        reported = dg.AssetMaterialization("noticed", partition=f"{client_id}|walmart")
        kept.instance.report_runless_asset_event(reported)
        late = DueRun(client_id, "ebay", datetime.now(UTC), "failed", None)
        kept.instance.report_runless_asset_event(late_evaluation(late))
        kept.admin.execute(
            "INSERT INTO login_attempts (subject, failures, blocked_until) VALUES (%s, 1, now())",
            (f"login:{client_id}/ann@example.com",),
        )
        kept.admin.execute(
            "UPDATE users SET email = %s WHERE client_id = %s",
            (f"ann@{client_id}.example", client_id),
        )
        kept.admin.execute(
            "INSERT INTO login_attempts (subject, failures, blocked_until) VALUES (%s, 1, now())",
            (f"login:*/ann@{client_id}.example from 192.0.2.1",),
        )
        kept.admin.execute(
            "INSERT INTO mails (address, kind) VALUES (%s, 'password_reset')",
            (f"ann@{client_id}.example",),
        )
        kept.admin.execute(
            "INSERT INTO request_limits SELECT 'key:' || key_id, now() FROM api_keys"
            " WHERE client_id = %s",
            (client_id,),
        )
        with psycopg.connect(kept.urls.dagster, autocommit=True) as dagster:
            dagster.execute(
                "INSERT INTO job_ticks (job_origin_id, status, type, timestamp, tick_body)"
                " VALUES ('1', 'SUCCESS', 'SENSOR', now(), %s)",
                (json.dumps({"partitions": [client_id]}),),
            )
    return kept


def erase(kept: KeptInDagster) -> subprocess.Popen[str]:
    """The command in a process of its own, on the database of the test."""
    environment = {
        "DATABASE_URL": with_database(kept.urls.admin, database_of(kept.urls.owner)),
        "DAGSTER_DATABASE_URL": kept.urls.dagster,
        "DAGSTER_ARTIFACTS_DIR": os.environ["DAGSTER_ARTIFACTS_DIR"],
        "INFRINGEMENT_HOME": os.environ["DAGSTER_ARTIFACTS_DIR"],
        "OBJECT_STORE_URL": kept.objects.location,
    }
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "infringement_dagster.cli.app"),
            *("clients", "erase", OWN, "--yes", "--json"),
        ],
        cwd=PROJECT_DIR,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def killed_at(url: str, table: str, kept: KeptInDagster) -> Iterator[None]:
    """Holds a table until an erasure waits for it, kills that, and lets go."""
    with psycopg.connect(url) as holder:
        holder.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table)))
        process = erase(kept)
        until = time.monotonic() + 120
        with psycopg.connect(url, autocommit=True) as watcher:
            while not watcher.execute(
                "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ %s",
                (table,),
            ).fetchone():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until
                time.sleep(0.01)
        process.kill()
        process.communicate()
        yield


def test_an_erasure_killed_in_the_middle_is_finished_by_the_next(scanned: KeptInDagster) -> None:
    admin_url = with_database(scanned.urls.admin, database_of(scanned.urls.owner))
    others = everywhere(scanned, OTHER)
    listings = traces(scanned.admin, OWN)["listings.client_id"]
    with killed_at(admin_url, "listings", scanned):
        assert scanned.objects.keys(f"clients/{OWN}/") == []
        assert "cases.client_id" not in traces(scanned.admin, OWN)
    assert "listings.client_id" in traces(scanned.admin, OWN)
    process = erase(scanned)
    receipt, problems = process.communicate(timeout=200)
    assert process.returncode == 0, problems
    assert everywhere(scanned, OWN) == NOWHERE
    assert everywhere(scanned, OTHER) == others
    document = json.loads(receipt)
    assert (document["client_id"], document["client_sha256"]) == (None, client_digest(OWN))
    assert document["counts"]["listings"] == listings
    assert document["counts"]["objects"] == 3
    assert document["counts"]["dagster_runs"] == 1
    with pytest.raises(UnknownClient), scanned.database.client(OWN) as c:
        get_client(c, OWN)


def test_erasing_stops_scans_and_starts_none(scanned: KeptInDagster) -> None:
    scanned.admin.execute(
        "UPDATE runs SET heartbeat_at = now() - interval '5 min', "
        "admitted_at = NULL, queued_at = now() - interval '5 min'"
    )
    reports: list[str] = []
    eraser = ClientEraser(scanned.database, scanned.objects, scanned.instance, reports.append)
    receipt = eraser.erase(OWN)
    assert receipt.client_id is None
    assert receipt.finished_at is not None
    assert len(reports) > 20
    with scanned.database.identity() as c:
        assert set(last_numbers(c, [OWN, OTHER])) == {OTHER}
    with pytest.raises(UnknownClient):
        eraser.erase(OWN)


def test_every_table_with_rows_of_clients_can_be_cleared(kept: Kept) -> None:
    """Fails for a table that was added without `open_to_housekeeping`."""
    with kept.database.housekeeping(OWN) as c:
        tables = tables_to_clear(c)
        deleted = {table: delete_rows(c, table) for table in tables}
    assert {table for table, number in deleted.items() if not number} == {
        "login_attempts",
        "request_limits",
    }
    assert set(traces(kept.admin, OWN)) == {"clients.client_id"}


def test_housekeeping_deletes_nothing_of_a_client_it_was_not_opened_for(kept: Kept) -> None:
    before = traces(kept.admin, OTHER)
    with kept.database.housekeeping(OWN) as c:
        for table in tables_to_clear(c):
            c.execute(sql.SQL("DELETE FROM {} WHERE true").format(sql.Identifier(table)))
    assert traces(kept.admin, OTHER) == before
    with kept.database.housekeeping() as c:
        assert {table: delete_rows(c, table) for table in tables_to_clear(c)} == dict.fromkeys(
            tables_to_clear(c), 0
        )
    with pytest.raises(InsufficientPrivilege), kept.database.client(OWN) as c:
        delete_rows(c, "listings")
