"""HTTP connections that reach public addresses only, whatever a name resolves to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

import httpcore
import httpx

from infringement_dagster.domain.errors import PermanentError

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

# The standard library's `is_global` admits some of these (100.64/10, 168.63.129.16, 2002::/16), so
# the table is our own. Sources: the IANA special-purpose registries and the clouds' manuals.
_CLOSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier NAT; also 100.100.100.200, a cloud's metadata
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's host agent
            "169.254.0.0/16",  # link-local; also 169.254.169.254, metadata
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# Only 2000::/3 is given out as global unicast; that alone closes loopback, mapped, NAT64
# (64:ff9b::/96), unique-local, link-local and multicast addresses.
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # Teredo, ORCHID, benchmarking
            "2001:db8::/32",
            "2002::/16",  # 6to4: any IPv4 address in disguise
            "3fff::/20",
        ),
    )
)
_ADDRESSES_TRIED_MAX = 3


class ForbiddenAddress(PermanentError):
    """A host that resolves to an address that no listing's photo may come from."""


def is_public(address: IpAddress) -> bool:
    """True where the address is neither private, local, nor a disguise for one that is."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, in the system's order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedTransport(httpx.AsyncHTTPTransport):
    """One connection at a time, to checked addresses only.

    The name stays in Host, SNI and the certificate's check. `allowed` holds "host:port" pairs that
    are reached unchecked (the sandbox, in development).
    """

    def __init__(
        self, allowed: Iterable[str], *, tls: ssl.SSLContext, resolver: Resolver = resolve
    ) -> None:
        super().__init__(verify=tls, trust_env=False, limits=httpx.Limits(max_connections=1))
        # httpx offers no public way to give its pool a network backend.
        pool = self._pool
        assert isinstance(pool, httpcore.AsyncConnectionPool)
        pool._network_backend = _GuardedBackend(frozenset(allowed), resolver)


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, allowed: frozenset[str], resolver: Resolver) -> None:
        self._allowed = allowed
        self._resolve = resolver
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._checked(host, port)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(
            addresses[-1], port, timeout, local_address, socket_options
        )

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            return await checked_addresses(self._resolve, self._allowed, host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


async def checked_addresses(
    resolver: Resolver, allowed: frozenset[str], host: str, port: int
) -> Sequence[str]:
    """The first addresses of a name, none where one of all is forbidden.

    Raises `ForbiddenAddress`, or OSError where there is no address.
    """
    try:
        addresses = await resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise OSError(f"{host} does not resolve") from error
    if not addresses:
        raise OSError(f"{host} has no address")
    if f"{host}:{port}" not in allowed:
        for address in addresses:
            check_address(host, address)
    return addresses[:_ADDRESSES_TRIED_MAX]


def check_address(host: str, address: str) -> None:
    """Returns where the address is public; raises `ForbiddenAddress`."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if not is_public(parsed):
        raise ForbiddenAddress(f"{host} resolves to {parsed}, which is not a public address")
