"""Notes for operators of failures that are no event of a client: jobs of Dagster."""

from __future__ import annotations

from resources.postgres.alerts import operator_alert_store
from resources.postgres.alerts.operator_alert_store import Occurrence
from resources.postgres.database import Database


def note_failed_job(
    database: Database, job: str, run_id: str, reason: str, client_id: str | None = None
) -> None:
    """Guarantees that operators are told of the failed run, once whoever notes it how often.

    With the client it was about, whose erasure takes the note along.
    """
    occurrence = Occurrence("run_failed", job, f"run {run_id}", reason, client_id)
    with database.identity() as c:
        operator_alert_store.note(c, [occurrence])
