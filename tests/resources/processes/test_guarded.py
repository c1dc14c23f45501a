"""Guarded processes are really gone: each test counts the living by a mark in their arguments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from resources.processes import guard
from resources.processes.guarded import (
    CommandNotStarted,
    is_running,
    kill_all_inside,
    start_guarded,
)
from tests.support.processes import command_of

ON_LINUX = sys.platform == "linux"
AS_ROOT = os.geteuid() == 0
# Starts a child and a child in a session of its own, says so, and sleeps; argument 1 is a mark.
FAMILY = """
import subprocess, sys, time
sleeper = [sys.executable, "-c", "import time; time.sleep(300)", sys.argv[1]]
subprocess.Popen(sleeper)
subprocess.Popen(sleeper, start_new_session=True)
time.sleep(300)
"""
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(300)"


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-u", "-c", code, *arguments]


def living(mark: str) -> int:
    found = 0
    for process in psutil.process_iter(["cmdline", "status"]):
        arguments = process.info["cmdline"] or []
        is_guard = any(word.endswith("processes/guard.py") for word in arguments)
        alive = process.info["status"] != psutil.STATUS_ZOMBIE
        found += mark in arguments and alive and not is_guard
    return found


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def mark() -> str:
    return uuid4().hex


def test_exit_code_is_the_commands() -> None:
    with start_guarded(python("raise SystemExit(3)")) as process:
        assert process.wait(10) == 3
        assert process.poll() == 3


def test_death_by_signal_is_128_and_its_number() -> None:
    with start_guarded(python("import os; os.abort()")) as process:
        assert process.wait(10) == 128 + signal.SIGABRT


def test_a_command_that_cannot_run_is_told_at_once() -> None:
    with pytest.raises(CommandNotStarted, match="no-such-program"):
        start_guarded(["/no-such-program"])


def test_output_is_appended_to_the_log(tmp_path: Path) -> None:
    log_path = tmp_path / "log"
    log_path.write_text("before\n")
    with start_guarded(python("print('after')"), log_path=log_path) as process:
        process.wait(10)
    assert log_path.read_text() == "before\nafter\n"


def test_a_log_is_its_owners_alone_also_one_that_was_open_to_others(tmp_path: Path) -> None:
    fresh, old = tmp_path / "fresh.log", tmp_path / "old.log"
    old.touch(0o644)
    for log in (fresh, old):
        with start_guarded(["true"], log_path=log) as process:
            process.wait(20)
    assert [log.stat().st_mode & 0o777 for log in (fresh, old)] == [0o600, 0o600]


def test_stop_ends_children_of_every_session(mark: str) -> None:
    process = start_guarded(python(FAMILY, mark))
    assert eventually(lambda: living(mark) == 3)
    assert process.stop() == 128 + signal.SIGTERM
    assert living(mark) == 0


@pytest.mark.skipif(not ON_LINUX, reason="orphans come to the guard on Linux only")
def test_children_left_by_a_command_that_ended_are_ended(mark: str) -> None:
    with start_guarded(python(FAMILY.removesuffix("time.sleep(300)\n"), mark)) as process:
        assert process.wait(20) == 0
    assert living(mark) == 0


def test_a_command_that_ignores_the_stop_signal_is_killed(tmp_path: Path) -> None:
    log_path = tmp_path / "log"
    process = start_guarded(python(STUBBORN), grace_seconds=0.1, log_path=log_path)
    assert eventually(lambda: log_path.read_text() == "up\n")
    assert process.stop() == 128 + signal.SIGKILL


PARENT = """
import os, sys, time
from resources.processes.guarded import start_guarded
first = start_guarded([sys.executable, "-c", sys.argv[1], sys.argv[2]])
second = start_guarded([sys.executable, "-c", sys.argv[1], sys.argv[2]])
print("up", flush=True)
time.sleep(300)
"""
# The fork keeps all descriptors of its parent open, the lifeline too.
FORKING_PARENT = PARENT.replace('print("up"', 'os.fork()\nprint("up"')


@pytest.mark.skipif(not ON_LINUX, reason="a session of its own escapes a killed parent elsewhere")
def test_nothing_outlives_a_killed_parent(mark: str) -> None:
    with subprocess.Popen(python(PARENT, FAMILY, mark), stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        parent.stdout.readline()
        assert eventually(lambda: living(mark) == 7)
        parent.kill()
    assert eventually(lambda: living(mark) == 0, 5)


def test_a_fork_of_a_killed_parent_does_not_keep_its_commands(mark: str) -> None:
    sleeper = "import time; time.sleep(300)"
    with subprocess.Popen(python(FORKING_PARENT, sleeper, mark), stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        parent.stdout.readline()
        parent.stdout.readline()
        [fork] = [
            child
            for child in psutil.Process(parent.pid).children()
            if command_of(child)[:3] == python("")[:3]
        ]
        parent.kill()
        try:
            assert eventually(lambda: living(mark) == 1, 5), "only the fork itself is left"
        finally:
            fork.kill()


@pytest.mark.skipif(not ON_LINUX, reason="only Linux signals the children of a killed process")
def test_a_killed_guard_takes_its_command_along(mark: str) -> None:
    process = start_guarded(python("import time; time.sleep(300)", mark))
    psutil.Process(process.pid).parent().kill()
    assert eventually(lambda: living(mark) == 0, 5)
    assert process.stop() == -signal.SIGKILL


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="procps is not installed here")
def test_families_are_found_without_proc_too_as_on_macos(
    mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_guarded(python(FAMILY, mark)) as process:
        assert eventually(lambda: living(mark) == 3)
        by_proc = guard.descendants(process.pid)
        monkeypatch.setattr(guard, "ON_LINUX", False)
        assert guard.descendants(process.pid) == by_proc
        assert len(by_proc) == 2


@pytest.mark.skipif(not AS_ROOT, reason="only root may become another user")
def test_a_command_runs_as_the_user_it_is_given(tmp_path: Path) -> None:
    log_path = tmp_path / "log"
    show = ["/bin/sh", "-c", "id -u; id -G"]  # the interpreter may stand where others cannot read
    with start_guarded(show, user_ids=(65534, 65533), log_path=log_path) as process:
        assert process.wait(10) == 0
    assert log_path.read_text() == "65534\n65533\n"


def test_a_zombie_does_not_run() -> None:
    with subprocess.Popen(python("import time; time.sleep(300)", "mark")) as child:
        ran = eventually(lambda: is_running(child.pid, "mark"))
        child.kill()
        assert eventually(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE)
        assert not is_running(child.pid, "mark")
    assert ran


def test_a_recycled_process_number_does_not_run() -> None:
    assert not is_running(os.getpid(), "an argument that this process was not given")


def test_kill_all_inside_spares_other_programs(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "300"], cwd=tmp_path) as child:
        kill_all_inside(tmp_path, "postgres")
        assert child.poll() is None
        kill_all_inside(tmp_path, "sleep")
        assert not psutil.pid_exists(child.pid)
