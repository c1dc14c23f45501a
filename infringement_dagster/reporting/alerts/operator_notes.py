"""Notes for operators of failures that are no event of a client: jobs of Dagster."""

from __future__ import annotations

from resources.postgres.alerts import operator_alert_store
from resources.postgres.alerts.operator_alert_store import Occurrence
from resources.postgres.database import Database


def note_failed_job(database: Database, job: str, run_id: str, reason: str) -> None:
    """Guarantees that operators are told of the failed run, once whoever notes it how often."""
    occurrence = Occurrence("run_failed", job, f"run {run_id}", reason)
    with database.identity() as c:
        operator_alert_store.note(c, [occurrence])
