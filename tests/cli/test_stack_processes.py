"""The stack's processes die with their starter, however it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infringement_dagster.local.stack import free_port
from resources.settings import PROJECT_DIR
from tests.cli.test_commands import Commands


@pytest.fixture
def up(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Commands]]:
    commands = Commands(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "infringement_dagster.cli.app", "up", "--port", str(free_port())],
        cwd=PROJECT_DIR,
        env=commands.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        yield process, commands
    process.kill()
    process.wait()
    commands.run("db", "destroy", "--yes")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_up_ends(
    up: tuple[subprocess.Popen[str], Commands], number: signal.Signals
) -> None:
    process, commands = up
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 6  # guards, sandbox, code server, daemon, web server, Postgres
    os.kill(process.pid, number)
    process.wait(60)
    _, left = psutil.wait_procs(family, timeout=40)
    assert left == []
    assert commands.processes() == []
