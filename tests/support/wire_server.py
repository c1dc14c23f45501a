"""A local server that says exactly what a test scripted, byte for byte, on real sockets."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

Say = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that is held back for a while."""

    seconds: float
    answer: bytes


class WireServer:
    """Answers each request with the next of `script`; the last one is repeated."""

    def __init__(self, port: int, script: tuple[bytes | Later | Say, ...]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.origin = f"127.0.0.1:{port}"
        self.requests: list[str] = []
        self.in_flight_peak = 0
        self._in_flight = 0
        self._lock = threading.Lock()
        self._script = deque(script)

    def serve(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                return
            head += received
        head += _rest_of_body(connection, head)
        with self._lock:
            self.requests.append(head.decode("latin-1"))
            said = self._script[0] if len(self._script) == 1 else self._script.popleft()
            self._in_flight += 1
            self.in_flight_peak = max(self.in_flight_peak, self._in_flight)
        with suppress(OSError):  # the client left, as some tests want
            self._say(said, connection)

    def _say(self, said: bytes | Later | Say, connection: socket.socket) -> None:
        if isinstance(said, Later):
            time.sleep(said.seconds)
            said = said.answer
        if isinstance(said, bytes):
            self._leave()  # first: a client that has its answer may ask again before we go on
            connection.sendall(said)
            return
        try:
            said(connection)
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._in_flight -= 1


def _rest_of_body(connection: socket.socket, received: bytes) -> bytes:
    """What of a posted body has not come yet: unread, it would reset the connection."""
    head, _, begun = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    left = int(length[1]) - len(begun) if length else 0
    rest = b""
    while len(rest) < left and (more := connection.recv(65536)):
        rest += more
    return rest


@contextmanager
def wire_server(*script: bytes | Later | Say) -> Iterator[WireServer]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            told.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        told = WireServer(server.server_address[1], script)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def answer(body: bytes = b"{}", status: int = 200, **headers: str) -> bytes:
    """One whole answer; underscores in header names stand for hyphens."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drip(seconds_between: float) -> Say:
    """A promise of a long body of which one byte comes at a time."""

    def say(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x")
            time.sleep(seconds_between)

    return say
