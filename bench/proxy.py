"""The proxy of compose.yaml in front of a small server: each of its time-outs, measured.

`python bench/proxy.py` needs nginx and openssl and takes a minute. Each hostile caller holds one
connection; the table says when the proxy let go and how many requests came through to the server.
The last line is JSON.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIG = Path(__file__).resolve().parent.parent / "deploy" / "compose" / "proxy.conf"
SYSTEM_PROGRAMS = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
STREAM_SECONDS = 45
HELD_SECONDS = 150  # longer than it takes to open all
HEARTBEAT_SECONDS = 15
SECONDS_MAX = 60
CALLERS_MAX, CONNECTIONS_MAX = 350, 300
LARGE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How long a caller was borne, the longest that is right, and what reached the server."""

    caller: str
    seconds: float
    expected: tuple[float, float]
    note: str

    @property
    def is_right(self) -> bool:
        return self.expected[0] <= self.seconds <= self.expected[1]


@dataclass
class Behind:
    """The server behind the proxy, and the paths that were asked of it."""

    port: int
    asked: list[str] = field(default_factory=list)


class Answers(BaseHTTPRequestHandler):
    """An event stream, a large answer, a small one, and a place for bodies."""

    protocol_version = "HTTP/1.1"
    behind: Behind

    def do_GET(self) -> None:
        self.behind.asked.append(self.path)
        if self.path == "/stream":
            self._stream(STREAM_SECONDS)
        elif self.path == "/held":
            self._stream(HELD_SECONDS)
        elif self.path == "/large":
            self._head(LARGE_BYTES)
            for _ in range(LARGE_BYTES // 1_000_000):
                self.wfile.write(bytes(1_000_000))
        else:
            self._head(0)

    def do_POST(self) -> None:
        self.behind.asked.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        self._head(0)

    def _head(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _stream(self, seconds: int) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for _ in range(seconds // HEARTBEAT_SECONDS):
            self.wfile.write(b": still here\n\n")
            time.sleep(HEARTBEAT_SECONDS)

    def log_message(self, *_: object) -> None:
        """Nothing: the table is the output."""

    def handle(self) -> None:
        # Where the proxy hangs up, which is what is measured, there is nothing left to say.
        with suppress(OSError):
            super().handle()


@contextmanager
def server_behind() -> Iterator[Behind]:
    """The server behind the proxy, until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        Answers.behind = Behind(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Answers.behind
        server.shutdown()


def free_ports(number: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


@contextmanager
def proxy(behind: Behind) -> Iterator[int]:
    """nginx with the shipped file, its names and ports alone put in; the port of its TLS side."""
    nginx = shutil.which("nginx", path=SYSTEM_PROGRAMS)
    if nginx is None:
        sys.exit("needs nginx: apt-get install nginx-light")
    plain, tls = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="infringement-proxy-") as folder:
        Path(folder).chmod(0o755)  # its workers are another user
        options = ["-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost"]
        files = ["-keyout", f"{folder}/tls_key", "-out", f"{folder}/tls_certificate"]
        command = ["openssl", "req", "-x509", *options, *files]
        subprocess.run(command, check=True, capture_output=True)
        text = CONFIG.read_text().replace("/tmp/", f"{folder}/").replace("/run/secrets", folder)
        text = text.replace("http://api:8000", f"http://127.0.0.1:{behind.port}")
        text = text.replace("listen 8443", f"listen 127.0.0.1:{tls}")
        text = text.replace("listen 8080", f"listen 127.0.0.1:{plain}")
        (Path(folder) / "proxy.conf").write_text(text)
        command = [nginx, "-c", f"{folder}/proxy.conf", "-g", "daemon off;"]
        with subprocess.Popen(command) as process:
            until_it_answers(tls)
            yield tls
            process.terminate()


def until_it_answers(port: int) -> None:
    for _ in range(100):
        try:
            with connected(port) as caller:
                caller.sendall(b"GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n")
                caller.recv(1000)
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("nginx does not answer")


def connected(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)
    return context.wrap_socket(plain)


def until_let_go(caller: ssl.SSLSocket, began: float) -> float:
    """Seconds until the other side had ended the connection."""
    with suppress(OSError):
        while caller.recv(65536):
            pass
    return time.monotonic() - began


def slow_headers(port: int) -> float:
    """A header line a second, never the last."""
    began = time.monotonic()
    with connected(port) as caller, suppress(OSError):
        caller.sendall(b"GET /headers HTTP/1.1\r\nHost: localhost\r\n")
        caller.settimeout(1)
        while time.monotonic() - began < SECONDS_MAX:
            caller.sendall(b"X-More: 1\r\n")
            with suppress(TimeoutError):
                if not caller.recv(1000):
                    break
    return time.monotonic() - began


def slow_body(port: int) -> float:
    """Ten bytes of a thousand, then nothing."""
    began = time.monotonic()
    with connected(port) as caller:
        head = b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
        caller.sendall(head + bytes(10))
        return until_let_go(caller, began)


def idle(port: int) -> float:
    """One request, then nothing."""
    with connected(port) as caller:
        caller.sendall(b"GET /idle HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return until_let_go(caller, time.monotonic())


def slow_reader(port: int) -> float:
    """Asks for a large answer and reads nothing of it."""
    began = time.monotonic()
    with connected(port) as caller:
        caller.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        hung_up = select.poll()
        hung_up.register(caller, 0)  # a reset is told unasked
        hung_up.poll(SECONDS_MAX * 1000)
        return time.monotonic() - began


def stream_reader(port: int) -> float:
    """An event stream with a heartbeat each 15 s, which must not be cut."""
    with connected(port) as caller:
        caller.sendall(b"GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return until_let_go(caller, time.monotonic())


def many_connections(port: int) -> int:
    """How many of 350 event streams of one address were refused."""
    callers = []
    try:
        for _ in range(CALLERS_MAX):
            callers.append(connected(port))
            callers[-1].sendall(b"GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return sum(b" 429 " in caller.recv(100) for caller in callers)
    finally:
        for caller in callers:
            caller.close()


CALLERS: dict[Callable[[int], float], tuple[float, float]] = {
    slow_headers: (8, 13),
    slow_body: (13, 18),
    idle: (28, 33),
    slow_reader: (28, 36),
    stream_reader: (STREAM_SECONDS, SECONDS_MAX),
}


def main() -> None:
    with server_behind() as behind, proxy(behind) as port:
        refused = many_connections(port)
        with ThreadPoolExecutor(len(CALLERS)) as threads:
            times = threads.map(lambda caller: caller(port), CALLERS)
            outcomes = [
                Outcome(caller.__name__, seconds, expected, (caller.__doc__ or "").strip())
                for (caller, expected), seconds in zip(CALLERS.items(), times, strict=True)
            ]
    never = {"/headers", "/body"} & set(behind.asked)
    for outcome in outcomes:
        verdict = "ok  " if outcome.is_right else "FAIL"
        print(f"{verdict} {outcome.caller:14} {outcome.seconds:5.1f} s  {outcome.note}")
    print(f"{refused} of {CALLERS_MAX} event streams of one address refused")
    print(f"half requests that reached the server: {sorted(never) or 'none'}")
    figures = {outcome.caller: round(outcome.seconds, 1) for outcome in outcomes}
    print(json.dumps({**figures, "refused": refused, "half_requests": len(never)}))
    right = all(outcome.is_right for outcome in outcomes)
    sys.exit(not (right and refused >= CALLERS_MAX - CONNECTIONS_MAX and not never))


if __name__ == "__main__":
    os.environ["PATH"] += f":{SYSTEM_PROGRAMS}"
    main()
