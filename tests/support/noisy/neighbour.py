"""The neighbour of a hostile client: how long its work takes, alone and while the other attacks."""

from __future__ import annotations

import json
import math
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field

import httpx
import psutil

from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.settings import PROJECT_DIR
from tests.support.noisy.hostile import THINGS, Target, polite

ALL = tuple(thing.__name__ for thing in THINGS)
POLITE = (polite.__name__,)
KINDS = ("list", "photo", "decision", "stream")
PACE_SECONDS = 0.05
_WAITED = re.compile(r"place;dur=([\d.]+)")
_SENT_AT = re.compile(r'"sent_at":\s*([\d.]+)')


@dataclass
class Seconds:
    """How long each kind of work took."""

    of: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def p95_ms(self) -> dict[str, float]:
        """The 95th percentile of each kind."""
        return {
            kind: round(sorted(values)[int(len(values) * 0.95)] * 1000, 1)
            for kind, values in self.of.items()
            if values
        }

    def p50_ms(self) -> dict[str, float]:
        """The median of each kind."""
        return {
            kind: round(statistics.median(values) * 1000, 1)
            for kind, values in self.of.items()
            if values
        }


class Neighbour:
    """A client at work: it looks at cases and photos, decides, and follows its events."""

    def __init__(
        self, port: int, key: str, client_id: str, case_ids: list[str], sha256: str, db: Database
    ) -> None:
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/v1/clients/{client_id}",
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        )
        self._client_id = client_id
        self._versions = dict.fromkeys(case_ids, 1)
        self._sha256 = sha256
        self._database = db
        self.decided = 0
        self.sent = 0
        self.seen: list[int] = []
        self.errors: list[str] = []
        self.waited_ms: list[float] = []  # for a place, as the API says
        self._stream_seconds: list[float] = []

    def close(self) -> None:
        """Guarantees that no connection stays."""
        self._http.close()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Guarantees that its stream is read within the block."""
        stopping = threading.Event()
        opened = threading.Event()

        def follow() -> None:
            try:
                with self._http.stream("GET", "/events", timeout=None) as answer:
                    opened.set()
                    for line in answer.iter_lines():
                        self._read(line)
                        if stopping.is_set():
                            return
            except httpx.HTTPError as error:
                self.errors.append(f"stream: {error!r}")

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        assert opened.wait(30)
        try:
            yield
        finally:
            stopping.set()
            self._send_event()
            thread.join(30)

    def work(self, seconds: float) -> Seconds:
        """How long everything took that it did in so many seconds."""
        measured = Seconds()
        self._stream_seconds = measured.of["stream"]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for kind, do in (
                ("list", self._list),
                ("photo", self._photo),
                ("decision", self._decide),
            ):
                began = time.perf_counter()
                do()
                measured.of[kind].append(time.perf_counter() - began)
            self._send_event()
            time.sleep(PACE_SECONDS)
        return measured

    def lost(self) -> int:
        """How many events did not come, or came twice or out of order; after a moment's wait."""
        until = time.monotonic() + 5
        while len(self.seen) < self.sent and time.monotonic() < until:
            time.sleep(0.05)
        in_order = sorted(set(self.seen)) == self.seen
        return abs(self.sent - len(self.seen)) + (0 if in_order else 1)

    def _list(self) -> None:
        self._check(self._http.get("/cases", params={"state": "open", "limit": 20}), 200)

    def _photo(self) -> None:
        self._check(self._http.get(f"/photos/{self._sha256}", params={"side_px": 320}), 200)

    def _decide(self) -> None:
        case_id, version = min(self._versions.items(), key=lambda case: case[1])
        body = {"decision": "unsure", "version": version}
        answer = self._http.post(f"/cases/{case_id}/decisions", json=body)
        if self._check(answer, 201):
            self._versions[case_id] = answer.json()["version"]
            self.decided += 1

    def _check(self, answer: httpx.Response, status: int) -> bool:
        waited = _WAITED.search(answer.headers.get("Server-Timing", ""))
        self.waited_ms.append(float(waited[1]) if waited else math.inf)
        if answer.status_code != status:
            self.errors.append(f"{answer.request.url.path}: {answer.status_code} {answer.text}")
        return answer.status_code == status

    def _send_event(self) -> None:
        with self._database.client(self._client_id) as c:
            event = NewEvent("noisy.test", {"sent_at": time.time()})
            event_store.append_events(c, self._client_id, [event])
        self.sent += 1

    def _read(self, line: str) -> None:
        found = _SENT_AT.search(line) if line.startswith("data:") else None
        if found:
            self._stream_seconds.append(time.time() - float(found[1]))
            self.seen.append(int(json.loads(line[5:])["event_no"]))


@contextmanager
def attacked(target: Target, wanted: Sequence[str] = ALL) -> Iterator[Callable[[], str]]:
    """Guarantees that the hostile client does its worst within the block; says what it did."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.noisy.hostile"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT_DIR,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines = ["nothing"]
    try:
        process.stdin.write(json.dumps({"target": asdict(target), "wanted": list(wanted)}) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "attacking\n"
        reading = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
        reading.start()
        yield lambda: lines[-1]
        assert process.poll() is None, "the hostile client gave up"
    finally:
        process.kill()
        process.wait()
        reading.join(10)
        process.stdin.close()
        process.stdout.close()


@dataclass(slots=True)
class Peak:
    """The most memory that a process and its children took, shared pages counted once."""

    parts_mb: dict[str, float] = field(default_factory=dict)  # by what the processes are for

    @property
    def mb(self) -> float:
        """All parts together."""
        return sum(self.parts_mb.values())


@contextmanager
def peak_memory(pid: int) -> Iterator[Peak]:
    """The most that the process and its children take within the block."""
    peak, stopping = Peak(), threading.Event()

    def look() -> None:
        while not stopping.wait(0.5):
            parts_mb = memory_parts_mb(pid)
            if sum(parts_mb.values()) > peak.mb:
                peak.parts_mb = parts_mb

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stopping.set()
        thread.join(10)


def memory_parts_mb(pid: int) -> dict[str, float]:
    """Proportional set size of the process and all its children, by what they are for."""
    parts_mb: Counter[str] = Counter()
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for item in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                parts_mb[_purpose(item.cmdline())] += item.memory_full_info().pss / 1e6
    return dict(parts_mb)


def _purpose(command: Sequence[str]) -> str:
    """The name of the module that the process runs."""
    return command[command.index("-m") + 1] if "-m" in command else "other"
