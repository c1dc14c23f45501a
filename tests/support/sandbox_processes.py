"""Fixtures that start real sandbox processes.

What a sandbox serves is asked over HTTP by the tests themselves.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from resources.settings import PROJECT_DIR

StartSandbox = Callable[..., str]


@contextmanager
def sandboxes() -> Iterator[StartSandbox]:
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> str:
        command = [sys.executable, "-m", "resources.providers.sandbox", "--print-url", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT_DIR)
        started.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip()

    try:
        yield start
    finally:
        for process in started:
            process.terminate()
            process.wait(timeout=10)
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def start_sandbox() -> Iterator[StartSandbox]:
    """Starts sandbox processes with options and returns their addresses."""
    with sandboxes() as start:
        yield start


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """A sandbox without faults for all tests that ask it with keys of their own."""
    with sandboxes() as start:
        yield start()
