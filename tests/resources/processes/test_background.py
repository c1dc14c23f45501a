from __future__ import annotations

import logging
import threading

import pytest

from resources.processes.background import in_background


def test_work_that_raises_is_told_of_and_begins_again(caplog: pytest.LogCaptureFixture) -> None:
    begun: list[int] = []
    third = threading.Event()

    def work(stopping: threading.Event) -> None:
        begun.append(1)
        if len(begun) < 3:
            raise RuntimeError("the disk is full")
        third.set()
        stopping.wait()

    with caplog.at_level(logging.ERROR), in_background(work, "heartbeat", pause_seconds=0.01):
        assert third.wait(10)
    assert [record.message for record in caplog.records] == [
        "heartbeat failed; it begins again in 0.01 s"
    ] * 2
    assert len(begun) == 3


def test_work_that_has_returned_does_not_begin_again() -> None:
    begun: list[int] = []
    done = threading.Event()

    def work(_stopping: threading.Event) -> None:
        begun.append(1)
        done.set()

    with in_background(work, "heartbeat", pause_seconds=0.0):
        assert done.wait(10)
    assert len(begun) == 1


def test_the_block_ends_while_work_waits_to_begin_again() -> None:
    failed = threading.Event()

    def work(_stopping: threading.Event) -> None:
        failed.set()
        raise RuntimeError("never again")

    with in_background(work, "heartbeat", pause_seconds=3600):
        assert failed.wait(10)
