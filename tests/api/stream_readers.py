"""Many readers of one event stream who lose their connection again and again."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

_ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)


@dataclass
class Reader:
    """Reads until it has the last event, resuming by Last-Event-ID; what it got is in `seen`."""

    path: str
    key: str
    port: Callable[[], int]  # where the server answers at present
    disconnects: int
    seen: list[int] = field(default_factory=list)
    connections: int = 0

    async def read_up_to(self, last: int) -> None:
        while not self.seen or self.seen[-1] < last:
            left = self.disconnects - self.connections
            # Some ids further on, the reader hangs up in the middle of a frame.
            leave_at = (self.seen[-1] if self.seen else 0) + random.randint(1, 12)
            try:
                await self._read(last if left <= 0 else min(leave_at, last))
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(random.uniform(0.02, 0.1))

    async def _read(self, up_to: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port())
        try:
            resume = f"Last-Event-ID: {self.seen[-1]}\r\n" if self.seen else ""
            writer.write(
                f"GET {self.path} HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {self.key}\r\n{resume}\r\n".encode()
            )
            await reader.readuntil(b"\r\n\r\n")
            self.connections += 1
            rest = b""
            while not self.seen or self.seen[-1] < up_to:
                received = await reader.read(65536)
                if not received:
                    raise ConnectionResetError
                *frames, rest = (rest + received).split(b"\n\n")
                for frame in frames:
                    if match := _ID.search(frame):
                        self.seen.append(int(match[1]))
                        if self.seen[-1] >= up_to:
                            break
        finally:
            writer.transport.abort()
