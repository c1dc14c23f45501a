"""Fixtures of the profiles, and two real Celery workers of which one is killed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients import limit_store
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.database import Database
from resources.postgres.scans import snapshot_store
from resources.postgres.scans.records import ScanRow
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.scenarios.crashes.conftest import fresh_stack
from tests.support.lively import Lively
from tests.support.processes import command_of
from tests.support.s3_server import ACCESS

TWINS = ("first", "second", "third")  # all search alike, so that their rows must be alike
EBAY_PER_MINUTE = 60
_WORKER = "infringement_dagster.engine.celery.worker"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the sandbox wrote it down; times in seconds."""

    query: str
    endpoint: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Story:
    """Three twins ran at once with one provider of `narrow`; then a worker with a twin died."""

    parents: frozenset[int]
    workers: frozenset[int]
    killed: ScanRow
    ended: Mapping[str, ScanRow]
    listings: Mapping[str, Sequence[tuple[object, ...]]]
    calls: Sequence[Call]


@pytest.fixture
def environment(dagster_database_url: str, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """What the profiles read from the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_DATABASE_URL", dagster_database_url)
        patch.setenv("DAGSTER_ARTIFACTS_DIR", str(tmp_path))
        patch.setenv("CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
        patch.setenv("DAGSTER_LOGS_BUCKET", "bucket")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        for name, value in ACCESS.items():
            patch.setenv(name, value)
        yield patch


@pytest.fixture(scope="package")
def two_workers(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[Lively]:
    """A stack whose runs execute on two Celery workers with two slots each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFRINGEMENT_WORKERS", "2")
        latencies = ("--latency-ms", "600", "--photo-latency-ms", "150")
        with fresh_stack(postgres, migrated_template, *latencies) as stack:
            yield stack


@pytest.fixture(scope="package")
def story(two_workers: Lively) -> Story:
    """The story, told once."""
    _limit(two_workers)
    scans = {name: two_workers.ask(name) for name in TWINS}
    scans["narrow"] = two_workers.ask("narrow", "ebay", "walmart")
    parents = {name: _parent(two_workers, scans[name]) for name in TWINS}
    workers = frozenset(process.pid for process in _workers())
    victim = _first_with_listings(two_workers, scans)
    _kill(parents[victim])
    ended = {name: two_workers.end(scan) for name, scan in scans.items()}
    return Story(
        frozenset(parent.pid for parent in parents.values()),
        workers,
        ended[victim],
        ended,
        {name: _listings(two_workers.database, name) for name in TWINS},
        [_call(line) for line in two_workers.sandbox_log.read_text().splitlines()],
    )


def _limit(running: Lively) -> None:
    for name in TWINS:
        running.add(name, twin_of="shared")
    running.add("narrow", ClientLimits(runs_max=1))
    with running.database.admission() as c:
        limit_store.set_instance_runs_max(c, 4)
        limit_store.set_provider_limits(c, "ebay", ProviderLimits(4, EBAY_PER_MINUTE))


def _parent(running: Lively, scan: ScanRow) -> psutil.Process:
    """The worker in whose child the scan's run executes."""
    parent = running.started(scan).parent()
    assert parent is not None
    return parent


def _workers() -> list[psutil.Process]:
    """The main processes of the workers: those whose parent is their guard."""
    ours = psutil.Process().children(recursive=True)
    found = [process for process in ours if _WORKER in command_of(process)[1:3]]
    pids = {process.pid for process in found}
    return [process for process in found if process.ppid() not in pids]


def _first_with_listings(running: Lively, scans: Mapping[str, ScanRow]) -> str:
    """The first twin whose listings are handed on, so that no further try searches again."""

    def fulfilled(_: ScanRow) -> bool:
        return any(_has_listings(running, scans[name]) for name in TWINS)

    running.wait_until(scans[TWINS[0]], fulfilled, 30)
    return next(name for name in TWINS if _has_listings(running, scans[name]))


def _has_listings(running: Lively, scan: ScanRow) -> bool:
    with running.database.client(scan.client_id) as connection:
        made = snapshot_store.snapshot_of_run(
            connection, scan.client_id, scan.scan_id, "ebay", "raw_listings"
        )
    return made is not None


def _kill(worker: psutil.Process) -> None:
    """Kills the worker and its runs as a power cut would: none has time to report."""
    for process in [worker, *worker.children(recursive=True)]:
        process.kill()


def _listings(database: Database, client_id: str) -> list[tuple[object, ...]]:
    query = (
        "select listing_id, title, probability, violation_type "
        "from listings join scores using (client_id, provider, listing_id) order by listing_id"
    )
    with database.client(client_id) as connection:
        return list(connection.execute(query).fetchall())


def _call(line: str) -> Call:
    call = json.loads(line)
    began, ended = (datetime.fromisoformat(call[key]) for key in ("started_at", "finished_at"))
    return Call(call["params"]["query"], call["endpoint"], began.timestamp(), ended.timestamp())
