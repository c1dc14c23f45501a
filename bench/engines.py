"""What a scan costs on Celery workers beside the warm code server, in CPU seconds of all processes.

`python bench/engines.py [--quick]`; both engines scan the same clients against the same sandbox.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.fleet import RUNS_MAX, SANDBOX, Cost, run_fleet
from bench.throwaway import stack
from resources.postgres.clients import limit_store
from resources.postgres.clients.limit_store import ProviderLimits

WORKERS = 2


def measured(workers: int, clients: int) -> Cost:
    """The fleet of clients on so many Celery workers; 0 is the warm code server."""
    os.environ["INFRINGEMENT_WORKERS"] = str(workers)
    with stack(*SANDBOX) as (running, _):
        with running.database.admission() as c:
            limit_store.set_instance_runs_max(c, RUNS_MAX)
            limit_store.set_provider_limits(c, "ebay", ProviderLimits(RUNS_MAX))
        cost, ended = run_fleet(running, clients, "engine")
    failed = [scan for scan in ended if scan.state != "succeeded"]
    if failed:
        raise SystemExit(f"{len(failed)} of {clients} scans did not succeed: {failed[0]}")
    return cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    clients = 6 if parser.parse_args().quick else 40
    warm, celery = measured(0, clients), measured(WORKERS, clients)
    print(f"{'CPU s a scan':<24}{'warm code server':>20}{'Celery':>10}")
    for name in ("orchestration", "work", "total"):
        print(f"{name:<24}{getattr(warm, name):>20.2f}{getattr(celery, name):>10.2f}")
    print(f"{'wall seconds':<24}{warm.wall_seconds:>20.1f}{celery.wall_seconds:>10.1f}")
    print(
        json.dumps(
            {
                "clients": clients,
                "warm_orchestration_cpu_seconds": round(warm.orchestration, 2),
                "celery_orchestration_cpu_seconds": round(celery.orchestration, 2),
                "warm_cpu_seconds": round(warm.total, 2),
                "celery_cpu_seconds": round(celery.total, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
