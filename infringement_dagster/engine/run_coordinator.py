"""Dagster's run queue, whose limits are the rows that admission obeys too."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from dagster._core.run_coordinator.queued_run_coordinator import (
    QueuedRunCoordinator,
    RunQueueConfig,
)

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.scans import tags
from resources.postgres.clients import client_store, limit_store
from resources.postgres.database import Database
from resources.postgres.server.embedded import external_urls
from resources.providers.registry import installed
from resources.settings import Settings

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.run_coordinator.base import SubmitRunContext
    from dagster._serdes import ConfigurableClassData

FRESH_SECONDS = 1.0
_log = logging.getLogger(__name__)


class LimitedRunCoordinator(QueuedRunCoordinator):
    """A queue that reads its limits anew each second and keeps the last ones in an outage."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        settings = Settings()
        self._database = (
            Database(external_urls(settings, settings.database_url))
            if settings.database_url is not None
            else None
        )
        self._limits: RunQueueConfig | None = None
        self._read_at = float("-inf")

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """The queue that `dagster.yaml` describes."""
        return cls(inst_data=inst_data, **config_value)

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """The queued run; a backfill's and a person's is found by client and provider too."""
        run = context.dagster_run
        if missing := tags.partition_tags(run.tags):
            self._instance.add_run_tags(run.run_id, missing)
        return super().submit_run(context)

    def get_run_queue_config(self) -> RunQueueConfig:
        """The limits of this second; without a database those of `dagster.yaml`."""
        if self._database is not None and time.monotonic() - self._read_at > FRESH_SECONDS:
            try:
                self._limits = self._read(self._database)
            except TransientError:
                _log.warning("the database is away: the queue keeps its last limits")
            self._read_at = time.monotonic()
        return self._limits or super().get_run_queue_config()

    def _read(self, database: Database) -> RunQueueConfig:
        with database.admission() as c:
            runs_max = limit_store.instance_runs_max(c)
            providers = limit_store.limits_of_providers(c, installed().names)
            clients = limit_store.limits_of_clients(c)
            of_clients = {
                client.client_id: clients.get(client.client_id, ClientLimits())
                for client in client_store.list_clients(c)
            }
        # One entry a client: Dagster would hold a limit for everyone against each one's own.
        limits: list[dict[str, object]] = [
            {"key": tags.PARTITION_OF_PROVIDER, "value": provider, "limit": item.runs_max}
            for provider, item in providers.items()
        ]
        limits += [
            {"key": tags.PARTITION_OF_CLIENT, "value": client_id, "limit": item.runs_max}
            for client_id, item in of_clients.items()
        ]
        return (
            super()
            .get_run_queue_config()
            ._replace(max_concurrent_runs=runs_max, tag_concurrency_limits=limits)
        )
