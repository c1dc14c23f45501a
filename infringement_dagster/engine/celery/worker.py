"""A Celery worker: `python -m infringement_dagster.engine.celery.worker --name NAME --slots 2`.

Its main process imports what runs need and starts no thread; each run is a process forked from it.
"""

from __future__ import annotations

import argparse
import os

from celery import Celery
from dagster_celery.tasks import create_execute_job_task

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.engine.celery.application import QUEUE, celery_application

BROKER_URL = "CELERY_BROKER_URL"


class NoBroker(PermanentError):
    """This process was not told where the broker is."""


def worker_application(broker_url: str) -> Celery:
    """The application with the task that the launcher sends."""
    application = celery_application(broker_url)
    create_execute_job_task(application)
    return application


def main(arguments: list[str] | None = None) -> None:
    """Works until it is told to stop; a name is needed where a host has several workers."""
    parser = argparse.ArgumentParser(prog="celery_engine.worker", description=__doc__)
    parser.add_argument("--name", default="worker")
    parser.add_argument("--slots", type=int, default=2, help="runs at the same time")
    options = parser.parse_args(arguments)
    broker_url = os.environ.get(BROKER_URL)
    if broker_url is None:
        raise NoBroker(f"{BROKER_URL} is not set: give the broker's address, redis://host:6379/0")
    # Before numpy is imported: its threads would not survive the fork.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import infringement_dagster.engine.preload  # noqa: PLC0415, F401

    application = worker_application(broker_url)
    options_of_celery = ["--queues", QUEUE, "--concurrency", str(options.slots)]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    application.worker_main(
        ["worker", "--hostname", f"{options.name}@%h", *options_of_celery, *quiet]
    )


if __name__ == "__main__":
    main()
