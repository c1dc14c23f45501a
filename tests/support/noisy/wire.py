"""A small HTTP client that costs its machine little and may behave badly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Api:
    """Where the API is, and the credential that is sent."""

    port: int
    key: str

    def head(self, method: str, path: str, length: int = 0, *extra: str) -> bytes:
        """The head of a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: noisy", f"Content-Length: {length}", *extra]
        if self.key:
            lines.append(f"Authorization: Bearer {self.key}")
        return "\r\n".join([*lines, "", ""]).encode()


class Connection:
    """One connection that is kept between requests."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", *extra: str) -> int:
        """The status; the body of the answer is read and thrown away."""
        if self._writer is None or self._reader is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._api.port)
        kind = "Content-Type: application/json"
        self._writer.write(self._api.head(method, path, len(body), kind, *extra) + body)
        await self._writer.drain()
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await self._skip_body(self._reader, head)
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1])

    def close(self) -> None:
        """Guarantees that the next request takes another connection."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    async def _skip_body(self, reader: asyncio.StreamReader, head: str) -> None:
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        if "content-length" in headers:
            await reader.readexactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()


async def unread(api: Api, method: str, path: str, times: int = 1) -> asyncio.StreamWriter:
    """A connection that has asked and never reads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port, limit=1)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    del reader
    writer.write(api.head(method, path) * times)
    return writer
