"""`python -m tests.support.noisy.hostile`: one client does twenty-two hostile things at once.

What to attack comes as a line of JSON on standard input; it goes on until it is killed, and says on
standard output how often each thing was answered with which status.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from urllib.parse import quote

from tests.support.noisy.wire import Api, Connection, unread
from tests.support.photos import encoded, product

Thing = Callable[["Hostile"], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class Target:
    """The API, the hostile client's keys and things, and whom it would like to hurt."""

    port: int
    client_id: str
    keys: list[str]
    case_ids: list[str]
    bundled_case_ids: list[str]  # those with frozen evidence
    sha256s: list[str]
    scan_id: str
    neighbour_id: str


class Hostile:
    """The hostile client."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.held: list[asyncio.StreamWriter] = []
        self.photo = encoded(product(1, 2400).resize((4000, 4000)), quality=95)

    @property
    def path(self) -> str:
        return f"/v1/clients/{self.target.client_id}"

    def api(self) -> Api:
        return Api(self.target.port, random.choice(self.target.keys))

    async def repeat(
        self, name: str, workers: int, ask: Callable[[], Request], *extra: str
    ) -> None:
        """So many workers, each of which asks as soon as it was answered."""

        async def work() -> None:
            connection = Connection(self.api())
            while True:
                try:
                    async with asyncio.timeout(60):
                        self.statuses[name, await connection.ask(*ask(), *extra)] += 1
                except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError):
                    self.statuses[name, 0] += 1
                    connection.close()
                    await asyncio.sleep(0.1)

        await asyncio.gather(*(work() for _ in range(workers)))

    async def hold(self, name: str, count: int, path: str, times: int = 1) -> None:
        """So many connections that ask and do not read; those that are cut off are replaced."""
        mine: list[asyncio.StreamWriter] = []
        while True:
            mine = [item for item in mine if not item.is_closing()]
            with contextlib.suppress(OSError):
                mine.append(await unread(self.api(), "GET", path, times))
                self.statuses[name, 0] += 1
            await asyncio.sleep(0.02 if len(mine) < count else 1)


Request = tuple[str, str, bytes]


def something(values: list[str]) -> str:
    return random.choice(values)


async def lists(h: Hostile) -> None:
    await h.repeat("lists", 16, lambda: ("GET", f"{h.path}/cases?limit=200&text=bottle", b""))


async def unread_lists(h: Hostile) -> None:
    await h.hold("unread_lists", 20, f"{h.path}/cases?limit=200", 10)


async def exports(h: Hostile) -> None:
    await h.repeat("exports", 6, lambda: ("GET", f"{h.path}/cases-export", b""))


async def parquet(h: Hostile) -> None:
    await h.repeat("parquet", 2, lambda: ("GET", f"{h.path}/cases-export?format=parquet", b""))


async def unread_exports(h: Hostile) -> None:
    await h.hold("unread_exports", 10, f"{h.path}/cases-export")


async def bundles(h: Hostile) -> None:
    def ask() -> Request:
        return ("GET", f"{h.path}/cases/{something(h.target.bundled_case_ids)}/bundle", b"")

    await h.repeat("bundles", 3, ask)


async def previews(h: Hostile) -> None:
    body = json.dumps(a_config(1)).encode()
    await h.repeat("previews", 4, lambda: ("POST", f"{h.path}/config/preview", body))


async def streams(h: Hostile) -> None:
    await h.hold("streams", 300, f"{h.path}/events")


async def polls(h: Hostile) -> None:
    await h.repeat("polls", 20, lambda: ("GET", f"{h.path}/events/poll?wait_seconds=30", b""))


async def hooks(h: Hostile) -> None:
    def ask() -> Request:
        url = f"https://hooks{random.randrange(10**6)}.example:8443/{'x' * 500}"
        return "POST", f"{h.path}/webhooks", json.dumps({"url": url}).encode()

    await h.repeat("hooks", 2, ask)


async def bad_hooks(h: Hostile) -> None:
    body = json.dumps({"url": "https://xn--/"}).encode()
    await h.repeat("bad_hooks", 1, lambda: ("POST", f"{h.path}/webhooks", body))


async def log_ins(h: Hostile) -> None:
    def ask() -> Request:
        login = {"email": f"u{random.randrange(10**6)}@x.example", "password": "wrong horse"}
        return "POST", "/v1/session", json.dumps(login | {"client_id": h.target.client_id}).encode()

    await h.repeat("log_ins", 6, ask)


async def huge_configs(h: Hostile) -> None:
    body = json.dumps(a_config(2000)).encode()
    await h.repeat("huge_configs", 3, lambda: ("PUT", f"{h.path}/config", body), 'If-Match: "1"')


async def odd_bodies(h: Hostile) -> None:
    body = json.dumps({f"key{n}": n for n in range(50_000)}).encode()
    await h.repeat("odd_bodies", 2, lambda: ("POST", f"{h.path}/webhooks", body))


async def garbage_uploads(h: Hostile) -> None:
    body = os.urandom(5_000_000)
    path = f"{h.path}/references?file_name=a.jpg"
    await h.repeat("garbage_uploads", 2, lambda: ("POST", path, body))


async def heavy_photos(h: Hostile) -> None:
    """Each upload is another file, so that it is decoded anew."""
    path = f"{h.path}/references?file_name=a.jpg"
    await h.repeat("heavy_photos", 3, lambda: ("POST", path, h.photo + os.urandom(8)))


async def photos(h: Hostile) -> None:
    def ask() -> Request:
        side = random.choice((160, 320, 640, 1280))
        return "GET", f"{h.path}/photos/{something(h.target.sha256s)}?side_px={side}", b""

    await h.repeat("photos", 8, ask)


async def strangers(h: Hostile) -> None:
    """Keys that are none, for paths of the neighbour."""
    api = Api(h.target.port, "inf_live_0123456789abcdef_" + "0" * 43)

    async def work() -> None:
        connection = Connection(api)
        while True:
            with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
                path = f"/v1/clients/{h.target.neighbour_id}/cases"
                h.statuses["strangers", await connection.ask("GET", path)] += 1

    await asyncio.gather(*(work() for _ in range(6)))


async def foreign_paths(h: Hostile) -> None:
    path = f"/v1/clients/{h.target.neighbour_id}/cases"
    await h.repeat("foreign_paths", 6, lambda: ("GET", path, b""))


async def decisions(h: Hostile) -> None:
    def ask() -> Request:
        body = json.dumps({"decision": "unsure", "version": 1, "reason": "x" * 900}).encode()
        return "POST", f"{h.path}/cases/{something(h.target.case_ids)}/decisions", body

    await h.repeat("decisions", 4, ask)


async def odd_queries(h: Hostile) -> None:
    text = quote("%_" * 40)
    await h.repeat("odd_queries", 4, lambda: ("GET", f"{h.path}/cases?text={text}", b""))


async def half_open(h: Hostile) -> None:
    """Heads that never end, a byte at a time."""
    held: list[asyncio.StreamWriter] = []
    while True:
        held = [item for item in held if not item.is_closing()]
        with contextlib.suppress(OSError):
            if len(held) < 200:
                held.append((await asyncio.open_connection("127.0.0.1", h.target.port))[1])
            for entry in held[::20]:
                entry.write(b"G")
        await asyncio.sleep(0.02 if len(held) < 200 else 1)


async def polite(h: Hostile) -> None:
    """What a busy but honest client does: the control, not one of the hostile things."""

    def look() -> Request:
        return "GET", f"{h.path}/cases?limit=20", b""

    await h.repeat("polite", 4, look)


THINGS: tuple[Thing, ...] = (
    lists,
    unread_lists,
    exports,
    parquet,
    unread_exports,
    bundles,
    previews,
    streams,
    polls,
    hooks,
    bad_hooks,
    log_ins,
    huge_configs,
    odd_bodies,
    garbage_uploads,
    heavy_photos,
    photos,
    strangers,
    foreign_paths,
    decisions,
    odd_queries,
    half_open,
)


def a_config(brands: int) -> dict[str, object]:
    """A config of so many brands."""
    return {
        "brands": [{"name": f"Brand {n}", "aliases": [f"Alias {n}"]} for n in range(brands)],
        "searches": {"amazon": {"queries": ["bottle"]}},
    }


async def attack(target: Target, wanted: list[str]) -> None:
    hostile = Hostile(target)
    chosen = [thing for thing in (*THINGS, polite) if thing.__name__ in wanted]
    tasks: list[asyncio.Task[None]] = [asyncio.create_task(item(hostile)) for item in chosen]
    _say("attacking")
    while all(not task.done() for task in tasks):
        await asyncio.sleep(1)
        told = {f"{name} {status}": n for (name, status), n in hostile.statuses.items()}
        _say(json.dumps(told))
    await asyncio.gather(*tasks)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    os.nice(19)  # on this machine the attacker's own work is not what is measured
    told = json.loads(sys.stdin.readline())
    asyncio.run(attack(Target(**told["target"]), told["wanted"]))


if __name__ == "__main__":
    main()
