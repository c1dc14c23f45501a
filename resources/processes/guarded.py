"""Child processes that never outlive us, not even after `kill -9` of the parent.

Each command runs in its own session under a guard, which holds one end of a socket pair whose other
end only we hold. When that end closes, because we let go or died, the guard sends the stop signal
to the command's process group, SIGTERM to whatever is left, and then SIGKILL. On Linux orphaned
grandchildren come to the guard, also those that called setsid; elsewhere the guard finds those that
still have a living line of parents when it begins to stop.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import psutil

from infringement_dagster.domain.errors import PermanentError

_GUARD = Path(__file__).with_name("guard.py")


class CommandNotStarted(PermanentError):
    """The operating system refused to run a command."""


class GuardedProcess:
    """A running command with its guard; leaving its context stops it."""

    def __init__(self, guard: subprocess.Popen[bytes], lifeline: socket.socket, pid: int) -> None:
        self._guard = guard
        self._lifeline = lifeline
        self.pid = pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def poll(self) -> int | None:
        """The command's exit code (128 + n after signal n), or None while anything of it runs."""
        code = self._guard.poll()
        if code is not None:
            self._lifeline.close()
        return code

    def wait(self, timeout_seconds: float | None = None) -> int:
        """The command's exit code; raises `subprocess.TimeoutExpired` when it takes longer."""
        code = self._guard.wait(timeout_seconds)
        self._lifeline.close()
        return code

    def stop(self) -> int:
        """The command's exit code, after it and all that it started are gone.

        Takes at most the grace period and 7 seconds.
        """
        self._lifeline.close()
        return self._guard.wait()

    def release(self) -> None:
        """Lets go without waiting: the guard stops the command when nobody holds it any more."""
        self._lifeline.close()
        threading.Thread(target=self._guard.wait, name="guard-reaper", daemon=True).start()


def start_guarded(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log_path: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    grace_seconds: float = 10,
    user_ids: tuple[int, int] | None = None,
    holders_path: Path | None = None,
) -> GuardedProcess:
    """The command, running, with standard output and error appended to `log_path` if given.

    `user_ids` is (user, group) to run as, for root only. `holders_path` is a lock file: once we let
    go, the command still runs for as long as any process holds a shared flock on it.
    Raises CommandNotStarted.
    """
    ours, guards = socket.socketpair()
    with guards:
        options = [
            str(guards.fileno()),
            str(int(stop_signal)),
            str(grace_seconds),
            "-" if user_ids is None else f"{user_ids[0]}:{user_ids[1]}",
            "-" if holders_path is None else str(holders_path),
        ]
        with _open_log(log_path) if log_path else nullcontext() as log:
            guard = subprocess.Popen(  # noqa: S603 - our own guard, run without a shell
                [sys.executable, "-I", "-S", str(_GUARD), *options, *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                cwd=cwd,
                pass_fds=[guards.fileno()],
                start_new_session=True,
            )
    with ours.makefile("r", encoding="utf-8", errors="replace") as answers:
        outcome, _, detail = answers.readline().rstrip("\n").partition(" ")
    if outcome == "started":
        return GuardedProcess(guard, ours, int(detail))
    ours.close()
    guard.wait()
    raise CommandNotStarted(
        f"could not start {argv[0]}: {detail or 'its guard died'}; check that the file exists and "
        "that its user may read and execute it"
    )


def _open_log(path: Path) -> BinaryIO:
    """The log, which only we may read: messages name clients and listings."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with suppress(PermissionError):  # it is another user's
        os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab")


def is_running(pid: int, marker: str) -> bool:
    """True when the process lives (a zombie does not) and has `marker` among its arguments."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and marker in process.cmdline()
    except psutil.Error:
        return False


def kill_all_inside(directory: Path, name: str) -> None:
    """Guarantees that no program of that name has the directory as its working directory."""
    found = [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info == {"name": name, "cwd": str(directory)}
    ]
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=5)
