"""Scans under `kill -9` of runs, daemon, code server and Postgres, against an unkilled one.

`python bench/chaos.py [--quick]`. A run process is killed at named points of its life, seen from
outside as soon as the database shows them, and at random moments. Afterwards every scan must have
left the rows of the unkilled one, no slot or reservation, and events without a gap.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.throwaway import stack
from infringement_dagster.admission import ClientLimits
from infringement_dagster.matching.errors import TransientError
from resources.postgres import lease_store
from resources.postgres.embedded import EmbeddedPostgres
from resources.postgres.records import RunRow, ScanRow
from tests.life.lively import ENDED, Lively
from tests.scan.test_killed_run import FINAL_ROWS

REFERENCE = "reference"
KILLS_A_SCAN = 1  # restarts of the others kill it too, and a third crash sets it aside


def kept(running: Lively, run: RunRow, table: str) -> bool:
    with running.database.client(run.client_id) as c:
        row = c.execute(f"SELECT EXISTS (SELECT FROM {table})".encode()).fetchone()
    return row is not None and bool(row[0])


Point = Callable[[Lively, RunRow], bool]

POINTS: dict[str, Point] = {
    "claimed": lambda _, run: run.state == "running",
    "listings and charge committed": lambda on, run: kept(on, run, "listings"),
    "search counted": lambda _, run: "raw_listings" in run.counts,
    "first snapshot recorded": lambda on, run: kept(on, run, "snapshots"),
    "pictures put and committed": lambda on, run: kept(on, run, "images"),
    "hashes committed": lambda on, run: kept(on, run, "image_hashes"),
    "pictures counted": lambda _, run: "image_hashes" in run.counts,
    "scores committed": lambda on, run: kept(on, run, "scores"),
    "scores counted": lambda _, run: "scores" in run.counts,
    "cases counted": lambda _, run: "flagged_cases" in run.counts,
}


def kill_process(running: Lively, scan: ScanRow) -> bool:
    """True when there was a living process of the scan's run to kill."""
    try:
        running.process_of(scan).kill()
    except (LookupError, AssertionError, psutil.Error, TransientError):
        return False
    return True


def kill_at(running: Lively, scan: ScanRow, point: Point) -> bool:
    """True when the run was seen at the point while it ran, and killed there."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        run = running.run(scan)
        if run.state in ENDED:
            return False
        if run.state == "running" and point(running, run):
            return kill_process(running, scan)
        time.sleep(0.01)
    return False


def kill_postmaster(server: EmbeddedPostgres) -> None:
    for process in psutil.Process().children(recursive=True):
        parent = process.parent()
        if process.name() == "postgres" and (parent is None or parent.name() != "postgres"):
            process.kill()
            break
    time.sleep(0.5)
    server.start()


def kill_named(running: Lively, repeats: int) -> tuple[list[ScanRow], Counter[str]]:
    scans: list[ScanRow] = []
    killed: Counter[str] = Counter()
    for number, (name, point) in enumerate(POINTS.items()):
        for repeat in range(repeats):
            client = f"point-{number:02}-{repeat}"
            running.add(client, twin_of=REFERENCE)
            scan = running.ask(client)
            scans.append(scan)
            killed[name] += kill_at(running, scan, point)
    return scans, killed


def kill_randomly(
    running: Lively, server: EmbeddedPostgres, kills: int, restarts: int
) -> tuple[list[ScanRow], Counter[str]]:
    dice = random.Random(20261122)
    killed: Counter[str] = Counter()
    scans: list[ScanRow] = []
    for number in range(max(4, kills // KILLS_A_SCAN)):
        client = f"random-{number:02}"
        running.add(client, ClientLimits(runs_max=1), twin_of=REFERENCE)
        scans.append(running.ask(client))
    killed_of: Counter[str] = Counter()
    others = ["daemon", "code-server", *["postgres"] * restarts]
    while others or killed["run"] < kills:
        time.sleep(dice.uniform(0.1, 1.2))
        active = [scan for scan in scans if running.run(scan).state == "running"]
        able = [scan for scan in active if killed_of[scan.client_id] < KILLS_A_SCAN]
        if able and killed["run"] < kills:
            victim = dice.choice(able)
            if kill_process(running, victim):
                killed_of[victim.client_id] += 1
                killed["run"] += 1
        if others and dice.random() < 0.25:
            killed[_kill_other(running, server, others.pop())] += 1
        if all(running.run(scan).state in ENDED for scan in scans):
            break
    return scans, killed


def _kill_other(running: Lively, server: EmbeddedPostgres, what: str) -> str:
    if what == "postgres":
        kill_postmaster(server)
    elif what == "daemon":
        running.part("daemon").kill()
    else:
        running.part("code-server").kill()
    return what


def rows_of(running: Lively, client_id: str) -> dict[str, list[str]]:
    with running.database.client(client_id) as c:
        return {
            table: sorted(map(repr, c.execute(query.encode()).fetchall()))
            for table, query in FINAL_ROWS.items()
        }


def divergences(running: Lively, scans: Sequence[ScanRow]) -> list[str]:
    """What each scan left otherwise than the unkilled one."""
    wanted = rows_of(running, REFERENCE)
    found: list[str] = []
    for scan in scans:
        ended = running.look(scan)
        if ended.state != "succeeded":
            found.append(f"{scan.client_id} ended as {ended.state}: {ended.runs[0].error}")
            continue
        rows = rows_of(running, scan.client_id)
        found += [f"{scan.client_id}: {table}" for table in wanted if rows[table] != wanted[table]]
        with running.database.client(scan.client_id) as c:
            gap = c.execute(
                "SELECT count(*), max(event_no), (SELECT last_event_no FROM clients) FROM events"
            ).fetchone()
        if gap is None or len(set(gap)) != 1:
            found.append(f"{scan.client_id}: events {gap}")
    with running.database.admission() as c:
        found += [f"left over: {run}" for run in lease_store.unended_runs(c, 1000)]
    return found


def credits(running: Lively, scans: Sequence[ScanRow]) -> tuple[int, int]:
    """What we charged the clients, and what the sandbox's log says it charged us."""
    ours = sum(running.run(scan).credits_charged for scan in scans)
    calls = map(json.loads, running.sandbox_log.read_text().splitlines())
    return ours, sum(call["credits"] for call in calls)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    options = ("--filler-rows", "40", "--latency-ms", "300", "--photo-latency-ms", "60")
    with stack(*options) as (running, server):
        running.widen(4)
        running.add(REFERENCE)
        reference = running.ask(REFERENCE)
        if running.end(reference, 120).state != "succeeded":
            raise SystemExit("the unkilled scan did not succeed")
        named, at_points = kill_named(running, 1 if quick else 5)
        at_random, others = kill_randomly(running, server, 6 if quick else 60, 1 if quick else 3)
        scans = [*named, *at_random]
        for scan in scans:
            running.end(scan, 600)
        found = divergences(running, scans)
        ours, theirs = credits(running, [reference, *scans])
    for name, number in (at_points + others).items():
        print(f"{name:<36}{number:>5} kills")
    for line in found[:20]:
        print(line)
    figures = {
        "scans": len(scans),
        "kills": sum(at_points.values()) + sum(others.values()),
        "divergences": len(found),
        "credits_charged": ours,
        "sandbox_ledger_credits": theirs,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
