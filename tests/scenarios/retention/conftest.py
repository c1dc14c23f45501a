"""Two furnished clients in one installation with a Dagster storage of its own, some runs in it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from psycopg import Connection

from infringement_dagster.assets.partitions import (
    client_partitions,
    client_provider_partitions,
    partition_key,
)
from infringement_dagster.domain.listing import Provider
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from resources.settings import PROJECT_DIR
from tests.support.furnishing import furnish

OWN, OTHER = "acme", "beta"


@dg.asset(partitions_def=client_provider_partitions)
def noticed(context: dg.AssetExecutionContext) -> None:
    """Stands where a scan's assets do: these tests are about what a run leaves in Dagster."""
    context.log.info(f"looked at {context.partition_key}")


@dataclass(frozen=True, slots=True)
class Kept:
    """Database and objects of two clients; `admin` looks behind the policies."""

    urls: DatabaseUrls
    database: Database
    objects: ObjectStore
    admin: Connection


@dataclass(frozen=True, slots=True)
class KeptInDagster(Kept):
    """The same with a Dagster storage that knows the clients."""

    instance: dg.DagsterInstance

    def materialize(self, client_id: str, provider: Provider) -> str:
        """The id of a Dagster run of the partition."""
        done = dg.materialize(
            [noticed],
            instance=self.instance,
            partition_key=partition_key(client_id, provider),
            tags={"client": client_id},
        )
        return done.run_id


@pytest.fixture
def kept(database: Database, database_urls: DatabaseUrls, tmp_path: Path) -> Iterator[Kept]:
    """Clients acme and beta with a row in every table."""
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    for client_id in (OWN, OTHER):
        furnish(database, client_id)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield Kept(database_urls, database, ObjectStore(str(tmp_path / "objects")), admin)


@pytest.fixture
def kept_in_dagster(
    kept: Kept, dagster_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[KeptInDagster]:
    """The clients with their partitions in Dagster."""
    monkeypatch.setenv("DAGSTER_DATABASE_URL", dagster_database_url)
    monkeypatch.setenv("DAGSTER_ARTIFACTS_DIR", str(tmp_path / "dagster"))
    urls = replace(kept.urls, dagster=dagster_database_url)
    with (
        Database(urls) as database,
        dg.DagsterInstance.from_config(str(PROJECT_DIR)) as instance,
    ):
        instance.add_dynamic_partitions(client_partitions.name or "clients", [OWN, OTHER])
        yield KeptInDagster(urls, database, kept.objects, kept.admin, instance)
