"""Exact moments at which a process of a scan is held still and killed.

Postgres does the holding: a trigger that only a test installs waits for an advisory lock that the
test keeps. `before` waits inside the writing transaction, which dies with its process. `after` is
deferred to COMMIT, which the server completes though nobody is left to hear of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, LiteralString

import psutil
import psycopg
from psycopg import sql

from resources.postgres.scans.records import ScanRow
from tests.support.lively import Lively

Victim = Literal["run", "daemon", "code-server"]
_LOCK = 0x1AF
_HELD_SECONDS_MAX = 90.0

_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION hold_until_killed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared({_LOCK}, hashtext(NEW.client_id) & 2147483647);
        RETURN NEW;
    END $$
"""


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a scan's life; `when` narrows the rows that count."""

    name: str
    moment: Literal["before", "after"]
    change: Literal["INSERT", "UPDATE"]
    table: LiteralString
    when: LiteralString = "true"
    victim: Victim = "run"
    listing_id: str | None = None  # of the only row that counts


_ADMITTED = "NEW.state = 'admitted' AND OLD.state <> 'admitted'"
_CLAIMED = "NEW.state = 'running' AND OLD.state <> 'running'"
_ENDED = "NEW.finished_at IS NOT NULL AND OLD.finished_at IS NULL"
_COUNTED = "NEW.counts <> OLD.counts"
_PROGRESS = "NEW.type = 'run.progress'"

POINTS = (
    Point("before claim", "before", "UPDATE", "runs", _CLAIMED),
    Point("after claim", "after", "UPDATE", "runs", _CLAIMED),
    Point("before provider call", "before", "INSERT", "unsettled_charges"),
    Point("after provider call, before charge", "before", "INSERT", "provider_usage"),
    Point("after charge", "after", "INSERT", "provider_usage"),
    Point("before commit of listings", "before", "INSERT", "listings"),
    Point("after commit of listings", "after", "INSERT", "listings"),
    Point("before event", "before", "INSERT", "events", _PROGRESS),
    Point("after event", "after", "INSERT", "events", _PROGRESS),
    Point("before snapshot's object put", "after", "UPDATE", "runs", _COUNTED),
    Point("after snapshot's object put", "before", "INSERT", "snapshots"),
    Point("after commit of snapshot", "after", "INSERT", "snapshots"),
    Point("after photos' object put", "before", "INSERT", "photos"),
    Point("after commit of photos", "after", "INSERT", "photos"),
    Point("after evidence's object put", "before", "INSERT", "cases"),
    Point("after commit of cases", "after", "INSERT", "cases"),
    Point("before admission", "before", "UPDATE", "runs", _ADMITTED, "code-server"),
    Point("after admission", "after", "UPDATE", "runs", _ADMITTED, "code-server"),
    Point("before acknowledgement", "before", "UPDATE", "runs", _ENDED, "code-server"),
    Point("after acknowledgement", "after", "UPDATE", "runs", _ENDED, "code-server"),
)
IN_PROVIDER_CALL = "in provider call"


def client_of(place: int, repeat: int) -> str:
    """The client whose scan is killed at the point in that place of `POINTS`."""
    return f"point-{place:02}-{repeat}"


@contextmanager
def armed(running: Lively, points: Sequence[Point] = POINTS) -> Iterator[None]:
    """Guarantees that a scan of `client_of(place, ...)` waits at its point while it is held."""
    with psycopg.connect(running.urls.owner, autocommit=True) as owner, ExitStack() as disarm:
        owner.execute(_FUNCTION.encode())
        for place, point in enumerate(points):
            owner.execute(_trigger(place, point))
            drop = sql.SQL("DROP TRIGGER {} ON {}").format(_name(place), sql.SQL(point.table))
            disarm.callback(owner.execute, drop)
        yield


def _name(place: int) -> sql.Identifier:
    return sql.Identifier(f"hold_{place:02}")


def _trigger(place: int, point: Point) -> sql.Composed:
    head, wait = {
        "before": (sql.SQL("CREATE TRIGGER {} BEFORE"), sql.SQL("")),
        "after": (
            sql.SQL("CREATE CONSTRAINT TRIGGER {} AFTER"),
            sql.SQL("DEFERRABLE INITIALLY DEFERRED"),
        ),
    }[point.moment]
    rest = sql.SQL(
        "{} ON {} {} FOR EACH ROW WHEN (NEW.client_id LIKE {} AND {} AND {}) "
        "EXECUTE FUNCTION hold_until_killed()"
    ).format(
        sql.SQL(point.change),
        sql.SQL(point.table),
        wait,
        sql.Literal(f"point-{place:02}-%"),
        sql.SQL(point.when),
        sql.SQL("true")
        if point.listing_id is None
        else sql.SQL("NEW.listing_id = {}").format(sql.Literal(point.listing_id)),
    )
    return sql.SQL(" ").join((head.format(_name(place)), rest))


def kill_at(running: Lively, client_id: str, victim: Victim = "run", *, kills: int = 1) -> ScanRow:
    """A scan of the client whose process was killed at its point, so many times.

    Afterwards the point holds nobody any more. Raises LookupError when the scan never came there.
    """
    key = (_LOCK, client_id)
    with psycopg.connect(running.urls.owner, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s, hashtext(%s) & 2147483647)", key)
        scan = running.ask(client_id)
        for number in range(1, kills + 1):
            _wait_until_held(holder, client_id)
            kill(process_of(running, scan) if victim == "run" else running.part(victim))
            holder.execute("SELECT pg_advisory_unlock(%s, hashtext(%s) & 2147483647)", key)
            if number < kills:  # granted once the transaction of the killed process is over
                holder.execute("SELECT pg_advisory_lock(%s, hashtext(%s) & 2147483647)", key)
    return scan


def _wait_until_held(holder: psycopg.Connection, client_id: str) -> None:
    deadline = time.monotonic() + _HELD_SECONDS_MAX
    waiting = """
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = %s
            AND objid = (hashtext(%s) & 2147483647)::oid
    """
    while holder.execute(waiting, (_LOCK, client_id)).fetchone() is None:
        if time.monotonic() > deadline:
            raise LookupError(f"no process of client {client_id} came to its point")
        time.sleep(0.01)


def kill_in_provider_call(running: Lively, client_id: str) -> ScanRow:
    """A scan of the client whose process was killed while the vendor held its answer back."""
    sandbox = running.part("sandbox")
    sandbox.suspend()
    try:
        scan = running.ask(client_id)
        _wait_until_asked(running, scan)
        kill(process_of(running, scan))
    finally:
        sandbox.resume()
    return scan


def _wait_until_asked(running: Lively, scan: ScanRow) -> None:
    deadline = time.monotonic() + _HELD_SECONDS_MAX
    while True:
        with running.database.client(scan.client_id) as c:
            if c.execute("SELECT FROM unsettled_charges").fetchone() is not None:
                return
        if time.monotonic() > deadline:
            raise LookupError(f"no process of client {scan.client_id} asked the vendor")
        time.sleep(0.01)


def process_of(running: Lively, scan: ScanRow) -> psutil.Process:
    """The process of the scan's newest Dagster run; raises LookupError."""
    for run in running.dagster_runs(scan.scan_id):
        return running.process_of(run.run_id)
    raise LookupError(f"scan {scan.scan_id} has no Dagster run")


def kill(process: psutil.Process) -> None:
    """Guarantees that the process is gone; what it forked lives on."""
    deadline = time.monotonic() + 10
    with suppress(psutil.NoSuchProcess):  # it ended by itself, or between the two questions
        process.kill()
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                raise LookupError(f"process {process.pid} does not die")
            time.sleep(0.005)
