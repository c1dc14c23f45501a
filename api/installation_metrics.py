"""The whole installation in `/metrics`: scans, queue, providers, credits, web-hooks.

Every API process tells the same of its database: dashboards take the greatest, not the sum.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Final

import psycopg
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from infringement_dagster.domain.errors import TransientError
from resources.postgres.database import Database
from resources.postgres.scans.installation_query import Reading, readings
from resources.providers.provider_health import TROUBLES_MAX

KEPT_SECONDS: Final = 10.0  # whoever scrapes more often costs no more
PREFIX: Final = "infringement_"
log = logging.getLogger("api.installation_metrics")

# By name: what it says, and its labels.
GAUGES: Final[dict[str, tuple[str, Sequence[str]]]] = {
    "clients": ("Clients, by state.", ["state"]),
    "runs": ("Runs that wait or run, by provider and state.", ["provider", "state"]),
    "runs_waiting": ("Runs that wait, by what they wait for.", ["reason"]),
    "runs_ended_day": ("Runs that ended in the last 24 hours.", ["provider", "state"]),
    "credits_charged_day": ("Credits of runs queued in the last 24 hours.", ["provider"]),
    "oldest_waiting_run_seconds": ("So long the oldest waiting run waits; 0: none does.", []),
    "oldest_heartbeat_seconds": ("Age of the oldest sign of life of a running run.", []),
    "provider_up": ("0 while a provider is left alone after troubles in a row.", ["provider"]),
    "webhook_deliveries": ("Web-hook messages to be sent, and given up.", ["state"]),
    "webhook_oldest_due_seconds": ("So long the oldest due web-hook message is late.", []),
    "jobs_waiting": ("Exports and previews that wait to be made.", []),
}


class InstallationMetrics(Collector):
    """Reads the database when it is scraped; says so where it cannot."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._readings: dict[str, list[Reading]] | None = None

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: a registry that asks for names must not cost a question."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All gauges, and whether the database answered."""
        found = self._fresh()
        up = GaugeMetricFamily(f"{PREFIX}database_up", "1 while the database answers.")
        up.add_metric([], 0 if found is None else 1)
        yield up
        for name, (told, labels) in GAUGES.items():
            if found is not None:
                gauge = GaugeMetricFamily(PREFIX + name, told, labels=labels)
                for reading in found[name]:
                    gauge.add_metric([reading.first, reading.second][: len(labels)], reading.value)
                yield gauge

    def _fresh(self) -> dict[str, list[Reading]] | None:
        with self._lock:
            if time.monotonic() - self._read_at > KEPT_SECONDS:
                self._readings = self._read()
                self._read_at = time.monotonic()
            return self._readings

    def _read(self) -> dict[str, list[Reading]] | None:
        try:
            with self._database.admission() as c:
                return readings(c, TROUBLES_MAX)
        except (TransientError, psycopg.Error) as error:
            log.warning("metrics wait for the database: %s", error)
            return None
