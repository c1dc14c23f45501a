from __future__ import annotations

import dagster as dg
import pytest

from infringement_dagster.assets.partitions import client_provider_partitions, partition_key
from infringement_dagster.definitions import definitions
from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.engine import run_coordinator
from infringement_dagster.engine.run_coordinator import LimitedRunCoordinator
from resources.postgres.clients import client_store, limit_store
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.database import Database, DatabaseUrls
from tests.engine.dagster_internals import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
    SubmitRunContext,
)

_LOCATION = RegisteredCodeLocationOrigin("infringement_dagster")
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(_LOCATION, "__repository__"), "scan")


@pytest.fixture
def queue(
    database: Database, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> LimitedRunCoordinator:
    """Dagster's queue on the test's database, reading its limits each time."""
    for name, url in (
        ("DATABASE_URL", database_urls.admin),
        ("DATABASE_ADMISSION_URL", database_urls.admission),
    ):
        monkeypatch.setenv(name, url)
    monkeypatch.setattr(run_coordinator, "FRESH_SECONDS", 0.0)
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            client_store.add_client(c, client_id, client_id)
    return LimitedRunCoordinator()


def test_dagsters_queue_obeys_the_rows_as_they_are(
    queue: LimitedRunCoordinator, database: Database
) -> None:
    limits = queue.get_run_queue_config()
    assert limits.max_concurrent_runs == 4
    with database.admission() as c:
        limit_store.set_instance_runs_max(c, 9)
        limit_store.set_client_limits(c, "acme", ClientLimits(runs_max=0))
        limit_store.set_provider_limits(c, "ebay", ProviderLimits(runs_max=7))
    limits = queue.get_run_queue_config()
    assert limits.max_concurrent_runs == 9
    by_value = {limit["value"]: limit["limit"] for limit in limits.tag_concurrency_limits}
    assert (by_value["acme"], by_value["beta"], by_value["ebay"]) == (0, 2, 7)


def test_without_a_database_the_last_limits_stay(
    queue: LimitedRunCoordinator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.admission() as c:
        limit_store.set_instance_runs_max(c, 9)
    assert queue.get_run_queue_config().max_concurrent_runs == 9
    gone = "postgresql://infringement_admission@127.0.0.1:1/gone?connect_timeout=1"
    away = Database(
        DatabaseUrls(gone, gone, gone, gone, gone, gone, gone),
        timeout_seconds=0.2,
    )
    monkeypatch.setattr(queue, "_database", away)
    assert queue.get_run_queue_config().max_concurrent_runs == 9
    away.close()


def test_every_run_of_a_partition_is_found_by_client_and_provider(
    queue: LimitedRunCoordinator,
) -> None:
    """What a person or a backfill starts carries Dagster's own tags alone."""
    key = partition_key("acme", "ebay")
    given = client_provider_partitions.get_tags_for_partition_key(key)
    with dg.DagsterInstance.ephemeral() as instance:
        queue.register_instance(instance)
        run = instance.create_run_for_job(
            definitions().resolve_job_def("scan"), tags=given, remote_job_origin=ORIGIN
        )
        queued = queue.submit_run(_submitted(run))
    assert queued.status == dg.DagsterRunStatus.QUEUED
    assert queued.tags.items() >= {"client": "acme", "provider": "ebay", **given}.items()


def _submitted(run: dg.DagsterRun) -> SubmitRunContext:
    return SubmitRunContext(run, workspace=None)  # type: ignore[arg-type]  # the queue needs none
