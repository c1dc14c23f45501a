"""Which failures of a step Dagster's event log tells to be outages."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

import dagster as dg
import psycopg
import pytest
import sqlalchemy

from infringement_dagster.assets.failures import dagster_failures, is_outage
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.scans import tags
from resources.postgres.database import DatabaseUnavailable
from resources.postgres.server.embedded import EmbeddedPostgres


def is_failed_by_outage(step: dg.AssetsDefinition) -> bool:
    """Whether what Dagster kept of the asset's failure is an outage."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([step], instance=instance, raise_on_error=False)
        (entry,) = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    assert entry.dagster_event is not None
    return is_outage(entry.dagster_event.step_failure_data.error)


def raising(error: Exception) -> dg.AssetsDefinition:
    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=0))
    def broken() -> None:
        with dagster_failures():
            raise error

    return broken


def test_a_statement_that_the_server_ended_is_an_outage(postgres: EmbeddedPostgres) -> None:
    url = sqlalchemy.make_url(postgres.admin_url).set(drivername="postgresql+psycopg2")
    engine = sqlalchemy.create_engine(url)

    @dg.asset
    def broken() -> None:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    assert is_failed_by_outage(broken)
    engine.dispose()


def test_a_refused_connection_is_an_outage(postgres: EmbeddedPostgres) -> None:
    @dg.asset
    def broken() -> None:
        psycopg.connect("host=127.0.0.1 port=9 connect_timeout=2")

    assert is_failed_by_outage(broken)


def test_an_error_that_was_retried_in_vain_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infringement_dagster.assets.failures.STEP_RETRY_SECONDS", 0)
    assert is_failed_by_outage(raising(DatabaseUnavailable("the database is away")))


def test_what_the_step_itself_did_wrong_is_none() -> None:
    assert not is_failed_by_outage(raising(PermanentError("the key is refused")))
    assert not is_failed_by_outage(raising(KeyError("listing_id")))


def test_a_permanent_error_stays_one_whatever_caused_it() -> None:
    refused = PermanentError("the login is refused: check DATABASE_URL")
    refused.__cause__ = psycopg.OperationalError("password refused")
    assert not is_failed_by_outage(raising(refused))


def test_a_group_of_errors_stays_a_failure_of_the_step() -> None:
    assert not is_failed_by_outage(raising(ExceptionGroup("of tasks", [KeyError("listing_id")])))


def test_a_process_that_is_ended_in_the_middle_of_a_task_has_not_failed_its_step() -> None:
    """Its code server dies, say; Dagster raises this wherever the process is at that moment."""

    async def work() -> None:
        raise dg.DagsterExecutionInterruptedError

    async def work_in_groups() -> None:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(in_a_group(work()))

    async def in_a_group(worked: Coroutine[object, object, None]) -> None:
        async with asyncio.TaskGroup() as inner:
            inner.create_task(worked)

    @dg.asset
    def ended() -> None:
        with dagster_failures():
            asyncio.run(work_in_groups())

    with dg.DagsterInstance.ephemeral() as instance:
        with suppress(dg.DagsterExecutionInterruptedError):
            dg.materialize([ended], instance=instance, raise_on_error=False)
        (run,) = instance.get_runs()
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert run.tags[tags.FAILURE_REASON] == "UNEXPECTED_TERMINATION"
