"""A running stack as a test or benchmark sees it: clients, scans, processes to kill."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

import dagster as dg
import psutil
import pytest

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.listing import Provider
from infringement_dagster.local.stack import SandboxOptions, running_stack
from infringement_dagster.scans import tags
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store, limit_store
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.scans import scan_store
from resources.postgres.scans.records import RunRow, ScanRow
from resources.postgres.scans.scan_store import get_scan
from resources.settings import PROJECT_DIR, Settings
from tests.support.installation import environment_of
from tests.support.onboarding import add_client, save_config
from tests.support.processes import command_of

ENDED = ("succeeded", "partial", "failed", "cancelled")
Part = Literal["code-server", "daemon", "sandbox"]
_COMMANDS: dict[Part, str] = {
    "sandbox": "resources.providers.sandbox",
    "code-server": "infringement_dagster.engine.code_server",
    "daemon": "infringement_dagster.engine.daemon",
}


@dataclass(frozen=True, slots=True)
class Lively:
    """A running stack with its database."""

    database: Database
    objects: ObjectStore
    sandbox_log: Path
    instance: dg.DagsterInstance
    urls: DatabaseUrls

    def add(
        self,
        client_id: str,
        limits: ClientLimits | None = None,
        pages_max: int = 1,
        twin_of: str | None = None,
        brand: str | None = None,
    ) -> None:
        """Takes a client in whose search finds 60 listings; a twin searches as another does.

        Some of them are copies of the demo brand Kelvarra; of another brand there are none.
        """
        add_client(self.database, client_id, client_id.title())
        name = twin_of or client_id
        search = {"queries": [f"{name} bottle"], "pages_max": pages_max, "details_max": 0}
        document: dict[str, object] = {
            "brands": [{"name": brand or name.title()}],
            "searches": {"amazon": search, "ebay": search, "walmart": search},
        }
        save_config(self.database, client_id, document, created_by="tests")
        if limits is not None:
            with self.database.admission() as c:
                limit_store.set_client_limits(c, client_id, limits)

    def widen(self, runs_max: int) -> None:
        """Lets so many runs execute at once, at each provider and in all."""
        providers: tuple[Provider, ...] = ("amazon", "ebay", "walmart")
        with self.database.admission() as c:
            limit_store.set_instance_runs_max(c, runs_max)
            for provider in providers:
                limit_store.set_provider_limits(c, provider, ProviderLimits(runs_max))

    def ask(self, client_id: str, *providers: Provider) -> ScanRow:
        """A requested scan, at eBay unless told."""
        with self.database.client(client_id) as c:
            newest = client_store.load_config(c, client_id)
            return scan_store.queue_scan(
                c,
                client_id,
                providers or ("ebay",),
                trigger="request",
                requested_by="tests",
                config_version=newest.version,
            )

    def look(self, scan: ScanRow) -> ScanRow:
        """The scan as it is at this moment."""
        with self.database.client(scan.client_id) as c:
            return get_scan(c, scan.client_id, scan.scan_id)

    def run(self, scan: ScanRow) -> RunRow:
        """The only run of the scan as it is at this moment."""
        (run,) = self.look(scan).runs
        return run

    def wait_until(
        self, scan: ScanRow, fulfilled: Callable[[ScanRow], bool], seconds: float = 60
    ) -> ScanRow:
        """The scan once it is so; fails with its last state after so many seconds."""
        deadline = time.monotonic() + seconds
        while not fulfilled(found := self.look(scan)):
            if time.monotonic() > deadline:
                pytest.fail(f"after {seconds:g} s: {found}")
            time.sleep(0.05)
        return found

    def end(self, scan: ScanRow, seconds: float = 60) -> ScanRow:
        """The scan once it has ended."""
        return self.wait_until(scan, lambda found: found.state in ENDED, seconds)

    def started(self, scan: ScanRow, seconds: float = 30) -> psutil.Process:
        """The process of the scan's only run, once its first step has begun."""
        self.wait_until(scan, lambda found: found.runs[0].state == "running", seconds)
        return self.process_of(self.dagster_run_id(scan))

    def process_of(self, run_id: str) -> psutil.Process:
        """The process in which the Dagster run executes; raises LookupError."""
        for record in self.instance.all_logs(run_id):
            if record.dagster_event and record.dagster_event.is_engine_event:
                pid = record.dagster_event.engine_event_data.metadata.get("pid")
                if pid is not None:
                    return _living(int(str(pid.value)))
        raise LookupError(f"Dagster run {run_id} names no process")

    def dagster_run_id(self, scan: ScanRow) -> str:
        """The Dagster run that holds the scan's only run."""
        run_id = self.run(scan).dagster_run_id
        assert run_id is not None
        return run_id

    def dagster_runs(self, scan_id: UUID) -> list[dg.DagsterRun]:
        """All Dagster runs of the scan, newest first."""
        return list(self.instance.get_runs(dg.RunsFilter(tags={tags.SCAN_ID: str(scan_id)})))

    def part(self, part: Part) -> psutil.Process:
        """The code server, the daemon or the sandbox of this stack."""
        for process in psutil.Process().children(recursive=True):
            command = command_of(process)
            if command[1:3] == ["-m", _COMMANDS[part]] and self._is_ours(part, command):
                return process
        raise LookupError(f"no {part} runs")

    def _is_ours(self, part: Part, command: list[str]) -> bool:
        # Of sandboxes several may run, each with a log of its own.
        return part != "sandbox" or str(self.sandbox_log) in command


def _living(pid: int) -> psutil.Process:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess as error:
        raise LookupError(f"process {pid} has ended") from error


@contextmanager
def lively(
    urls: DatabaseUrls, folder: Path, sandbox_url: str, log: Path, *, warm: bool = True
) -> Iterator[Lively]:
    """A stack on these databases and this sandbox, until the block ends."""
    environment = environment_of(urls, folder, sandbox_url)
    environment["INFRINGEMENT_WARM_RUNS"] = str(warm)
    before = dict(os.environ)
    os.environ.update(environment)
    # Without compiled modules, imports would be most of what a run costs.
    for unwanted in ("SCRAPERAPI_KEY", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(unwanted, None)
    try:
        with (
            running_stack(
                Settings(),
                urls,
                sandbox=SandboxOptions(),
                webserver_port=None,
                report=lambda _: None,
            ),
            Database(urls) as database,
            dg.DagsterInstance.from_config(str(PROJECT_DIR)) as instance,
        ):
            objects = ObjectStore(environment["OBJECT_STORE_URL"])
            yield Lively(database, objects, log, instance, urls)
    finally:
        os.environ.clear()
        os.environ.update(before)
