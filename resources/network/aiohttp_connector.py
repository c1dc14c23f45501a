"""Connections of aiohttp that reach public addresses only, whatever a name resolves to."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from resources.network.httpx_transport import (
    ForbiddenAddress,
    Resolver,
    check_address,
    checked_addresses,
    resolve,
)

WEB_PORTS = {"http": 80, "https": 443}


class GuardedConnector(aiohttp.TCPConnector):
    """At most `connections`, each to a checked address and a web server's port.

    `allowed` holds "host:port" pairs that are reached unchecked (the sandbox, in development).
    Names are checked when they are resolved, and every address again when its socket is made:
    an address that stands in a URL is never resolved.
    """

    def __init__(
        self,
        allowed: Iterable[str],
        *,
        tls: ssl.SSLContext,
        connections: int,
        resolver: Resolver = resolve,
    ) -> None:
        names = _CheckedNames(frozenset(allowed), resolver)
        super().__init__(
            limit=connections,
            ssl=tls,
            resolver=names,
            use_dns_cache=False,
            happy_eyeballs_delay=None,  # addresses are tried in turn, so a refusal is raised as is
            socket_factory=names.socket_to,
        )


class _CheckedNames(AbstractResolver):
    """Resolves names to checked addresses, and makes sockets to checked addresses only."""

    def __init__(self, allowed: frozenset[str], resolver: Resolver) -> None:
        self._allowed = allowed
        self._resolve = resolver
        self._admitted = set(allowed)  # "address:port", of allowed names once they are resolved

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The name's addresses, all of them checked; raises `ForbiddenAddress`."""
        addresses = await checked_addresses(self._resolve, self._allowed, host, port)
        if f"{host}:{port}" in self._allowed:
            self._admitted.update(f"{address}:{port}" for address in addresses)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=family,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""

    def socket_to(self, target: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for an address that may be connected to; raises `ForbiddenAddress`."""
        family, kind, protocol, _, place = target
        address, port = str(place[0]), int(place[1])
        if f"{address}:{port}" not in self._admitted:
            if port not in WEB_PORTS.values():
                raise ForbiddenAddress(f"port {port} is not a web server's")
            check_address(address, address)
        return socket.socket(family, kind, protocol)
