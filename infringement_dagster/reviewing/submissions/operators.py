"""Tells operators of submissions that wait for something only they can do: each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from infringement_dagster.domain.errors import InfringementError
from resources.postgres.alerts import operator_alert_store
from resources.postgres.alerts.operator_alert_store import Occurrence
from resources.postgres.cases.acting.submission_store import SubmissionRow
from resources.postgres.database import Database
from resources.vero.vero_api import VeroAccountRefused

LONG: Final = timedelta(hours=1)  # tried seven times by then, and no oftener than hourly later


def is_for_operators(row: SubmissionRow, error: InfringementError) -> bool:
    """Whether the account is refused, or the report has waited for so long that nobody helps it."""
    if isinstance(error, VeroAccountRefused):
        return True
    return row.state == "waiting" and row.read_at - row.asked_at >= LONG


def tell_operators(
    database: Database, client_id: str, row: SubmissionRow, error: InfringementError
) -> None:
    """Guarantees that operators are told of the submission, once however often it is tried.

    Those that wait at the same time are one alert, which says how many they are.
    """
    name = f"submission {client_id}/{row.submission_id}"
    occurrence = Occurrence("submissions_wait", "ebay", name, str(error), client_id)
    with database.identity() as c:
        operator_alert_store.note(c, [occurrence])
