"""Dagster's own command in the checkout, with nothing set."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from infringement_dagster.local.ports import free_port
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.settings import PROJECT_DIR

LOOKED = "Sensor scan_admission skipped: no run is queued"


def without_databases() -> dict[str, str]:
    others = ("DATABASE", "DAGSTER", "INFRINGEMENT")
    return {k: v for k, v in os.environ.items() if not k.startswith(others)}


def test_definitions_are_validated_on_an_embedded_server_that_is_gone_afterwards(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate"],
        cwd=PROJECT_DIR,
        env=without_databases() | {"INFRINGEMENT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    server = EmbeddedPostgres(tmp_path)
    is_left = server.is_running()
    server.destroy()
    assert done.returncode == 0, done.stderr
    assert "Validation successful for code location infringement_dagster" in done.stdout
    assert f"DATABASE_URL is not set: the database is that of {tmp_path}" in done.stdout
    assert not is_left


def test_dg_lists_the_definitions_of_the_checkout(tmp_path: Path) -> None:
    dg = Path(sys.executable).with_name("dg")
    done = subprocess.run(
        [dg, "list", "defs", "--json"],
        cwd=PROJECT_DIR,
        env=without_databases() | {"INFRINGEMENT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    EmbeddedPostgres(tmp_path).destroy()
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)
    assets = {asset["asset_key"] for asset in listed["assets"]}
    assert assets >= {"raw_listings", "image_hashes", "scores", "flagged_cases"}
    assert {sensor["name"] for sensor in listed["sensors"]} >= {"scan_admission", "scan_watch"}


def test_dagster_dev_runs_daemon_and_sensors_until_it_is_interrupted(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dagster", "dev", "--port", str(free_port())],
        cwd=PROJECT_DIR,
        env=without_databases() | {"INFRINGEMENT_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process:
        said = []
        for line in process.stdout:
            said.append(line)
            if LOOKED in line:
                break
        errors = [line for line in said if "ERROR" in line]  # later ones are of the end
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        said += process.stdout  # until all who could write to it have gone
    _, left = psutil.wait_procs(family, timeout=40)
    EmbeddedPostgres(tmp_path).destroy()
    assert any(LOOKED in line for line in said), said
    assert errors == []
    assert left == []
