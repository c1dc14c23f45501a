"""The processes that decoding workers are forked from: finding them, and one that lies."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from resources.decoding.worker import ANSWER
from tests.support.processes import command_of

_SECONDS_MAX = 60.0
_TAKEN_OVER = """#!{python}
import os, socket, struct
askers = socket.socket(fileno=0)
(fd,) = socket.recv_fds(askers, 1, 1)[1]
asker = socket.socket(fileno=fd)
asker.recv(1)
asker.sendall(struct.pack("!cII", b"r", 4, os.getpid()))
asker.recv(1)
asker.sendall({answer!r})
asker.recv(2**20)
askers.recv(1)
"""


def forkservers_of(process: psutil.Process) -> list[psutil.Process]:
    """The forkservers that the process has started and that still run."""
    return [
        child
        for child in process.children()
        if "resources.decoding.forkserver" in command_of(child)
    ]


def parent_of(worker_pid: int) -> psutil.Process:
    """The forkserver that the worker was forked from; the API in this process may have another."""
    parent = psutil.Process(worker_pid).parent()
    assert parent is not None
    return parent


async def until(holds: Callable[[], bool]) -> None:
    """Waits, under a generous deadline, for what nobody tells of."""
    deadline = time.monotonic() + _SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def taken_over(program: Path, answer: tuple[bytes, bytes], size_bytes: int | None = None) -> Path:
    """A program in Python's place whose worker answers everything alike, whatever it is asked."""
    kind, said = answer
    head = ANSWER.pack(kind, len(said) if size_bytes is None else size_bytes)
    program.write_text(_TAKEN_OVER.format(python=sys.executable, answer=head + said))
    program.chmod(0o755)
    return program
