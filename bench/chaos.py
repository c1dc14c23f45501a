"""Scans under `kill -9` of runs, daemon, code server and Postgres, against an unkilled one.

`python bench/chaos.py [--quick]`. Processes are killed at named points of a scan's life, held
still there, and at random moments. Afterwards every scan must have left the rows of the unkilled
one, no slot or reservation, events without a gap, and charges that agree with the vendor's log.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.throwaway import stack
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.scans import poison_items
from resources.postgres.scans import intervention_store
from resources.postgres.scans.records import ScanRow
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.support.aftermath import credits_of, divergences, left_over, rows_of
from tests.support.crash_points import (
    IN_PROVIDER_CALL,
    POINTS,
    Victim,
    armed,
    client_of,
    kill,
    kill_at,
    kill_in_provider_call,
    process_of,
)
from tests.support.lively import ENDED, Lively

REFERENCE = "reference"
COPIED = "Kelvarra"  # so that cases and evidence are among what is compared
AT_ONCE = 4
END_SECONDS_MAX = 300
UNENDED_AT_ONCE = 6
OTHERS: tuple[Victim, ...] = ("daemon", "code-server")
EACH_OTHER_KILLED = 3
RETRIES_MAX = 5  # of a scan that was set aside; each gives it three more crashes

Kill = Callable[[], ScanRow]


@dataclass(slots=True)
class Tally:
    """What was killed where, and what that left."""

    running: Lively
    kills: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    scans: list[ScanRow] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    set_aside: int = 0

    def at_points(self, repeats: int) -> None:
        """Kills processes at every point, those that all scans share one at a time."""
        with armed(self.running), ThreadPoolExecutor(AT_ONCE) as threads:
            alone: list[tuple[str, Kill]] = []
            at_once: list[tuple[str, Kill]] = []
            for place, point in enumerate(POINTS):
                batch = at_once if point.victim == "run" else alone
                for repeat in range(repeats):
                    client_id = client_of(place, repeat)
                    kill_one = partial(kill_at, self.running, client_id, point.victim)
                    batch.append((point.name, self._of_twin(client_id, kill_one)))
            for repeat in range(repeats):
                client_id = f"in-call-{repeat}"
                kill_one = partial(kill_in_provider_call, self.running, client_id)
                alone.append((IN_PROVIDER_CALL, self._of_twin(client_id, kill_one)))
            list(threads.map(self._kill_and_end, at_once))
            for item in alone:
                self._kill_and_end(item)

    def _of_twin(self, client_id: str, kill_one: Kill) -> Kill:
        self.running.add(client_id, twin_of=REFERENCE, brand=COPIED)
        return kill_one

    def _kill_and_end(self, named: tuple[str, Kill]) -> None:
        name, kill_one = named
        began = time.monotonic()
        try:
            scan = kill_one()
        except LookupError as error:
            self.found.append(f"{name}: not killed there, {error}")
            return
        self.kills[name] += 1
        self.scans.append(self.running.end(scan, END_SECONDS_MAX))
        self.seconds[name] += time.monotonic() - began

    def at_random(self, server: EmbeddedPostgres, runs: int, restarts: int) -> None:
        """Kills runs of several scans, now and then something that all of them need."""
        dice = random.Random(20261122)
        scans: list[ScanRow] = []
        others = [*OTHERS * restarts, *["postgres"] * restarts]
        dice.shuffle(others)
        killed = 0
        while others or killed < runs:
            if sum(not self._has_ended(scan) for scan in scans) < UNENDED_AT_ONCE:
                scans.append(self._another(f"random-{len(scans):03}"))
            time.sleep(dice.uniform(0.05, 0.6))
            active = [scan for scan in scans if self.running.run(scan).state == "running"]
            if active and killed < runs:
                killed += self._kill_run(dice.choice(active))
            if others and dice.random() < 0.15:
                self._kill_other(server, others.pop())
        self.scans += [self._end(scan) for scan in scans]

    def _another(self, client_id: str) -> ScanRow:
        self.running.add(client_id, twin_of=REFERENCE, brand=COPIED)
        return self.running.ask(client_id)

    def _has_ended(self, scan: ScanRow) -> bool:
        return self.running.run(scan).state in ENDED

    def _kill_run(self, scan: ScanRow) -> bool:
        try:
            kill(process_of(self.running, scan))
        except (LookupError, psutil.Error, TransientError):
            return False  # it ended meanwhile
        self.kills["run, at random"] += 1
        return True

    def _kill_other(self, server: EmbeddedPostgres, what: str) -> None:
        if what == "postgres":
            kill_postmaster(server)
        else:
            kill(self.running.part("daemon" if what == "daemon" else "code-server"))
        self.kills[f"{what}, at random"] += 1

    def _end(self, scan: ScanRow) -> ScanRow:
        """The scan at its end, asked for again as a person would when it was set aside."""
        for _ in range(RETRIES_MAX):
            ended = self.running.end(scan, END_SECONDS_MAX)
            is_set_aside = "set aside" in (ended.runs[0].error or "")
            if not is_set_aside and set_aside_items(self.running, scan) == 0:
                return ended
            self.set_aside += 1
            with self.running.database.client(scan.client_id) as c:
                intervention_store.retry_scan(c, scan.client_id, scan.scan_id)
        return self.running.end(scan, END_SECONDS_MAX)


def set_aside_items(running: Lively, scan: ScanRow) -> int:
    """How many items of the scan are tried no more because its process died over them."""
    with running.database.client(scan.client_id) as c:
        row = c.execute(
            "SELECT count(*) FROM item_outcomes WHERE scan_id = %s AND reason = %s",
            (scan.scan_id, poison_items.REASON),
        ).fetchone()
    return int(row[0]) if row else 0


def kill_postmaster(server: EmbeddedPostgres) -> None:
    """Kills the server and starts it again, which recovers what it had committed."""
    for process in psutil.Process().children(recursive=True):
        parent = process.parent()
        if process.name() == "postgres" and (parent is None or parent.name() != "postgres"):
            process.kill()
            break
    time.sleep(0.5)
    server.start()


def scan_reference(running: Lively) -> None:
    """Guarantees the rows of an unkilled scan, with which all others are compared."""
    running.add(REFERENCE, brand=COPIED)
    if running.end(running.ask(REFERENCE), 120).state != "succeeded":
        raise SystemExit("the unkilled scan did not succeed")


def figures(tally: Tally, seconds: float) -> dict[str, object]:
    """The benchmark's figures; what differs is printed."""
    wanted = rows_of(tally.running, REFERENCE)
    found = list(tally.found)
    for scan in tally.scans:
        found += divergences(tally.running, scan, wanted)
    found += left_over(tally.running)
    credits = credits_of(tally.running)
    found += credits.wrong
    for line in found[:20]:
        print(line)
    return {
        "scans": len(tally.scans),
        "kills": sum(tally.kills.values()),
        "divergences": len(found),
        "set_aside_and_retried": tally.set_aside,
        "credits_charged": credits.charged,
        "credits_unsettled_most": credits.unsettled,
        "credits_unsettled_billed": credits.unsettled_billed,
        "sandbox_ledger_credits": credits.ledger,
        "seconds": round(seconds),
    }


def print_table(tally: Tally) -> None:
    """One line for each kind of kill; the seconds are from asking to the end of the scan."""
    for name, number in sorted(tally.kills.items()):
        mean = f"{tally.seconds[name] / number:>8.1f} s" if name in tally.seconds else ""
        print(f"{name:<40}{number:>5} kills{mean}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    options = ("--filler-rows", "40", "--latency-ms", "300", "--photo-latency-ms", "60")
    began = time.monotonic()
    with stack(*options) as (running, server):
        running.widen(AT_ONCE)
        scan_reference(running)
        tally = Tally(running)
        tally.at_points(1 if quick else 5)
        tally.at_random(server, 6 if quick else 60, 1 if quick else EACH_OTHER_KILLED)
        told = figures(tally, time.monotonic() - began)
    print_table(tally)
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
