"""The processes of the units, started one by one as systemd would, carry a scan to its end."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from infringement_dagster.client import Client
from infringement_dagster.domain.listing import Provider
from infringement_dagster.local.ports import free_port
from resources.postgres.database import Database
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.roles import OWNER, with_database
from resources.providers.sandbox.demo import demo_clients
from resources.settings import PROJECT_DIR
from tests.api.conftest import make_key
from tests.conftest import fresh_database
from tests.deploy.test_units import UNITS, unit

TOKEN = "a-token-of-the-test"
PROVIDER: Provider = "ebay"


@dataclass(frozen=True)
class Machine:
    """Where the units' processes run."""

    environment: dict[str, str]
    folder: Path
    ports: dict[str, int]

    def command(self, name: str) -> list[str]:
        """What the unit starts, in this checkout and at the test's ports."""
        started = unit(UNITS / f"{name}.service")["Service"]["ExecStart"]
        for told, here in {
            "/opt/infringement/.venv/bin/python": sys.executable,
            "/opt/infringement/.venv/bin/infringement": (
                f"{sys.executable} -m infringement_dagster.cli.app"
            ),
            "/run/infringement/code-server.sock": str(self.folder / "code.sock"),
            "/opt/infringement": str(PROJECT_DIR),
            "--port 3000": f"--port {self.ports['ui']}",
            "%i": str(self.ports["api"]),
        }.items():
            started = started.replace(told, here)
        return shlex.split(started)

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                self.command(name), env=self.environment, cwd=PROJECT_DIR, stdout=log, stderr=log
            )
            try:
                yield
                assert process.poll() is None, (self.folder / f"{name}.log").read_text()[-3000:]
            finally:
                process.terminate()
                process.wait(60)


@pytest.fixture
def machine(
    postgres: EmbeddedPostgres, migrated_template: str, sandbox_url: str
) -> Iterator[Machine]:
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="inf-units-")))
        ours = parts.enter_context(fresh_database(postgres, migrated_template))
        dagsters = parts.enter_context(fresh_database(postgres, "template1"))
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = inherited | {
            "DATABASE_URL": with_database(postgres.admin_url, ours),
            "DAGSTER_DATABASE_URL": postgres.url_for(dagsters, OWNER),
            "OBJECT_STORE_URL": str(folder / "objects"),
            "INFRINGEMENT_HOME": str(folder),
            "INFRINGEMENT_SANDBOX_URL": sandbox_url,
            "INFRINGEMENT_CODE_SERVER_SOCKET": str(folder / "code.sock"),
            "INFRINGEMENT_UI_TOKEN": TOKEN,
            "DAGSTER_HOME": str(PROJECT_DIR),
            "DAGSTER_ARTIFACTS_DIR": str(folder / "dagster"),
            "EVIDENCE_SIGNING_KEY": os.environ["EVIDENCE_SIGNING_KEY"],
        }
        yield Machine(environment, folder, {"api": free_port(), "ui": free_port()})


def answers(url: str, **headers: str) -> int:
    """The status, once somebody answers."""
    deadline = time.monotonic() + 400
    while True:
        try:
            return httpx.get(url, headers=headers, timeout=20).status_code
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.mark.timeout(1200)  # four processes start cold: a minute alone, many on a busy machine
def test_each_unit_starts_and_together_they_scan(
    machine: Machine, postgres: EmbeddedPostgres
) -> None:
    upgraded = subprocess.run(
        machine.command("infringement-upgrade"),
        env=machine.environment,
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert upgraded.returncode == 0, upgraded.stderr
    api, ui = (f"http://127.0.0.1:{machine.ports[name]}" for name in ("api", "ui"))
    ours = machine.environment["DATABASE_URL"].partition("?")[0].rsplit("/", 1)[1]
    with ExitStack() as parts:
        for name in ("code-server", "daemon", "api@", "webserver"):
            parts.enter_context(machine.running(f"infringement-{name}"))
        assert answers(f"{api}/readyz") == 200
        with Database(postgres.urls(ours)) as database:
            key = make_key(database, "acme", "admin")
        client = parts.enter_context(Client(api, key, "acme"))
        client.save_config(demo_config(), after_version=0)
        scan = client.request_scan([PROVIDER])
        told = [event.type for event in client.follow_scan(scan.scan_id)]
        ended = client.scan(scan.scan_id)
        assert ended.state == "succeeded", (ended, told)
        assert {"run.admitted", "run.started", "case.flagged"} <= set(told)
        assert answers(f"{ui}/dagster/") in (401, 403)
        assert answers(f"{ui}/dagster/", Authorization=f"Bearer {TOKEN}") == 200
        metrics = httpx.get(f"{api}/metrics").text
        assert 'infringement_runs_ended_day{provider="ebay",state="succeeded"} 1.0' in metrics
        assert "infringement_database_up 1.0" in metrics


def demo_config() -> dict[str, object]:
    config: dict[str, object] = {**demo_clients()[0].config}
    searches = config["searches"]
    assert isinstance(searches, dict)
    return config | {"searches": {PROVIDER: searches[PROVIDER]}}
