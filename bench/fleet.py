"""Many clients scan at once: what each scan costs to orchestrate, how soon it starts, which limits
are exceeded. The same job runs under Dagster's default launcher afterwards, on a stack of its own.

`python bench/fleet.py [--quick] [--clients N]`. The full run has 300 clients.

All CPU seconds between the first request and the last end are added up, of every process but the
sandbox and this one: Postgres, daemon, code server, run processes and what these start. Work is
what the four steps say of themselves, from first statement to last, with the processes that decode
photos, and is read from Dagster's materialisations; all else is orchestration, imports and the
server's part of the work too. Both launchers are measured by the same function, and each has run
one scan before, so that no start of the stack counts.

Limits are read from the sandbox's own log: requests in flight at the provider and for each client,
requests in every window of a minute, and how far apart a client's requests begin.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import Path

import dagster as dg
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.throwaway import stack
from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients import limit_store
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.scans.records import ScanRow
from tests.support.lively import ENDED, Lively

SANDBOX = ("--filler-rows", "40", "--latency-ms", "100", "--photo-latency-ms", "30")
RUNS_MAX = 4
PROVIDER_PER_MINUTE = 240
CLIENT_PER_MINUTE = 60

Span = tuple[float, float]  # when a request began and ended


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds a scan, and how long all scans took."""

    total: float
    work: float
    wall_seconds: float
    scans: int

    @property
    def orchestration(self) -> float:
        return self.total - self.work


def cpu_seconds() -> float:
    """CPU of everything below this process, the dead included, less the sandbox."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if "resources.providers.sandbox" not in process.cmdline():
                total += sum(process.cpu_times()[:4])
        except psutil.Error:
            continue
    return total


def work_seconds(running: Lively, scans: Sequence[ScanRow]) -> float:
    """CPU that the steps themselves say they used."""
    found = 0.0
    for scan in scans:
        for run in running.dagster_runs(scan.scan_id):
            records = running.instance.get_records_for_run(
                run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
            ).records
            for record in records:
                materialization = record.asset_materialization
                if materialization is not None:
                    found += float(str(materialization.metadata["cpu_seconds"].value))
    return found


def all_ended(running: Lively, scans: Sequence[ScanRow]) -> list[ScanRow]:
    waiting, ended = list(scans), []
    while waiting:
        time.sleep(1)
        looked = [running.look(scan) for scan in waiting]
        ended += [scan for scan in looked if scan.state in ENDED]
        waiting = [scan for scan in looked if scan.state not in ENDED]
    return ended


def run_fleet(running: Lively, clients: int, prefix: str) -> tuple[Cost, list[ScanRow]]:
    names = [f"{prefix}-{number:03}" for number in range(clients)]
    for name in names:
        running.add(name, ClientLimits(requests_per_minute=CLIENT_PER_MINUTE))
    running.end(running.ask(names[0]), 120)  # the daemon and the first fork are warm
    cpu, began = cpu_seconds(), time.monotonic()
    scans = [running.ask(name) for name in names]
    ended = all_ended(running, scans)
    wall_seconds = time.monotonic() - began
    total = cpu_seconds() - cpu
    work = work_seconds(running, ended)
    return Cost(total / clients, work / clients, wall_seconds, clients), ended


def start_delays(running: Lively, scans: int) -> list[float]:
    """Seconds from the request to the first step, one scan at a time, so there is room."""
    delays: list[float] = []
    running.add("prompt")
    for number in range(scans):
        time.sleep(0.37 * (number % 5))
        ended = running.end(running.ask("prompt"), 120)
        assert ended.started_at is not None
        delays.append((ended.started_at - ended.requested_at).total_seconds())
    return sorted(delays)


def violations(log: Path) -> Counter[str]:
    """How often the sandbox's own log shows a limit exceeded."""
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    found: Counter[str] = Counter()
    by_client: dict[str, list[Span]] = defaultdict(list)
    for call in calls:
        began, ended = (
            datetime.fromisoformat(call[f"{word}_at"]) for word in ("started", "finished")
        )
        by_client[call["params"]["query"]].append((began.timestamp(), ended.timestamp()))
    everything = sorted(span for spans in by_client.values() for span in spans)
    found["provider concurrency"] = _too_many_at_once(everything, RUNS_MAX)
    found["provider rate"] = _too_many_a_minute(everything, PROVIDER_PER_MINUTE)
    for spans in by_client.values():
        spans.sort()
        found["client concurrency"] += _too_many_at_once(spans, ClientLimits().runs_max)
        found["client rate"] += _too_many_a_minute(spans, CLIENT_PER_MINUTE)
        found["client spacing"] += sum(
            later - earlier < 60 / CLIENT_PER_MINUTE * 0.9
            for (earlier, _), (later, _) in pairwise(spans)
        )
    return found


def _too_many_at_once(spans: Sequence[Span], most: int) -> int:
    edges = sorted([(began, 1) for began, _ in spans] + [(ended, -1) for _, ended in spans])
    return sum(in_flight > most for in_flight in accumulate(step for _, step in edges))


def _too_many_a_minute(spans: Sequence[Span], per_minute: int) -> int:
    starts = [began for began, _ in spans]
    return sum(
        later - earlier < 60 for earlier, later in zip(starts, starts[per_minute:], strict=False)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--clients", type=int, default=300)
    options = parser.parse_args()
    clients = 10 if options.quick else options.clients
    plain_clients = 2 if options.quick else 6
    with stack(*SANDBOX) as (running, _):
        with running.database.admission() as c:
            limit_store.set_instance_runs_max(c, RUNS_MAX)
            limit_store.set_provider_limits(
                c, "ebay", ProviderLimits(RUNS_MAX, PROVIDER_PER_MINUTE)
            )
        warm, ended = run_fleet(running, clients, "warm")
        delays = start_delays(running, 4 if options.quick else 20)
        exceeded = violations(running.sandbox_log)
    with stack(*SANDBOX, warm=False) as (running, _):
        plain, _ = run_fleet(running, plain_clients, "plain")
    _print(warm, plain, ended, delays, exceeded)


def _print(
    warm: Cost,
    plain: Cost,
    ended: Sequence[ScanRow],
    delays: Sequence[float],
    exceeded: Counter[str],
) -> None:
    print(f"{'CPU s a scan':<24}{'warm':>10}{'default launcher':>20}")
    for name, of_warm, of_plain in (
        ("orchestration", warm.orchestration, plain.orchestration),
        ("work", warm.work, plain.work),
        ("all", warm.total, plain.total),
    ):
        print(f"{name:<24}{of_warm:>10.2f}{of_plain:>20.2f}")
    print(f"{'scans':<24}{warm.scans:>10}{plain.scans:>20}")
    print(f"{'wall seconds':<24}{warm.wall_seconds:>10.1f}{plain.wall_seconds:>20.1f}")
    states = Counter(scan.state for scan in ended)
    p95 = delays[max(0, round(0.95 * len(delays)) - 1)]
    print(f"ended as {dict(states)}; limits exceeded {dict(+exceeded)}")
    print(f"start with room: median {statistics.median(delays):.2f} s, p95 {p95:.2f} s")
    print(
        json.dumps(
            {
                "clients": warm.scans,
                "orchestration_ratio": round(warm.orchestration / plain.orchestration, 3),
                "orchestration_cpu_seconds": round(warm.orchestration, 2),
                "default_orchestration_cpu_seconds": round(plain.orchestration, 2),
                "work_cpu_seconds": round(warm.work, 2),
                "limit_violations": sum(exceeded.values()),
                "p95_start_seconds": round(p95, 2),
                "not_succeeded": len(ended) - states["succeeded"],
            }
        )
    )


if __name__ == "__main__":
    main()
