from __future__ import annotations

import dagster as dg
import psycopg
import pytest

from infringement_dagster.assets.partitions import client_provider_partitions, partition_key
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events.event_store import events_after
from resources.postgres.events.records import EventRow
from resources.postgres.server.roles import database_of, with_database
from sensors.failed_runs import failed_runs_sensor
from tests.support.onboarding import add_client

WHY = "client 'acme': a run at ebay may cost 12 credits"


@dg.op
def failing() -> None:
    raise dg.Failure(WHY, allow_retries=False)


@dg.job
def doomed() -> None:
    failing()


def told_of(database: Database, tags: dict[str, str]) -> list[EventRow]:
    """What the client is told once a run with these tags has failed in its first step."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = doomed.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
            resources={"database": database},
        ).for_run_failure()
        failed_runs_sensor(context)
    with database.client("acme") as c:
        return events_after(c, "acme", 0, 9)


@pytest.fixture
def of_partition(database: Database) -> dict[str, str]:
    add_client(database, "acme", "Acme")
    key = partition_key("acme", "ebay")
    return dict(client_provider_partitions.get_tags_for_partition_key(key))


def test_a_backfills_run_that_could_not_begin_is_told_with_its_reason(
    database: Database, of_partition: dict[str, str]
) -> None:
    (event,) = told_of(database, of_partition)
    assert (event.type, event.body["provider"]) == ("run.finished", "ebay")
    assert event.body["state"] == "failed"
    assert str(event.body["error"]).startswith(WHY)


def test_what_the_queue_tries_again_and_runs_of_no_client_are_not_told(
    database: Database, of_partition: dict[str, str]
) -> None:
    assert told_of(database, of_partition | {"dagster/run_key": "scan:ebay:1"}) == []
    assert told_of(database, {}) == []
    assert told_of(database, {"dagster/partition": "gone|ebay"}) == []


def test_operators_are_told_of_a_failed_job_that_is_of_no_client(
    database: Database, of_partition: dict[str, str], database_urls: DatabaseUrls
) -> None:
    told_of(database, of_partition)
    told_of(database, {})
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url) as admin:
        rows = admin.execute(
            "SELECT cause, said, client_id FROM operator_alerts"
            " JOIN operator_alert_occurrences USING (alert_id)"
        ).fetchall()
    assert [(cause, client_id) for cause, _, client_id in rows] == [("run_failed doomed", None)]
    assert rows[0][1].startswith(WHY)
