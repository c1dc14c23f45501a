"""Requests byte by byte, and who watches the server while they are sent."""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

HEALTHZ_SECONDS_MAX = 0.25


@contextmanager
def connected(base_url: str) -> Iterator[socket.socket]:
    """A connection to the server, for whoever says what the bytes are."""
    parts = urlsplit(base_url)
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=30) as connection:
        yield connection


def head(method: str, path: str, **headers: str) -> bytes:
    """The head of a request."""
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"{method} {path} HTTP/1.1\r\nHost: api\r\n{''.join(lines)}\r\n".encode()


def status_of(connection: socket.socket) -> int:
    """The status of the answer; 0 when the server hung up without one."""
    answer = b""
    try:
        while b"\r\n" not in answer and (more := connection.recv(65_536)):
            answer += more
    except ConnectionError:
        return 0
    return int(answer.split(b" ", 2)[1]) if answer else 0


@dataclass(frozen=True, slots=True)
class Waited:
    """How long one answer took, and what the server's process worked meanwhile."""

    seconds: float
    server_seconds: float

    @property
    def through_us(self) -> float:
        """Without what others on a busy machine took; a tenth of the wait counts in any case."""
        return min(self.seconds, max(self.server_seconds, self.seconds / 10))


class Watch:
    """How long `/healthz` took while something else went on."""

    def __init__(self) -> None:
        self.waits: list[Waited] = []

    @property
    def worst_seconds(self) -> float:
        """The longest wait that was the server's doing."""
        assert self.waits, "nothing was asked"
        return max(wait.through_us for wait in self.waits)


@contextmanager
def watching(base_url: str, server_pid: int | None = None) -> Iterator[Watch]:
    """Asks `/healthz` again and again until the block ends; the server is this process
    unless it is named."""
    # Asked by a process of its own: making a body of 20 MB would keep a thread here for seconds.
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    asking = processes.Process(target=_ask, args=(base_url, server_pid or os.getpid(), there))
    asking.start()
    watch = Watch()
    try:
        assert here.poll(60), "the server gave no answer"
        here.recv()
        yield watch
    finally:
        here.send("over")
        watch.waits.extend(here.recv() if here.poll(60) else [])
        asking.join(60)


def _ask(base_url: str, server_pid: int, told: Connection[Any, Any]) -> None:
    server, waits = psutil.Process(server_pid), list[Waited]()
    with httpx.Client(base_url=base_url, timeout=60) as http:
        http.get("/healthz")
        told.send("asked")
        while not (told.poll(0.01) and waits):
            began, worked = time.perf_counter(), _worked_seconds(server)
            assert http.get("/healthz").status_code == 200
            waits.append(Waited(time.perf_counter() - began, _worked_seconds(server) - worked))
    told.send(waits)


def _worked_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
