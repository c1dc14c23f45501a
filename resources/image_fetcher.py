"""The bytes behind a picture's address, or the reason why there are none.

Belongs here: redirects, sizes, deadlines, typed outcomes. Not here: which addresses may be reached
(`guarded_transport.py`), decoding (`matching/hashing.py`), keeping (`object_store.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self, TypeAlias
from weakref import WeakValueDictionary

import httpx

from resources.guarded_transport import ForbiddenAddress, GuardedTransport, Resolver, resolve
from resources.text import clean_url

CONTENT_MAX_BYTES = 20 * 1024 * 1024
REDIRECTS_MAX = 3

_PORTS = {"http": 80, "https": 443}
_RETRY_PAUSE_SECONDS = 0.4
_TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_HEADERS = {"accept": "image/*", "accept-encoding": "identity", "user-agent": "infringement/0.1"}
_LOG = logging.getLogger(__name__)

FetchFailure = Literal[
    "bad_url",
    "forbidden_address",
    "not_found",
    "refused",
    "server_error",
    "timed_out",
    "unreachable",
    "too_many_redirects",
    "too_large",
    "encoded",
    "empty",
]


@dataclass(frozen=True, slots=True)
class FetchedImage:
    """What an address holds; `url` is where the redirects ended."""

    content: bytes
    sha256: str
    media_type: str
    url: str


@dataclass(frozen=True, slots=True)
class CouldNotFetch:
    """Why an address gave nothing to look at; `detail` is for people."""

    reason: FetchFailure
    detail: str


Fetched: TypeAlias = FetchedImage | CouldNotFetch


class ImageFetcher:
    """Fetches pictures, `concurrency` at a time, `per_host` from one host; a context manager.

    `allowed_private` holds "host:port" pairs that may be private and on any port: the sandbox's
    loopback in development, nothing in production. `deadline_seconds` bounds one picture with its
    redirects and its one retry, once its turn has come.
    """

    def __init__(
        self,
        *,
        allowed_private: Iterable[str] = (),
        concurrency: int = 32,
        per_host: int = 24,
        deadline_seconds: float = 20.0,
        connect_timeout_seconds: float = 5.0,
        content_max_bytes: int = CONTENT_MAX_BYTES,
        resolver: Resolver = resolve,
    ) -> None:
        self._allowed = frozenset(allowed_private)
        self._deadline_seconds = deadline_seconds
        self._timeouts = httpx.Timeout(deadline_seconds, connect=connect_timeout_seconds).as_dict()
        self._content_max_bytes = content_max_bytes
        # A bare transport: no cookies, credentials, proxies or redirects of a client's making. Each
        # slot has one with one connection: a shared pool of 32 looks at all of them several times
        # a request, 1.2 ms a picture.
        tls = httpx.create_ssl_context(trust_env=False)
        self._transports = tuple(
            GuardedTransport(self._allowed, tls=tls, resolver=resolver) for _ in range(concurrency)
        )
        self._slots: asyncio.LifoQueue[GuardedTransport] = asyncio.LifoQueue()
        for transport in self._transports:
            self._slots.put_nowait(transport)
        self._per_host = per_host
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        if self._allowed:
            _LOG.warning("photos may come from %s: for development", sorted(self._allowed))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes all connections."""
        for transport in self._transports:
            await transport.aclose()

    async def fetch(self, url: str) -> Fetched:
        """The picture behind `url`; whatever its server does ends in one of the two outcomes."""
        transport = await self._slots.get()
        try:
            async with asyncio.timeout(self._deadline_seconds):
                return await self._fetch_with_retry(transport, url)
        except TimeoutError:
            return CouldNotFetch("timed_out", f"not done in {self._deadline_seconds:g} s")
        finally:
            self._slots.put_nowait(transport)

    async def _fetch_with_retry(self, transport: GuardedTransport, url: str) -> Fetched:
        outcome = await self._follow(transport, url)
        if isinstance(outcome, CouldNotFetch) and outcome.reason in {"server_error", "unreachable"}:
            pause = random.uniform(0.5, 1) * _RETRY_PAUSE_SECONDS  # noqa: S311 - spreads load
            await asyncio.sleep(pause)
            return await self._follow(transport, url)
        return outcome

    async def _follow(self, transport: GuardedTransport, url: str) -> Fetched:
        next_url = url
        for _ in range(REDIRECTS_MAX + 1):
            target = self._checked(next_url)
            if isinstance(target, CouldNotFetch):
                return target
            async with self._turn_of(target.host):
                outcome = await self._get(transport, target)
            if not isinstance(outcome, str):
                return outcome
            next_url = outcome
        return CouldNotFetch("too_many_redirects", f"more than {REDIRECTS_MAX} redirects")

    def _turn_of(self, host: str) -> asyncio.Semaphore:
        turn = self._hosts.get(host) or asyncio.Semaphore(self._per_host)
        self._hosts[host] = turn
        return turn

    def _checked(self, url: str) -> httpx.URL | CouldNotFetch:
        """The address to ask, or why it may not be asked; hosts are checked while connecting."""
        cleaned = clean_url(url)
        if cleaned is None:
            return CouldNotFetch("bad_url", "not an absolute http(s) address")
        try:
            target = httpx.URL(cleaned)
        except (httpx.InvalidURL, ValueError) as error:
            return CouldNotFetch("bad_url", str(error)[:200])
        if target.userinfo or not target.host:
            return CouldNotFetch("bad_url", "an address with credentials or without a host")
        port = target.port or _PORTS[target.scheme]
        if port not in _PORTS.values() and f"{target.host}:{port}" not in self._allowed:
            return CouldNotFetch("forbidden_address", f"port {port} is not a web server's")
        return target

    async def _get(self, transport: GuardedTransport, target: httpx.URL) -> Fetched | str:
        """One answer: the picture, the reason why not, or the address it points on to."""
        request = httpx.Request(
            "GET", target, headers=_HEADERS, extensions={"timeout": self._timeouts}
        )
        try:
            response = await transport.handle_async_request(request)
            try:
                return await self._read(target, response)
            finally:
                await response.aclose()
        except ForbiddenAddress as error:
            return CouldNotFetch("forbidden_address", str(error))
        except httpx.TimeoutException as error:
            return CouldNotFetch("timed_out", type(error).__name__)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return CouldNotFetch("unreachable", f"{type(error).__name__}: {str(error)[:200]}")

    async def _read(self, target: httpx.URL, response: httpx.Response) -> Fetched | str:
        refused = _refusal(response)
        if refused is not None:
            return refused
        if response.status_code != 200:
            return _pointed_to(target, response.headers["location"])
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            return CouldNotFetch("encoded", "compressed although identity was asked for")
        content = bytearray()
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > self._content_max_bytes:
                return CouldNotFetch("too_large", f"more than {self._content_max_bytes} bytes")
        if not content:
            return CouldNotFetch("empty", "the answer has no content")
        kept = bytes(content)
        sha256 = hashlib.sha256(kept).hexdigest()
        return FetchedImage(kept, sha256, _media_type(kept, response), str(target))


def _pointed_to(target: httpx.URL, location: str) -> CouldNotFetch | str:
    try:
        return str(target.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        return CouldNotFetch("bad_url", f"redirected to no address: {str(error)[:100]}")


def _refusal(response: httpx.Response) -> CouldNotFetch | None:
    status = response.status_code
    redirects = status in {301, 302, 303, 307, 308} and "location" in response.headers
    if status == 200 or redirects:
        return None
    if status in {404, 410}:
        return CouldNotFetch("not_found", f"status {status}")
    if status in _TRANSIENT_STATUS:
        return CouldNotFetch("server_error", f"status {status}")
    return CouldNotFetch("refused", f"status {status}")


_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavi", "image/avif"),
)


def _media_type(content: bytes, response: httpx.Response) -> str:
    """What the first bytes say, else what the server says: servers mislabel pictures."""
    for offset, signature, media_type in _SIGNATURES:
        if content.startswith(signature, offset):
            return media_type
    told = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return told[:100] if told.isascii() and "/" in told else "application/octet-stream"
