"""A throw-away installation to measure: embedded server, object directory, sandbox, one client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from bench.drawn_photos import drawn_photo
from infringement_dagster.domain.listing import Provider
from infringement_dagster.engine.polars_before_fork import ALLOCATOR
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import PhotoFile
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.scans import scan_store
from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.upgrade import migrate
from resources.providers.sandbox.demo import demo_clients
from resources.settings import PROJECT_DIR
from tests.support.onboarding import add_client, save_config
from tests.support.scratch import memory_with_room

PROVIDER: Provider = "ebay"
PAGE_ROWS = 60
_DATABASE = "infringement_bench"
_SCRATCH_BYTES = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the parts are; `sandbox_url` serves `rows_a_query` listings for any query."""

    urls: DatabaseUrls
    objects: str
    sandbox_url: str
    state_dir: Path

    def environment(self) -> dict[str, str]:
        """The variables under which a process of ours uses this installation."""
        # Without compiled modules, imports inside the run would be what is measured.
        unwanted = ("SCRAPERAPI_KEY", "PYTHONDONTWRITEBYTECODE")
        return {
            **{key: value for key, value in os.environ.items() if key not in unwanted},
            "DATABASE_URL": self.urls.owner,
            "DATABASE_APP_URL": self.urls.app,
            "DATABASE_ADMISSION_URL": self.urls.admission,
            "DAGSTER_DATABASE_URL": self.urls.dagster,
            "OBJECT_STORE_URL": self.objects,
            "INFRINGEMENT_SANDBOX_URL": self.sandbox_url,
            "INFRINGEMENT_HOME": str(self.state_dir),
            "DAGSTER_HOME": str(self.state_dir),
            "VENDOR_CONCURRENCY": "20",  # of the 50 that the sandbox's account may have
            # As for the runs of the warm code server and of Celery workers.
            "OPENBLAS_NUM_THREADS": "1",
            "_RJEM_MALLOC_CONF": ALLOCATOR,
        }

    def add_client(self, client_id: str, queries: Sequence[str], references: int = 20) -> None:
        """A client with the demo brand's config that searches for `queries`.

        It has exactly so many `references`: the demo brand's photos first, then drawn ones.
        """
        demo = demo_clients()[0]
        search = {"queries": list(queries), "marketplace": "com", "pages_max": 50}
        with Database(self.urls) as database:
            add_client(database, client_id, client_id)
            save_config(
                database, client_id, {**demo.config, "searches": {PROVIDER: search}}, "bench"
            )
            photos = [PhotoFile(name, content) for name, content in demo.reference_photos.items()]
            further = range(references - len(photos))
            photos += [PhotoFile(f"{n}.jpg", drawn_photo(50_000 + n, 500)) for n in further]
            with BlockingDecoder() as decoder:
                intake = Intake(database, ObjectStore(self.objects), decoder)
                intake.add(client_id, photos[:references])

    def photo_files(self, client_id: str) -> set[Path]:
        """The client's kept photos."""
        return {
            p
            for p in (Path(self.objects) / "clients" / client_id / "images").rglob("*")
            if p.is_file()
        }

    def request_scan(self, client_id: str, provider: Provider = PROVIDER) -> UUID:
        """A queued scan of the client."""
        with Database(self.urls) as database, database.client(client_id) as connection:
            config = client_store.load_config(connection, client_id)
            return scan_store.queue_scan(
                connection,
                client_id,
                [provider],
                trigger="request",
                requested_by="bench",
                config_version=config.version,
            ).scan_id


@contextmanager
def installation(
    rows_a_query: int,
    delays_ms: Mapping[str, int],
    photos: int = 100,
    *,
    in_memory: bool = False,
) -> Iterator[Installation]:
    """The parts, running until the block ends; `delays_ms` has `latency` and `photo_latency`.

    The listings share so many distinct `photos`, each in a file of its own.
    `in_memory` keeps all files in memory, where the machine has such a place with room.
    """
    scratch = memory_with_room(_SCRATCH_BYTES) if in_memory else None
    with tempfile.TemporaryDirectory(prefix="infringement-bench-", dir=scratch) as directory:
        state_dir = Path(directory)
        state_dir.chmod(0o711)  # the server may run as another user
        (state_dir / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        server = EmbeddedPostgres(state_dir)
        try:
            server.start()
            roles.ensure_roles(server.admin_url)
            roles.ensure_database(server.admin_url, _DATABASE)
            urls = server.urls(_DATABASE)
            migrate(urls.owner)
            with _sandbox(rows_a_query, photos, delays_ms) as sandbox_url:
                yield Installation(urls, str(state_dir / "objects"), sandbox_url, state_dir)
        finally:
            server.destroy()


@contextmanager
def _sandbox(rows_a_query: int, photos: int, delays_ms: Mapping[str, int]) -> Iterator[str]:
    command = [sys.executable, "-m", "resources.providers.sandbox", "--print-url"]
    command += ["--filler-rows", str(rows_a_query), "--filler-photos", str(photos)]
    command += ["--concurrency-limit", "50"]
    for name, milliseconds in delays_ms.items():
        command += [f"--{name.replace('_', '-')}-ms", str(milliseconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT_DIR)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)


def draw_photos(sandbox_url: str, query: str) -> None:
    """Guarantees that the sandbox has drawn its photos, which neither side should wait for."""
    params = {"query": query, "api_key": "warm-up"}
    with httpx.Client(base_url=sandbox_url, timeout=60) as http, ThreadPoolExecutor(8) as threads:
        page, has_next = 1, True
        while has_next:
            asked = {**params, "page": str(page)}
            answer = http.get("/structured/ebay/search/v2", params=asked).json()
            list(threads.map(http.get, [row["image"] for row in answer["results"]]))
            page, has_next = page + 1, bool(answer["next_pages"])


def run_apart(place: Installation, module: str, *arguments: str) -> dict[str, float]:
    """The figures that a fresh process prints as its last line."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command,
        env=place.environment(),
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures
