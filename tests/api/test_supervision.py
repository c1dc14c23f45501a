"""A long-lived task that ends for any reason is started again, and is not ready meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from prometheus_client import CollectorRegistry

from api import supervision
from api.app import Api
from api.supervision import SupervisedTasks


class Flaky:
    """Work that ends as told, then runs."""

    def __init__(self, *ends: Callable[[], None]) -> None:
        self.ends = list(ends)
        self.runs = asyncio.Event()

    async def __call__(self) -> None:
        if self.ends:
            self.ends.pop(0)()
            return
        self.runs.set()
        await asyncio.Event().wait()


def fail() -> None:
    raise LookupError("a library's own error")


def cancel() -> None:
    raise asyncio.CancelledError


def end() -> None:
    """Simply returns."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(supervision, "UP_AFTER_SECONDS", 0.05)


def supervised(
    work: Flaky, look: Callable[[SupervisedTasks, CollectorRegistry], Awaitable[None]]
) -> None:
    async def run() -> None:
        registry = CollectorRegistry()
        tasks = SupervisedTasks(registry)
        tasks.start("sender", work)
        try:
            await asyncio.wait_for(work.runs.wait(), 20)
            await look(tasks, registry)
        finally:  # else it would run on, whatever was found
            await tasks.stop()

    asyncio.run(run())


@pytest.mark.usefixtures("quick")
def test_whatever_ends_a_task_it_runs_again_and_is_counted() -> None:
    async def look(tasks: SupervisedTasks, registry: CollectorRegistry) -> None:
        assert tasks.down == ["sender"]  # it has begun, and is trusted after a while
        assert registry.get_sample_value("infringement_api_task_up", {"task": "sender"}) == 0
        await asyncio.sleep(0.5)  # ten times as long as it has to run
        assert tasks.down == []
        counted = registry.get_sample_value(
            "infringement_api_task_restarts_total", {"task": "sender"}
        )
        assert counted == 3
        assert registry.get_sample_value("infringement_api_task_up", {"task": "sender"}) == 1

    async def start() -> Flaky:
        return Flaky(fail, cancel, end)

    supervised(asyncio.run(start()), look)


def test_a_process_with_a_task_that_is_down_is_not_ready(
    app: Api, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert http.get("/readyz").status_code == 200
    metrics = http.get("/metrics").text
    senders = {sender.name for sender in app.state.senders}
    assert senders
    for task in {"event_feed", "webhook_sender", "jobs"} | senders:
        assert f'infringement_api_task_up{{task="{task}"}} 1.0' in metrics
    app.state.tasks._down.add("webhook_sender")
    refused = http.get("/readyz")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert "webhook_sender" in refused.json()["detail"]
    assert http.get("/healthz").status_code == 200
