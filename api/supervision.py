"""Keeps the process's long-lived tasks running: one that ends for any reason is started again.

While a task is down, `down` names it and `/readyz` fails; metrics count each restart.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from infringement_dagster.reporting.alerts.operator_room import TaskEnds

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0  # who ran so long begins again with the first pause
UP_AFTER_SECONDS = 1.0  # a task that dies at once is not up in between
log = logging.getLogger("api.supervision")
Work = Callable[[], Awaitable[None]]


class SupervisedTasks:
    """Named tasks of one event loop, each of which runs until `stop`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._down: set[str] = set()
        self._ends: dict[str, TaskEnds] = {}
        self._stopping = False
        self._up = Gauge(
            "infringement_api_task_up", "1 while the task runs.", ["task"], registry=registry
        )
        self._restarts = Counter(
            "infringement_api_task_restarts",
            "How often a long-lived task ended and was started again.",
            ["task"],
            registry=registry,
        )

    @property
    def down(self) -> list[str]:
        """The tasks that ended and do not run again yet."""
        return sorted(self._down)

    @property
    def ended(self) -> Mapping[str, TaskEnds]:
        """The tasks that ended since the process began, each with how often and of what last."""
        return dict(self._ends)

    def start(self, name: str, work: Work) -> None:
        """Guarantees that the work runs, again and again, until `stop`."""
        self._note(name, is_up=True)
        self._restarts.labels(name)
        self._tasks.append(asyncio.create_task(self._keep(name, work), name=name))

    async def stop(self) -> None:
        """Guarantees that no task runs."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, name: str, work: Work) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            await self._run_once(name, work)
            if time.monotonic() - began > HEALTHY_SECONDS:
                pause_seconds = FIRST_PAUSE_SECONDS
            self._note(name, is_up=False)
            self._restarts.labels(name).inc()
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)

    async def _run_once(self, name: str, work: Work) -> None:
        """Returns when the work has ended, which it never should."""
        up = asyncio.get_running_loop().call_later(UP_AFTER_SECONDS, self._note_up, name)
        try:
            await work()
            log.error("task %s ended although it should not; it is started again", name)
            self._note_end(name, "it ended although it should not")
        except asyncio.CancelledError:
            if self._stopping:
                raise
            log.exception("task %s was cancelled by what it waited for; started again", name)
            self._note_end(name, "it was cancelled by what it waited for")
        except Exception as error:
            log.exception("task %s failed; it is started again", name)
            self._note_end(name, f"{type(error).__name__}: {error}")
        finally:
            up.cancel()

    def _note_end(self, name: str, reason: str) -> None:
        before = self._ends[name].times if name in self._ends else 0
        self._ends[name] = TaskEnds(before + 1, reason)

    def _note_up(self, name: str) -> None:
        self._note(name, is_up=True)

    def _note(self, name: str, *, is_up: bool) -> None:
        self._up.labels(name).set(int(is_up))
        if is_up:
            self._down.discard(name)
        else:
            self._down.add(name)
