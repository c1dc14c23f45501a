"""The process that decoding workers are forked from, so that none has to import anything.

It holds no secret and no address of ours, starts no thread and reads nothing that strangers wrote.

Arguments: fork | exec. Standard input is a socket whose other end all askers share; each message
on it carries a worker's socket. Its end means that the last asker has gone, however it went.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

# Pillow looks for a format's plugin at the first photo that needs it, and then imports all.
from PIL import AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from resources.decoding.worker import serve

PLUGINS = (AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
_STDIN = 0


def main(how: str) -> NoReturn:
    """Starts a worker for each socket that comes in; ends what is left when no asker is left."""
    start = STARTS[how]
    workers: set[int] = set()

    def reap(_number: int, _frame: FrameType | None) -> None:
        with suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                workers.discard(pid)

    signal.signal(signal.SIGCHLD, reap)
    gc.collect()
    gc.freeze()  # the pages of what is imported stay shared with the workers
    with socket.socket(fileno=_STDIN) as askers:
        while worker := _next_socket(askers):
            with worker:
                workers.add(start(askers, worker))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in workers:
        _end(pid)
    os._exit(0)  # taking the interpreter down takes 30 ms, and somebody may wait


def _next_socket(askers: socket.socket) -> socket.socket | None:
    """The next worker's socket, None once nobody can ask any more."""
    while True:
        message, fds, _, _ = socket.recv_fds(askers, 1, 1)
        if fds:
            return socket.socket(fileno=fds[0])
        if not message:
            return None


def _end(pid: int) -> None:
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG) == (0, 0):  # until it is waited for, its number is its own
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _fork(askers: socket.socket, worker: socket.socket) -> int:
    pid = os.fork()
    if pid == 0:
        askers.close()
        _serve_and_exit(worker)
    return pid


def _serve_and_exit(worker: socket.socket) -> NoReturn:
    exit_code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with suppress(BrokenPipeError, ConnectionResetError):  # the asker has gone
            serve(worker)
        exit_code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(exit_code)


def _execute(_askers: socket.socket, worker: socket.socket) -> int:
    """On macOS, whose Accelerate library does not work in a forked process."""
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "resources.decoding.forkserver", "serve"],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, worker.fileno(), _STDIN)],
    )


STARTS: dict[str, Callable[[socket.socket, socket.socket], int]] = {
    "fork": _fork,
    "exec": _execute,
}

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve_and_exit(socket.socket(fileno=_STDIN))
    main(sys.argv[1])
