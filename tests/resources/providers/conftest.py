from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

StartSandbox = Callable[..., str]


@pytest.fixture
def start_sandbox() -> Iterator[StartSandbox]:
    """Starts sandbox processes with options and returns their addresses."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> str:
        command = [sys.executable, "-m", "resources.providers.sandbox", "--print-url", *options]
        checkout = Path(__file__).parents[3]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=checkout)
        started.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip()

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()
