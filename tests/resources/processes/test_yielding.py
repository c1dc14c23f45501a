"""A command yields from its first instruction on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from resources.processes.yielding import yielding


def test_a_command_has_its_priority_before_it_runs() -> None:
    argv = [sys.executable, "-c", "import os; print(os.getpriority(os.PRIO_PROCESS, 0))"]
    found = subprocess.run(yielding(argv, 3), capture_output=True, check=True, text=True)
    assert int(found.stdout) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 3)


def test_without_the_program_nice_the_command_runs_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert yielding(["true"], 3) == ["true"]
