"""Runs the product's own job for one scan in this process and prints what it took.

Arguments: CLIENT SCAN_ID [PROVIDER]; the environment names the installation.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

import dagster as dg
import psutil

import infringement_dagster.engine.preload  # noqa: F401 - what every run process is forked with
from bench.installation import PROVIDER
from infringement_dagster.assets.partitions import client_provider_partitions, partition_key
from infringement_dagster.definitions import definitions
from infringement_dagster.scans import tags
from resources.decoding.worker_process import cpu_seconds


def scan_job() -> dg.JobDefinition:
    """The job, as a run process finds it."""
    return definitions().resolve_job_def("scan")


def run(client_id: str, scan_id: str, provider: str = PROVIDER) -> int:
    """Prints the figures of the run; 1 when it failed."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("clients", [client_id])
        job = dg.reconstructable(scan_job)
        began, cpu_began = time.perf_counter(), cpu_seconds()
        partition = partition_key(client_id, provider)
        run_tags = client_provider_partitions.get_tags_for_partition_key(partition)
        # Not execute_in_process, which keeps every step's frame for its caller.
        result = dg.execute_job(
            job, instance=instance, tags={**run_tags, tags.SCAN_ID: scan_id}, raise_on_error=True
        )
        seconds = time.perf_counter() - began
    figures: dict[str, float] = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds() - cpu_began,
        "peak_bytes": _peak_bytes(),
    }
    for event in result.filter_events(lambda event: event.is_step_materialization):
        materialization = event.step_materialization_data.materialization
        name = materialization.asset_key.to_user_string()
        for key in ("found", "stored", "duration_seconds", "cpu_seconds"):
            figures[f"{name}_{key}"] = float(str(materialization.metadata[key].value))
    print(json.dumps(figures))
    return 0 if result.success else 1


def _peak_bytes() -> int:
    """The highest memory of this process so far; getrusage would count the parent's before exec."""
    status = Path("/proc/self/status")
    if not status.exists():
        return int(psutil.Process().memory_info().rss)
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    # Dagster refuses a job that lives in `__main__`.
    sys.exit(importlib.import_module("bench.scan_job").run(*sys.argv[1:]))
