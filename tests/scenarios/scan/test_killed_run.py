"""A run whose process is killed, and the next one that goes on with what it left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.tags import scan_run_tags
from resources.postgres.scans import run_store, scan_store
from resources.postgres.scans.records import ScanRow
from resources.settings import PROJECT_DIR
from tests.scenarios.scan.conftest import Install
from tests.support.installation import Installation
from tests.support.sandbox_processes import StartSandbox

CLIENT = "kelvarra"
PROVIDER: Provider = "ebay"

# Everything that a scan leaves but times, and ids that are drawn anew.
FINAL_ROWS = {
    "listings": "select listing_id, title, url, price_low, seller_name, image_urls from listings",
    "sightings": "select provider, listing_id, price_low from sightings",
    "listing_photos": "select listing_id, url, position, sha256, outcome from listing_photos",
    "images": "select sha256, media_type, width_px, height_px, size_bytes from photos",
    "image_hashes": "select sha256, hashes::text from photos",
    "scores": "select listing_id, probability, violation_type, model from scores",
    # Which listings are drawn below the threshold hangs on the scan's id.
    "cases": "select listing_id, state, probability, violation_type from cases "
    "where sampled_chance is null",
    "sampled": "select count(*) from cases where sampled_chance is not null",
    "evidence": "select kind, count(*) from evidence join cases using (client_id, case_id) "
    "where sampled_chance is null group by kind",
    "item_outcomes": "select asset, item_key, outcome, reason from item_outcomes",
}


def final_rows(installed: Installation) -> dict[str, list[tuple[object, ...]]]:
    with installed.database.client(CLIENT) as connection:
        return {
            table: sorted(connection.execute(query).fetchall(), key=repr)
            for table, query in FINAL_ROWS.items()
        }


def start_in_a_process(scan: ScanRow, log: Path) -> subprocess.Popen[bytes]:
    tags = scan_run_tags(scan.scan_id, CLIENT, PROVIDER)
    code = (
        "from tests.support.installation import execute_scan\n"
        f"execute_scan({CLIENT!r}, {PROVIDER!r}, {tags!r})"
    )
    command = [sys.executable, "-c", code]
    with log.open("wb") as file:
        return subprocess.Popen(command, cwd=PROJECT_DIR, stdout=file, stderr=subprocess.STDOUT)


def kept_photos(installed: Installation) -> int:
    with installed.database.client(CLIENT) as connection:
        row = connection.execute("select count(distinct url) from listing_photos").fetchone()
    assert row is not None
    return int(row[0])


def kill_in_image_hashes(installed: Installation, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 60
    while (kept := kept_photos(installed)) == 0:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    return kept


def test_the_next_run_ends_with_the_rows_of_an_unkilled_scan(
    install: Install, start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    sandbox_url = start_sandbox("--photo-latency-ms", "700")
    unkilled = install(sandbox_url)
    assert unkilled.execute(unkilled.request(CLIENT, PROVIDER), PROVIDER).success

    killed = install(sandbox_url)
    scan = killed.request(CLIENT, PROVIDER)
    process = start_in_a_process(scan, tmp_path / "run.log")
    kept = kill_in_image_hashes(killed, process)
    result = killed.execute(scan, PROVIDER)

    assert result.success
    assert 0 < kept < kept_photos(killed)
    assert final_rows(killed) == final_rows(unkilled)
    metadata = next(
        event.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.materialization.label == "image_hashes"
    )
    assert metadata["fetched"].value == kept_photos(killed) - kept


def test_the_run_that_was_replaced_can_write_nothing_more(
    kelvarra: Installation,
) -> None:
    scan = kelvarra.request(CLIENT, PROVIDER)
    with kelvarra.database.client(CLIENT) as connection:
        first = run_store.start_run(connection, CLIENT, scan.scan_id, PROVIDER, "first")
    assert kelvarra.execute(scan, PROVIDER).success
    with kelvarra.database.client(CLIENT) as connection:
        run = scan_store.get_scan(connection, CLIENT, scan.scan_id).runs[0]
        assert run.epoch > first.epoch
        with pytest.raises(run_store.LostLease, match="epoch"):
            run_store.check_epoch(connection, CLIENT, scan.scan_id, PROVIDER, first.epoch)
