"""The small program that stands between us and each child process: when we die, it stops the child.

Arguments: LIFELINE_FD STOP_SIGNAL GRACE_SECONDS UID:GID|- HOLDERS_PATH|- COMMAND [ARGUMENT...]

LIFELINE_FD is one end of a socket pair. The guard writes `started PID` or `failed REASON` to it;
end of file on it means that the process on the other end let go or died, however it died.
HOLDERS_PATH names a lock file: while anyone holds a shared flock on it, end of file is not yet a
reason to stop. SIGTERM, SIGINT and SIGHUP always are.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

ON_LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# How often to look for the two things that wake nobody: a lock that was given up, and a parent that
# died while a fork of it keeps the lifeline open.
HOLDERS_POLL_SECONDS = 0.1
PARENT_POLL_SECONDS = 1.0
LEFTOVER_GRACE_SECONDS = 2.0
KILL_SECONDS = 5.0


def process_parents() -> dict[int, int]:
    """The parent of every process that this one can see."""
    if not ON_LINUX:
        listing = subprocess.check_output(["/bin/ps", "-A", "-o", "pid=,ppid="], text=True)
        return {int(pid): int(parent) for pid, parent in map(str.split, listing.splitlines())}
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2]
                parents[int(entry.name)] = int(after_name.split()[1])
    return parents


def descendants(ancestor_pid: int) -> set[int]:
    """All children of a process, their children, and so on."""
    parents = process_parents()
    found: set[int] = set()
    fresh = {ancestor_pid}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


class Guard:
    """Watches one running command and ends it together with everything that it started."""

    def __init__(
        self, command: subprocess.Popen[bytes], lifeline: int, holders_path: str | None
    ) -> None:
        self._pid = command.pid
        self._lifeline = lifeline
        self._holders = os.open(holders_path, os.O_RDONLY) if holders_path else None
        self._parent = os.getppid()
        self._abandoned = False
        self._told_to_stop = False
        self._exit_code: int | None = None
        self._any_child_left = True
        self._wake, wake_writer = os.pipe()
        os.set_blocking(wake_writer, False)
        signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for stopping in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(stopping, self._on_stop)

    def watch(self, stop_signal: int, grace_seconds: float) -> int:
        """The exit code of the command (128 + n after signal n), once nothing of it is left."""
        self._reap()
        while self._exit_code is None and not self._must_stop():
            waits_for_holders = self._abandoned and self._holders is not None
            self._sleep(HOLDERS_POLL_SECONDS if waits_for_holders else PARENT_POLL_SECONDS)
        self._end_everything(stop_signal, grace_seconds)
        code = 128 + signal.SIGKILL if self._exit_code is None else self._exit_code
        return 128 - code if code < 0 else code

    def _on_stop(self, *_: object) -> None:
        self._told_to_stop = True

    def _must_stop(self) -> bool:
        if not self._abandoned:
            at_end_of_file = bool(select.select([self._lifeline], [], [], 0)[0])
            self._abandoned = at_end_of_file or os.getppid() != self._parent
        return self._told_to_stop or (self._abandoned and self._held_by_nobody())

    def _held_by_nobody(self) -> bool:
        if self._holders is None:
            return True
        try:  # kept until the guard exits: whoever comes now waits until the command is gone
            fcntl.flock(self._holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _sleep(self, seconds: float) -> None:
        """Waits for a signal, the end of the lifeline, or the given time, then reaps children."""
        watched = [self._wake] if self._abandoned else [self._wake, self._lifeline]
        if self._wake in select.select(watched, [], [], max(seconds, 0))[0]:
            os.read(self._wake, 4096)
        self._reap()

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._any_child_left = False
                return
            if pid == 0:
                return
            if pid == self._pid:
                self._exit_code = os.waitstatus_to_exitcode(status)

    def _end_everything(self, stop_signal: int, grace_seconds: float) -> None:
        self._abandoned = True  # the lifeline has nothing more to say
        # Elsewhere orphans do not come to us, so remember whom to look for.
        remembered = set() if ON_LINUX else descendants(os.getpid())
        deadline = time.monotonic() + grace_seconds
        if self._exit_code is None:
            self._signal_group(stop_signal)
        while self._exit_code is None and time.monotonic() < deadline:
            self._sleep(deadline - time.monotonic())
        self._signal_all(signal.SIGTERM, remembered)
        deadline = max(deadline, time.monotonic() + LEFTOVER_GRACE_SECONDS)
        while self._any_child_left and time.monotonic() < deadline:
            self._sleep(deadline - time.monotonic())
        deadline = time.monotonic() + KILL_SECONDS  # a process may hang in the kernel for ever
        self._signal_all(signal.SIGKILL, remembered)
        while self._any_child_left and time.monotonic() < deadline:
            self._sleep(0.02)
            self._signal_all(signal.SIGKILL, set())

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, number)

    def _signal_all(self, number: int, remembered: set[int]) -> None:
        self._signal_group(number)
        for pid in remembered | descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def start(argv: list[str], stop_signal: int, user_ids: str) -> subprocess.Popen[bytes]:
    """The command, started in a session of its own, that the kernel stops if the guard dies."""
    prctl = ctypes.CDLL(None).prctl if ON_LINUX else lambda *_: 0
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    user, group = map(int, user_ids.split(":")) if user_ids != "-" else (None, None)
    return subprocess.Popen(  # noqa: S603 - the caller's command, run without a shell
        argv,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, stop_signal, 0, 0, 0),  # noqa: PLW1509 - no threads here
    )


def main(arguments: list[str]) -> int:
    """Runs the command that the arguments name and returns its exit code."""
    lifeline_fd, stop_signal, grace_seconds, user_ids, holders_path, *argv = arguments
    lifeline = int(lifeline_fd)
    try:
        command = start(argv, int(stop_signal), user_ids)
    except (OSError, subprocess.SubprocessError) as error:
        os.write(lifeline, f"failed {error}\n".encode())
        return 127
    guard = Guard(command, lifeline, None if holders_path == "-" else holders_path)
    with contextlib.suppress(BrokenPipeError):
        os.write(lifeline, f"started {command.pid}\n".encode())
    return guard.watch(int(stop_signal), float(grace_seconds))


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
