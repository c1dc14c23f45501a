"""Whatever a photo's server does, fetching ends in time, with a reason, in little memory."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infringement_dagster.domain.photo import MissedPhoto
from resources.fetching.fetcher import PhotoFetcher
from resources.fetching.http_cache import Fetched
from tests.support.wire_server import Say, answer, wire_server

DEADLINE_SECONDS = 0.6
# A server that is not left would never be; a machine at load 16 took 8.6 s to leave one.
LEFT_SECONDS_MAX = 30.0
GROWTH_MAX_BYTES = 64 * 2**20
OK = b"HTTP/1.1 200 OK\r\n"


def saying(*parts: bytes, endlessly: bytes = b"", pause_seconds: float = 0.0) -> Say:
    """Says the parts, then `endlessly` for ever or, without it, nothing for a long time."""

    def say(connection: socket.socket) -> None:
        for part in itertools.chain(parts, itertools.repeat(endlessly) if endlessly else ()):
            connection.sendall(part)
            time.sleep(pause_seconds)
        connection.settimeout(5)
        while connection.recv(65536):
            pass

    return say


def gone(*parts: bytes) -> Say:
    """Says the parts and resets the connection."""

    def say(connection: socket.socket) -> None:
        connection.sendall(b"".join(parts))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return say


def gzip_bomb() -> bytes:
    """A hundred megabytes of zeros in a hundred kilobytes."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"\0" * 2**20
    return b"".join([*(squeeze.compress(zeros) for _ in range(100)), squeeze.flush()])


HOSTILE: dict[str, tuple[bytes | Say, set[str]]] = {
    "silence": (saying(), {"timed_out"}),
    "a dripping head": (
        saying(OK, endlessly=b"X: 1\r\n", pause_seconds=0.01),
        {"timed_out", "unreachable"},
    ),
    "a dripping body": (
        saying(OK + b"Content-Length: 1000\r\n\r\n", endlessly=b"x", pause_seconds=0.01),
        {"timed_out"},
    ),
    "an endless body": (saying(OK + b"\r\n", endlessly=b"x" * 65536), {"too_large"}),
    "endless chunks": (
        saying(
            OK + b"Transfer-Encoding: chunked\r\n\r\n",
            endlessly=b"10000\r\n" + b"x" * 65536 + b"\r\n",
        ),
        {"too_large"},
    ),
    "a chunk of the largest size": (
        saying(
            OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", endlessly=b"x" * 65536
        ),
        {"too_large", "unreachable"},
    ),
    "a flood of header fields": (
        saying(OK, endlessly=b"X-Flood: " + b"h" * 1000 + b"\r\n"),
        {"unreachable"},
    ),
    "one endless header field": (saying(OK + b"X: ", endlessly=b"h" * 65536), {"unreachable"}),
    "endless interim answers": (
        saying(endlessly=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
        {"timed_out", "unreachable"},
    ),
    "a bomb in gzip": (answer(gzip_bomb(), content_encoding="gzip"), {"encoded"}),
    "a redirect to itself": (answer(b"", 302, location="/x.jpg"), {"too_many_redirects"}),
    "fewer bytes than promised": (
        OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 500,
        {"unreachable"},
    ),
    "fewer bytes, then silence": (
        saying(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 500),
        {"timed_out"},
    ),
    "a reset in the body": (
        gone(OK + b"Content-Length: 100000\r\n\r\n" + b"x" * 500),
        {"unreachable"},
    ),
    "a reset at once": (gone(), {"unreachable"}),
    "another protocol": (b"220 smtp.example ESMTP\r\n" * 10, {"unreachable"}),
}


def fetch(url: str, origin: str) -> tuple[Fetched, float]:
    async def fetched() -> tuple[Fetched, float]:
        async with PhotoFetcher(
            allowed_private=[origin], deadline_seconds=DEADLINE_SECONDS, connect_timeout_seconds=0.5
        ) as fetcher:
            began = time.monotonic()
            return await fetcher.fetch(url), time.monotonic() - began

    return asyncio.run(fetched())


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Fails when this process ever had much more than it has now."""
    clear, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    clear.write_text("5")  # the peak starts anew
    before = psutil.Process().memory_info().rss
    yield
    (peak,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) * 1024 - before <= GROWTH_MAX_BYTES


def test_there_are_a_dozen() -> None:
    assert len(HOSTILE) + 1 >= 12


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_is_left_in_time(name: str) -> None:
    said, reasons = HOSTILE[name]
    with wire_server(said) as server, little_memory():
        outcome, seconds = fetch(f"{server.url}/x.jpg", server.origin)
    assert isinstance(outcome, MissedPhoto), outcome
    assert outcome.reason in reasons
    assert seconds < LEFT_SECONDS_MAX


def test_a_handshake_that_never_comes_is_left_in_time() -> None:
    with wire_server(answer()) as server, little_memory():
        outcome, seconds = fetch(f"https://{server.origin}/x.jpg", server.origin)
    assert isinstance(outcome, MissedPhoto)
    assert outcome.reason == "timed_out"
    assert seconds < LEFT_SECONDS_MAX
