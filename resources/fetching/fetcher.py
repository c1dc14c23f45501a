"""The bytes behind a photo's address, or the reason why there are none."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from collections.abc import Iterable
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

import aiohttp
import httpx
import yarl

from infringement_dagster.domain.photo import MissedPhoto
from resources.fetching.http_cache import (
    Fetched,
    FetchedPhoto,
    NotModified,
    Validators,
    max_age_seconds,
    media_type_of,
    refusal,
    validators_of,
)
from resources.network.aiohttp_connector import WEB_PORTS, GuardedConnector
from resources.network.httpx_transport import ForbiddenAddress, Resolver, resolve
from resources.network.tls import tls_context
from resources.text import clean_url

CONTENT_MAX_BYTES = 20 * 1024 * 1024
REDIRECTS_MAX = 3

_RETRY_PAUSE_SECONDS = 0.4
_HEADERS = {"accept": "image/*", "accept-encoding": "identity", "user-agent": "infringement/0.1"}
_LOG = logging.getLogger(__name__)


class PhotoFetcher:
    """Fetches photos, `concurrency` at a time, `per_host` from one host; a context manager.

    `allowed_private` holds "host:port" pairs that may be private and on any port: the sandbox's
    loopback in development, nothing in production. `deadline_seconds` bounds one photo with its
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
        self._content_max_bytes = content_max_bytes
        self._turns = asyncio.Semaphore(concurrency)
        connector = GuardedConnector(
            self._allowed,
            tls=tls_context(),
            connections=concurrency,
            resolver=resolver,
        )
        # No cookies, credentials, proxies or redirects but ours.
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_seconds),
        )
        # It would ask a server that hangs up twice for each time we do; there is no public switch.
        self._session._retry_connection = False
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
        await self._session.close()

    async def fetch(self, url: str, known: Validators | None = None) -> Fetched:
        """The photo behind `url`; whatever its server does ends in one of the outcomes.

        With the validators of a photo that is kept, `NotModified` says that it is still that one.
        """
        async with self._turns:
            try:
                async with asyncio.timeout(self._deadline_seconds):
                    return await self._fetch_with_retry(url, known)
            except TimeoutError:
                return MissedPhoto("timed_out", f"not done in {self._deadline_seconds:g} s")

    async def _fetch_with_retry(self, url: str, known: Validators | None) -> Fetched:
        outcome = await self._follow(url, known)
        if isinstance(outcome, MissedPhoto) and outcome.reason in {"server_error", "unreachable"}:
            pause = random.uniform(0.5, 1) * _RETRY_PAUSE_SECONDS  # noqa: S311 - spreads load
            await asyncio.sleep(pause)
            return await self._follow(url, known)
        return outcome

    async def _follow(self, url: str, known: Validators | None) -> Fetched:
        next_url = url
        for _ in range(REDIRECTS_MAX + 1):
            target = self._checked(next_url)
            if isinstance(target, MissedPhoto):
                return target
            async with self._turn_of(target.host):
                outcome = await self._get(target, known)
            if not isinstance(outcome, str):
                return outcome
            next_url = outcome
        return MissedPhoto("too_many_redirects", f"more than {REDIRECTS_MAX} redirects")

    def _turn_of(self, host: str) -> asyncio.Semaphore:
        turn = self._hosts.get(host) or asyncio.Semaphore(self._per_host)
        self._hosts[host] = turn
        return turn

    def _checked(self, url: str) -> httpx.URL | MissedPhoto:
        """The address to ask, or why it may not be asked; hosts are checked while connecting."""
        cleaned = clean_url(url)
        if cleaned is None:
            return MissedPhoto("bad_url", "not an absolute http(s) address")
        try:
            target = httpx.URL(cleaned)
        except (httpx.InvalidURL, ValueError) as error:
            return MissedPhoto("bad_url", str(error)[:200])
        if target.userinfo or not target.host:
            return MissedPhoto("bad_url", "an address with credentials or without a host")
        port = target.port or WEB_PORTS[target.scheme]
        if port not in WEB_PORTS.values() and f"{target.host}:{port}" not in self._allowed:
            return MissedPhoto("forbidden_address", f"port {port} is not a web server's")
        return target

    async def _get(self, target: httpx.URL, known: Validators | None) -> Fetched | str:
        """One answer: the photo, the reason why not, or the address it points on to."""
        asked = str(target)
        conditions = known.as_headers() if known is not None and known.url == asked else {}
        try:
            async with self._session.get(
                yarl.URL(asked, encoded=True), headers=conditions, allow_redirects=False
            ) as response:
                if response.status == 304 and conditions:
                    return NotModified(max_age_seconds(response.headers))
                return await self._read(target, response)
        except ForbiddenAddress as error:
            return MissedPhoto("forbidden_address", str(error))
        except TimeoutError as error:
            return MissedPhoto("timed_out", type(error).__name__)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return MissedPhoto("unreachable", f"{type(error).__name__}: {str(error)[:200]}")

    async def _read(self, target: httpx.URL, response: aiohttp.ClientResponse) -> Fetched | str:
        headers = response.headers
        refused = refusal(response.status, headers)
        if refused is not None:
            return refused
        if response.status != 200:
            return _pointed_to(target, headers["location"])
        if headers.get("content-encoding", "identity").lower() != "identity":
            return MissedPhoto("encoded", "compressed although identity was asked for")
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > self._content_max_bytes:
                return MissedPhoto("too_large", f"more than {self._content_max_bytes} bytes")
        if not content:
            return MissedPhoto("empty", "the answer has no content")
        kept = bytes(content)
        return FetchedPhoto(
            kept,
            hashlib.sha256(kept).hexdigest(),
            media_type_of(kept, headers),
            str(target),
            validators_of(str(target), headers),
            max_age_seconds(headers),
        )


def _pointed_to(target: httpx.URL, location: str) -> MissedPhoto | str:
    try:
        return str(target.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        return MissedPhoto("bad_url", f"redirected to no address: {str(error)[:100]}")
