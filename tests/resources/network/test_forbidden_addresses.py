"""No address that a listing may name leads a fetch to this machine or its network."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from infringement_dagster.domain.photo import MissedPhoto
from resources.fetching.fetcher import PhotoFetcher
from resources.network.httpx_transport import Resolver, resolve
from tests.support.wire_server import answer, wire_server

REFUSED = {"bad_url", "forbidden_address", "unreachable"}

# Spellings of this machine, of metadata services and of private networks; {port} is the canary's.
HOSTS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "00000177.0.0.01",
    "017700000001",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "ip6-localhost",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "loc\u00adalhost",
    "%31%32%37.0.0.1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[::1%25lo]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "168.63.129.16",
    "100.100.100.200",
    "100.64.0.1",
    "192.0.0.192",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
)
# What one parser takes for a path, credentials or a port and another for the host.
TRICKS = (
    "http://shop.example@127.0.0.1:{port}/x.jpg",
    "http://shop.example:80@127.0.0.1:{port}/x.jpg",
    "http://127.0.0.1:{port}@shop.example/x.jpg",
    "http://shop.example#@127.0.0.1:{port}/x.jpg",
    "http://shop.example?@127.0.0.1:{port}/x.jpg",
    "http://shop.example\\@127.0.0.1:{port}/x.jpg",
    "http://127.0.0.1:{port}\\@shop.example/x.jpg",
    "http:\\\\127.0.0.1:{port}\\x.jpg",
    "http:///127.0.0.1:{port}/x.jpg",
    "http:127.0.0.1:{port}/x.jpg",
    "//127.0.0.1:{port}/x.jpg",
    "///127.0.0.1:{port}/x.jpg",
    "http://127.0.0.1:{port}\t/x.jpg",
    "http://\n127.0.0.1:{port}/x.jpg",
    "http://127.0.0.1:0{port}/x.jpg",
    "http://127.0.0.1:{port}/x.jpg\r\nHost: shop.example",
    "http://[::1]:{port}/x.jpg",
    "http://[127.0.0.1]:{port}/x.jpg",
    "gopher://127.0.0.1:{port}/_GET",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/x.jpg",
    "dict://127.0.0.1:{port}/x",
    "jar:http://127.0.0.1:{port}/x.jpg!/",
    "HTTP://127.0.0.1:{port}/x.jpg",
)


class Canary:
    """A listener on every address of this machine that notices a connection and any byte."""

    def __init__(self, listener: socket.socket) -> None:
        self.port = listener.getsockname()[1]
        self.connections = 0
        self.received = b""
        self._listener = listener

    def listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                connection.settimeout(0.2)
                self.received += connection.recv(65536)


@contextmanager
def canary() -> Iterator[Canary]:
    has_v6 = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if has_v6 else socket.AF_INET
    with socket.create_server(
        ("", 0), family=family, dualstack_ipv6=has_v6, backlog=64
    ) as listener:
        bird = Canary(listener)
        thread = threading.Thread(target=bird.listen)
        thread.start()
        try:
            yield bird
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


async def no_name_is_known(host: str, port: int) -> Sequence[str]:
    """The system's resolver without the network: numbers and this machine's own names only."""
    if any(letters in host for letters in ("example", "localdomain")):
        raise OSError("no such name")
    return await resolve(host, port)


def reasons(
    urls: Sequence[str],
    *,
    allowed: Sequence[str] = (),
    resolver: Resolver = no_name_is_known,
    at_once: int = 32,
) -> list[str]:
    async def fetched() -> list[str]:
        async with PhotoFetcher(
            allowed_private=allowed,
            resolver=resolver,
            concurrency=at_once,
            deadline_seconds=30.0,
            connect_timeout_seconds=10.0,
        ) as fetcher:
            outcomes = await asyncio.gather(*map(fetcher.fetch, urls))
        return [o.reason if isinstance(o, MissedPhoto) else "fetched" for o in outcomes]

    return asyncio.run(fetched())


def test_no_spelling_of_a_local_address_gets_a_byte() -> None:
    with canary() as bird:
        urls = [f"http://{host}:{bird.port}/x.jpg" for host in HOSTS]
        urls += [f"http://{host}/x.jpg" for host in HOSTS]
        urls += [trick.format(port=bird.port) for trick in TRICKS]
        outcomes = reasons(urls)
        # Where some host may be on the canary's port, the others still may not.
        outcomes += reasons(urls, allowed=[f"shop.example:{bird.port}"])
    assert len(set(urls)) >= 60
    assert {reason for reason in outcomes if reason not in REFUSED} == set()
    assert (bird.connections, bird.received) == (0, b"")


def test_no_redirect_to_a_local_address_gets_a_byte() -> None:
    with canary() as bird:
        targets = [f"http://{host}:{bird.port}/" for host in HOSTS if host.isascii()]
        targets += [t.format(port=bird.port) for t in TRICKS if t.isprintable()]
        hops = [answer(b"", 302, location=target) for target in targets]
        with wire_server(*hops) as server:
            urls = [f"{server.url}/x.jpg"] * len(targets)
            outcomes = reasons(urls, allowed=[server.origin], at_once=1)
            assert len(server.requests) >= len(targets)
    assert len(set(targets)) >= 60
    assert {reason for reason in outcomes if reason not in REFUSED} == set()
    assert (bird.connections, bird.received) == (0, b"")


def test_a_name_that_changes_its_mind_is_connected_where_it_was_checked() -> None:
    """DNS rebinding: each connection asks once, and goes where that one answer was checked."""
    asked: list[tuple[str, int]] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ("127.0.0.1",) if len(asked) == 1 else ("127.0.0.2",)

    moved = answer(b"", 302, location="http://shop.example/x.jpg")
    with wire_server(moved) as server:
        port = int(server.origin.partition(":")[2])
        url = f"http://shop.example:{port}/x.jpg"
        with socket.create_server(("127.0.0.2", port)) as other_address:
            other_address.settimeout(0.2)
            outcomes = reasons([url], allowed=[f"shop.example:{port}"], resolver=rebinding)
            with pytest.raises(TimeoutError):
                other_address.accept()
        assert len(server.requests) == 1
    assert outcomes == ["forbidden_address"]  # of the same name on the port of everybody
    assert asked == [("shop.example", port), ("shop.example", 80)]


def test_only_the_very_origin_that_is_allowed_is_let_through() -> None:
    async def local(_host: str, _port: int) -> Sequence[str]:
        return ("127.0.0.1",)

    with wire_server(answer(b"photo")) as server:
        port = server.origin.partition(":")[2]
        url = f"http://photos.example:{port}/x.jpg"
        assert reasons([url], allowed=[f"photos.example:{port}"], resolver=local) == ["fetched"]
        assert reasons([url], allowed=[server.origin], resolver=local) == ["forbidden_address"]
    assert len(server.requests) == 1
