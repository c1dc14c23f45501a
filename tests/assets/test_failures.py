"""Which failures of a step Dagster's event log tells to be outages."""

from __future__ import annotations

import dagster as dg
import psycopg
import pytest
import sqlalchemy

from infringement_dagster.assets.failures import dagster_failures, is_outage
from infringement_dagster.domain.errors import PermanentError
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
