"""The report through Dagster: job, checks, lineage, schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from infringement_dagster.assets.partitions import (
    client_partitions,
    client_provider_partitions,
    client_week_partitions,
    of_same_client,
    week_partition_key,
)
from infringement_dagster.definitions import definitions
from resources.postgres.clients.client_store import add_client
from resources.postgres.clients.operator_store import set_client_state
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.reports import report_store
from resources.providers import registry
from resources.settings import PROJECT_DIR
from sensors.client_reports import client_reports_schedule
from tests.support.installation import Installation, installation, metadata_of
from tests.support.reported import WEEK, told_client


@pytest.fixture
def installed(
    database_urls: DatabaseUrls, dagster_database_url: str, tmp_path: Path
) -> Iterator[Installation]:
    unused = "http://127.0.0.1:9"
    with installation(database_urls, dagster_database_url, tmp_path, unused) as made:
        yield made


@pytest.fixture
def instance(installed: Installation) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(PROJECT_DIR)) as instance:
        instance.add_dynamic_partitions(client_partitions.name or "clients", ["acme", "beta"])
        yield instance


def run(instance: dg.DagsterInstance, client_id: str, week: date) -> dg.ExecuteInProcessResult:
    return (
        definitions()
        .resolve_job_def("report")
        .execute_in_process(
            instance=instance,
            partition_key=week_partition_key(client_id, week),
            raise_on_error=False,
        )
    )


def passed(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


def test_a_week_is_exported_reported_and_checked(
    installed: Installation, instance: dg.DagsterInstance
) -> None:
    told_client(installed.database, installed.objects)
    result = run(instance, "acme", WEEK)
    assert result.success
    assert passed(result) == {"equals_tables": True, "snapshots_read": True}
    told = metadata_of(result, "client_report")
    assert (told["rows_read"], told["snapshots_read"]) == (13, 4)
    assert "Infringing among what is listed" in str(told["figures"])
    with installed.database.client("acme") as c:
        assert [row.week for row in report_store.list_reports(c, "acme", 10)] == [WEEK]

    with installed.database.housekeeping("acme") as c:
        c.execute("DELETE FROM sightings WHERE listing_id = 'D'")  # the snapshot still has it
    again = run(instance, "acme", WEEK)
    assert again.success
    assert passed(again) == {"equals_tables": False, "snapshots_read": True}

    nobody = run(instance, "beta", WEEK)  # has a partition, but is no client any more
    (failed,) = nobody.get_step_failure_events()
    assert "beta" in str(failed.event_specific_data)


def test_a_report_depends_on_all_providers_of_its_client_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(client_partitions.name or "clients", ["acme", "beta"])
        upstream = of_same_client.get_upstream_mapped_partitions_result_for_partitions(
            client_week_partitions.subset_with_partition_keys([week_partition_key("acme", WEEK)]),
            client_week_partitions,
            client_provider_partitions,
            dynamic_partitions_store=instance,
        )
        keys = set(upstream.partitions_subset.get_partition_keys())
    assert keys == {f"acme|{provider}" for provider in registry.installed().names}


def test_each_monday_asks_for_the_week_before_of_every_active_client(database: Database) -> None:
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            add_client(c, client_id, client_id)
    with database.identity() as c:
        set_client_state(c, "beta", "suspended")
    monday = datetime(2026, 3, 9, 4, 41, tzinfo=UTC)
    context = dg.build_schedule_context(scheduled_execution_time=monday)
    asked = client_reports_schedule(context, database=database)
    assert isinstance(asked, Iterator)
    keys = [request.partition_key for request in asked if isinstance(request, dg.RunRequest)]
    assert keys == [f"acme|{WEEK}"]
