"""The Celery application: how launcher and workers talk."""

from __future__ import annotations

from typing import Final

from celery import Celery
from dagster_celery.make_app import make_app

QUEUE: Final = "dagster"
# A run longer than Dagster allows (max_runtime_seconds of dagster.yaml) is ended by Celery where
# Dagster's daemon is not there to do it.
TIME_LIMIT_SECONDS: Final = 3600 + 60

SETTINGS: Final[dict[str, object]] = {
    "task_default_queue": QUEUE,
    "task_time_limit": TIME_LIMIT_SECONDS,
    "result_expires": 2 * TIME_LIMIT_SECONDS,
    # A task waits in the broker until a slot is free: one that a worker had fetched ahead would
    # be lost with it, and nobody would know before Dagster's start time-out.
    "worker_disable_prefetch": True,
    "worker_prefetch_multiplier": 1,
    # Taken off the broker before it runs. A run that dies with its worker is requeued by
    # `scan_watch`, counted; the broker would give it out again uncounted, an hour later.
    "task_acks_late": False,
    # One process a run, forked from a worker that has imported the code.
    "worker_max_tasks_per_child": 1,
    # Dagster's lines go to the log as they are.
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {"max_retries": 3, "interval_start": 0, "interval_max": 0.5},
}


def celery_application(broker_url: str) -> Celery:
    """The application whose broker also keeps the states of tasks."""
    settings = {"broker": broker_url, "backend": broker_url, "config_source": SETTINGS}
    return make_app(app_args=settings)  # type: ignore[no-untyped-call]  # dagster-celery's own
