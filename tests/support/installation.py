"""An installation for tests: its databases, store, sandbox and a client, without a daemon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from infringement_dagster.assets.partitions import client_partitions, partition_key
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.definitions import definitions
from infringement_dagster.domain.listing import Provider
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import PhotoFile
from infringement_dagster.scans.tags import scan_run_tags
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.scans import scan_store
from resources.postgres.scans.records import ScanRow
from resources.providers.sandbox.demo import DemoClient, demo_clients
from resources.settings import PROJECT_DIR
from tests.support.onboarding import add_client, save_config


@dataclass(frozen=True, slots=True)
class Installation:
    """One database with an object store; `environment` is what a process of it is given."""

    database: Database
    objects: ObjectStore
    environment: dict[str, str]
    urls: DatabaseUrls

    def add(self, client: DemoClient) -> None:
        """Takes a demo client in."""
        add_client(self.database, client.client_id, client.display_name)
        save_config(self.database, client.client_id, client.config, created_by="test")
        photos = [PhotoFile(name, content) for name, content in client.reference_photos.items()]
        with BlockingDecoder() as decoder:
            Intake(self.database, self.objects, decoder).add(client.client_id, photos)

    def request(self, client_id: str, provider: Provider) -> ScanRow:
        """A requested scan of one provider."""
        with self.database.client(client_id) as connection:
            newest = client_store.load_config(connection, client_id)
            read_client_config(client_id, newest.version, newest.document)
            return scan_store.queue_scan(
                connection,
                client_id,
                [provider],
                trigger="request",
                requested_by="test",
                config_version=newest.version,
            )

    def execute(
        self, scan: ScanRow, provider: Provider, assets: Sequence[str] | None = None
    ) -> dg.ExecuteInProcessResult:
        """The scan's Dagster run in this process, on the instance that `dagster.yaml` describes."""
        tags = scan_run_tags(scan.scan_id, scan.client_id, provider)
        return execute_scan(scan.client_id, provider, tags, assets)


def execute_scan(
    client_id: str,
    provider: Provider,
    tags: dict[str, str],
    assets: Sequence[str] | None = None,
) -> dg.ExecuteInProcessResult:
    """One run of the real job, of all assets unless told; the environment gives what it needs."""
    with dg.DagsterInstance.from_config(str(PROJECT_DIR)) as instance:
        instance.add_dynamic_partitions(client_partitions.name or "clients", [client_id])
        job = definitions().resolve_job_def("scan")
        return job.execute_in_process(
            instance=instance,
            partition_key=partition_key(client_id, provider),
            tags=tags,
            raise_on_error=False,
            asset_selection=None if assets is None else [dg.AssetKey(asset) for asset in assets],
        )


@contextmanager
def installation(
    urls: DatabaseUrls, dagster_url: str, folder: Path, sandbox_url: str
) -> Iterator[Installation]:
    """An installation in the given databases and folder."""
    urls = replace(urls, dagster=dagster_url)
    environment = environment_of(urls, folder, sandbox_url)
    with Database(urls) as database, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.delenv("SCRAPERAPI_KEY", raising=False)
        objects = ObjectStore(environment["OBJECT_STORE_URL"])
        yield Installation(database, objects, environment, urls)


def environment_of(urls: DatabaseUrls, folder: Path, sandbox_url: str) -> dict[str, str]:
    """The variables that tell a process of an installation where everything is."""
    return {
        "INFRINGEMENT_HOME": str(folder),
        "DATABASE_URL": urls.admin,
        "DATABASE_APP_URL": urls.app,
        "DATABASE_ADMISSION_URL": urls.admission,
        "DAGSTER_DATABASE_URL": urls.dagster,
        "DAGSTER_ARTIFACTS_DIR": str(folder / "dagster"),
        "OBJECT_STORE_URL": str(folder / "objects"),
        "INFRINGEMENT_SANDBOX_URL": sandbox_url,
    }


def demo_client(client_id: str) -> DemoClient:
    """The demo client with this id."""
    return next(client for client in demo_clients() if client.client_id == client_id)


def metadata_of(result: dg.ExecuteInProcessResult, asset: str) -> Mapping[str, object]:
    """What the run's materialisation of an asset tells operators."""
    event = next(
        event
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(asset)
    )
    return {name: value.value for name, value in event.materialization.metadata.items()}
