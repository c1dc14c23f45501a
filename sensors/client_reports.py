"""Asks for the reports of the week that is over."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from infringement_dagster.assets.partitions import week_partition_key
from infringement_dagster.domain.report.weeks import week_of
from infringement_dagster.jobs import report_job
from resources.postgres.clients import client_store
from resources.postgres.database import Database


@dg.schedule(
    name="client_reports_weekly",
    job=report_job,
    cron_schedule="41 4 * * 1",  # UTC, after the night's housekeeping
    description="Makes the report of each active client for the week that is over.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def client_reports_schedule(
    context: dg.ScheduleEvaluationContext, database: dg.ResourceParam[Database]
) -> Iterator[dg.RunRequest]:
    """One run for each active client; the queue starts them as limits allow."""
    week = week_of(context.scheduled_execution_time) - timedelta(weeks=1)
    with database.admission() as c:
        clients = client_store.list_clients(c)
    for client in clients:
        if client.state == "active":
            key = week_partition_key(client.client_id, week)
            yield dg.RunRequest(run_key=str(key), partition_key=key)
