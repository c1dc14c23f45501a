"""Dagster's run launcher for Celery, with the two answers it lacks: cancelled, and worker gone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self

import dagster as dg
from celery.exceptions import DuplicateTaskNameWarning
from celery.result import AsyncResult
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from infringement_dagster.engine.celery.application import QUEUE, SETTINGS

if TYPE_CHECKING:
    from dagster._config import UserConfigSchema
    from dagster._serdes import ConfigurableClassData

# A worker answers in milliseconds; its main process only waits, however busy its runs are.
ANSWER_SECONDS: Final = 2.0
QUESTIONS: Final = 2
# dagster-celery makes its task anew for each run that it sends.
warnings.filterwarnings("ignore", category=DuplicateTaskNameWarning)


class ScanLauncher(CeleryRunLauncher):
    """Starts runs as Celery tasks; a run whose worker has died is seen with the next look."""

    def __init__(self, broker_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(
            default_queue=QUEUE,
            broker=broker_url,
            backend=broker_url,
            config_source=dict(SETTINGS),
            inst_data=inst_data,
        )

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """One address, of the broker that also keeps the states of tasks."""
        return {"broker_url": dg.Field(dg.StringSource)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """The launcher that `dagster.yaml` describes."""
        return cls(inst_data=inst_data, **config_value)

    def terminate(self, run_id: str) -> bool:
        """True when the run was asked to stop; it then ends as cancelled, not as failed."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return False
        self._instance.report_run_canceling(run)
        return super().terminate(run_id)

    @property
    def supports_resume_run(self) -> bool:
        """False: a further try is a Dagster run of its own, counted and with its own epoch."""
        return False

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """FAILED when the run's process or its whole worker has died."""
        if DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "Its task is being sent.")
        task = self.celery.AsyncResult(run.tags[DAGSTER_CELERY_TASK_ID_TAG])
        if task.state == "PENDING":
            # The broker lost the states of tasks. The lease tells whether the run lives.
            return CheckRunHealthResult(WorkerStatus.RUNNING, "The broker knows no such task.")
        lost = task.state == "STARTED" and not self._has(task)
        # Read again: it may have ended while its worker was asked.
        if lost and self.celery.AsyncResult(task.id).state == "STARTED":
            return CheckRunHealthResult(
                WorkerStatus.FAILED, f"Worker {_worker(task)} has died or started anew."
            )
        return super().check_run_worker_health(run)

    def _has(self, task: AsyncResult) -> bool:
        """True when the worker that took the task still has it."""
        worker = _worker(task)
        asked = self.celery.control.inspect([worker], timeout=ANSWER_SECONDS)
        for _ in range(QUESTIONS):
            answer = (asked.query_task(task.id) or {}).get(worker)
            if answer is not None:
                return task.id in answer
        return False


def _worker(task: AsyncResult) -> str:
    return str((task.info or {}).get("hostname"))
