from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from resources.decoding import worker_process
from resources.decoding.answers import Hashed
from resources.decoding.pool import DecodingWorkers
from resources.decoding.worker_process import Forkserver, cpu_seconds
from resources.settings import PROJECT_DIR
from tests.resources.decoding.test_pool import said
from tests.support.bad_photos import base_photo, encoded
from tests.support.forkservers import forkservers_of, parent_of, until

GOOD = encoded(base_photo(), "JPEG")


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[psutil.Process]:
    """The forkserver that this process would have been given by the one it was forked from."""
    others = forkservers_of(psutil.Process())  # the API's, where it runs in this process
    forkserver = Forkserver.start()
    try:
        monkeypatch.setattr(Forkserver, "shared", forkserver)
        yield started_beside(others)
    finally:
        forkserver.end()


def started_beside(others: list[psutil.Process]) -> psutil.Process:
    """The newest forkserver; just after its start a process has no command to be known by."""
    found: set[psutil.Process] = set()

    def came() -> bool:
        found.update(set(forkservers_of(psutil.Process())) - set(others))
        return bool(found)

    asyncio.run(until(came))
    (process,) = found
    return process


async def hashed(workers: DecodingWorkers, count: int = 2) -> list[Hashed]:
    return list(await asyncio.gather(*(workers.hash(GOOD) for _ in range(count))))


async def ended(pids: frozenset[int]) -> None:
    await until(lambda: not any(map(psutil.pid_exists, pids)))


def test_a_forkserver_that_was_given_is_asked_and_lives_on(shared: psutil.Process) -> None:
    async def parents() -> set[int | None]:
        async with DecodingWorkers(workers=2) as workers:
            assert list(map(said, await hashed(workers))) == ["hashed", "hashed"]
            return {psutil.Process(pid).ppid() for pid in workers.pids}

    all_known = forkservers_of(psutil.Process())
    for _ in range(2):
        assert asyncio.run(parents()) == {shared.pid}
    assert shared.is_running()
    assert shared.num_threads() == 1
    assert forkservers_of(psutil.Process()) == all_known


_ASKER = """
import asyncio, os
from resources.decoding.pool import DecodingWorkers
from resources.decoding.worker_process import Forkserver
from tests.resources.decoding.test_forkserver import GOOD, hashed, said
Forkserver.start_shared()
os.fork()  # both ask, at the same time
async def ask():
    async with DecodingWorkers(workers=2) as workers:
        words = [*map(said, await hashed(workers)), *map(str, workers.pids)]
        os.write(1, (" ".join(words) + "\\n").encode())  # in one piece, beside the other's
        await asyncio.sleep(600)
asyncio.run(ask())
"""


def test_two_forked_askers_share_one_and_nothing_outlives_them_when_they_are_killed() -> None:
    first = psutil.Popen(
        [sys.executable, "-c", _ASKER], stdout=subprocess.PIPE, text=True, cwd=PROJECT_DIR
    )
    with first, first.stdout as lines:
        words = (lines.readline() + lines.readline()).split()
        pids = {int(word) for word in words if word.isdigit()}
        (forkserver,) = forkservers_of(first)
        children = {process.pid for process in forkserver.children()}
        (second,) = set(first.children()) - {forkserver}
        for asker in (second, first):
            assert forkserver.is_running()
            asker.send_signal(signal.SIGKILL)
    assert words.count("hashed") == 4
    assert pids == children
    assert len(pids) == 4
    asyncio.run(ended(frozenset(pids | {forkserver.pid})))


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
def test_without_the_forkserver_that_was_given_an_own_one_answers(
    shared: psutil.Process,
    harm: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(worker_process, "_START_SECONDS_MAX", 5.0)
    shared.send_signal(harm)

    async def asked() -> tuple[list[Hashed], int | None]:
        async with DecodingWorkers(workers=2) as workers:
            outcomes = await hashed(workers)
            (own,) = {psutil.Process(pid).ppid() for pid in workers.pids}
            return outcomes, own

    outcomes, own = asyncio.run(asked())
    assert list(map(said, outcomes)) == ["hashed", "hashed"]
    assert own != shared.pid
    assert Forkserver.shared is None
    assert "starting another" in caplog.text
    shared.send_signal(signal.SIGKILL)


def test_an_own_forkserver_is_replaced_and_keeps_what_it_has_forked() -> None:
    others = forkservers_of(psutil.Process())

    async def asked() -> list[Hashed]:
        async with DecodingWorkers(workers=2) as workers:
            before = await hashed(workers, 1)
            (kept,) = workers.pids
            parent_of(kept).kill()
            after = await hashed(workers)
            assert kept in workers.pids
            assert len(workers.pids) == 2
            return before + after

    assert list(map(said, asyncio.run(asked()))) == ["hashed"] * 3
    assert forkservers_of(psutil.Process()) == others


def test_fifty_lost_workers_leave_no_file_open_and_no_process(shared: psutil.Process) -> None:
    async def asked() -> tuple[list[int], frozenset[int]]:
        lost: list[int] = []
        async with DecodingWorkers(workers=1, seconds=60.0) as workers:
            await hashed(workers, 1)
            opened = [psutil.Process().num_fds(), shared.num_fds()]
            for _ in range(50):
                (pid,) = workers.pids
                os.kill(pid, signal.SIGKILL)
                lost.append(pid)
                assert said(await workers.hash(GOOD)) == "crashed"
                assert said(await workers.hash(GOOD)) == "hashed"
            still_open = [psutil.Process().num_fds(), shared.num_fds()]
            assert sum(still_open) < sum(opened) + 25  # half of what was lost
            return lost, workers.pids

    lost, last = asyncio.run(asked())
    assert len(set(lost)) == 50
    asyncio.run(ended(frozenset(lost) | last))
    assert shared.children() == []


def test_workers_and_forkserver_know_nothing_of_our_environment_and_files(
    shared: psutil.Process, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"

    async def seen() -> list[tuple[set[str], set[str]]]:
        async with DecodingWorkers(workers=1) as workers:
            with secret.open("w"):
                await hashed(workers, 1)
                processes = [shared, *map(psutil.Process, workers.pids)]
                return [
                    (set(process.environ()), {file.path for file in process.open_files()})
                    for process in processes
                ]

    for environment, files in asyncio.run(seen()):
        assert environment == set(worker_process._ENVIRONMENT)
        assert str(secret) not in files


def test_the_work_of_workers_that_nobody_waits_for_is_counted(shared: psutil.Process) -> None:
    async def asked() -> None:
        async with DecodingWorkers(workers=1) as workers:
            await hashed(workers, 1)
            (worker,) = map(psutil.Process, workers.pids)
            while sum(worker.cpu_times()[:2]) == 0:  # the kernel counts in steps of 10 ms
                await hashed(workers, 1)

    began, began_workers = cpu_seconds(), worker_process.ForkedWorker.ended_cpu_seconds
    asyncio.run(asked())
    worked = worker_process.ForkedWorker.ended_cpu_seconds - began_workers
    assert worked > 0
    assert cpu_seconds() - began > worked - 0.005  # the sums are floats


def test_where_a_fork_is_not_safe_workers_are_started_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_process, "_HOW", "exec")

    async def asked() -> list[Hashed]:
        async with DecodingWorkers(workers=1) as workers:
            outcomes = await hashed(workers)
            (pid,) = workers.pids
            assert "serve" in psutil.Process(pid).cmdline()
            return outcomes

    assert list(map(said, asyncio.run(asked()))) == ["hashed", "hashed"]
