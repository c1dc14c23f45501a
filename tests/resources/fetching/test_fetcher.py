from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import time
from collections.abc import Sequence

import pytest

from infringement_dagster.domain.photo import MissedPhoto
from resources.fetching.fetcher import PhotoFetcher
from resources.fetching.http_cache import Fetched, FetchedPhoto, NotModified, Validators
from resources.network.httpx_transport import Resolver, is_public, resolve
from tests.support.wire_server import Later, Say, WireServer, answer, drip, wire_server

PHOTO = b"\xff\xd8\xff\xe0 a photo"


def fetch(
    url: str,
    *,
    allowed: Sequence[str] = (),
    deadline_seconds: float = 5.0,
    content_max_bytes: int = 1000,
    resolver: Resolver = resolve,
    known: Validators | None = None,
) -> Fetched:
    async def one() -> Fetched:
        async with PhotoFetcher(
            allowed_private=allowed,
            deadline_seconds=deadline_seconds,
            content_max_bytes=content_max_bytes,
            resolver=resolver,
        ) as fetcher:
            return await fetcher.fetch(url, known)

    return asyncio.run(one())


def fetch_from(
    server: WireServer, *, deadline_seconds: float = 5.0, known: Validators | None = None
) -> Fetched:
    return fetch(
        f"{server.url}/photo.jpg",
        allowed=[server.origin],
        deadline_seconds=deadline_seconds,
        known=known,
    )


def reason(outcome: Fetched) -> str:
    assert isinstance(outcome, MissedPhoto), outcome
    return outcome.reason


def test_a_photo_with_its_digest_and_the_type_of_its_bytes() -> None:
    with wire_server(answer(PHOTO, content_type="text/html")) as server:
        outcome = fetch_from(server)
    digest = hashlib.sha256(PHOTO).hexdigest()
    assert outcome == FetchedPhoto(PHOTO, digest, "image/jpeg", f"{server.url}/photo.jpg")
    (request,) = server.requests
    assert "accept-encoding: identity" in request.lower()
    assert "cookie" not in request.lower()


def test_redirects_are_followed_three_times_at_most() -> None:
    hop = answer(b"", 302, location="/next.jpg")
    with wire_server(hop, hop, hop, answer(PHOTO)) as server:
        outcome = fetch_from(server)
    assert isinstance(outcome, FetchedPhoto)
    assert outcome.url == f"{server.url}/next.jpg"
    with wire_server(hop) as server:
        assert reason(fetch_from(server)) == "too_many_redirects"
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://127.0.0.1:80/x.jpg", "forbidden_address"),
        ("http://169.254.169.254/latest/meta-data", "forbidden_address"),
        ("http://[::ffff:127.0.0.1]/x.jpg", "forbidden_address"),
        ("http://127.0.0.1:5432/", "forbidden_address"),
        ("file:///etc/passwd", "bad_url"),
        ("gopher://127.0.0.1:80/x", "bad_url"),
        ("http://x.example/" + "a" * 3000, "bad_url"),
        ("http://user:secret@127.0.0.1/", "bad_url"),
    ],
)
def test_each_redirect_is_checked_again(location: str, why: str) -> None:
    with wire_server(answer(b"", 302, location=location)) as server:
        assert reason(fetch_from(server)) == why
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "photo.jpg",
        "ftp://x.example/a.jpg",
        "data:image/png;base64,AA",
        "http://",
        "http://a b/",
    ],
)
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    assert reason(fetch(url)) == "bad_url"


def test_only_the_very_origin_that_is_allowed_may_be_private() -> None:
    with wire_server(answer(PHOTO)) as allowed, wire_server(answer(PHOTO)) as other:
        assert reason(fetch(f"{other.url}/x.jpg", allowed=[allowed.origin])) == "forbidden_address"
    assert other.requests == []


def resolving_to(*answers: Sequence[str]) -> Resolver:
    left = list(answers)

    async def resolved(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolved


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("93.184.216.34", "10.0.0.7"), ("fe80::1%eth0",), ("2002:7f00:1::",)],
)
def test_every_address_of_a_name_is_checked(addresses: Sequence[str]) -> None:
    outcome = fetch("http://shop.example/x.jpg", resolver=resolving_to(addresses))
    assert reason(outcome) == "forbidden_address"


def test_a_name_without_addresses_is_unreachable() -> None:
    assert reason(fetch("http://shop.example/x.jpg", resolver=resolving_to(()))) == "unreachable"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("100.63.255.255", True),
        ("2606:4700::1111", True),
        ("100.64.0.1", False),
        ("168.63.129.16", False),
        ("169.254.169.254", False),
        ("192.0.0.192", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2001::1", False),
        ("2002:a9fe:a9fe::1", False),
        ("2001:db8::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("ff02::1", False),
    ],
)
def test_special_ranges(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    "big",
    [
        answer(b"x" * 1001),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"800\r\n" + b"x" * 2048,
    ],
)
def test_too_many_bytes_are_cut_off_however_they_are_announced(big: bytes) -> None:
    with wire_server(big) as server:
        assert reason(fetch_from(server)) == "too_large"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer(b"", 404), "not_found"),
        (answer(b"", 410), "not_found"),
        (answer(b"", 403), "refused"),
        (answer(b"", 204), "refused"),
        (answer(b"", 302), "refused"),
        (answer(b""), "empty"),
        (answer(PHOTO, content_encoding="gzip"), "encoded"),
    ],
)
def test_a_final_no_is_not_asked_again(said: bytes, why: str) -> None:
    with wire_server(said) as server:
        assert reason(fetch_from(server)) == why
    assert len(server.requests) == 1


FAULTS: list[tuple[bytes, str]] = [
    (answer(b"", 503), "server_error"),
    (answer(b"", 429), "server_error"),
    (b"", "unreachable"),
    (b"not http at all\r\n\r\n", "unreachable"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", "unreachable"),
    (b"HTTP/1.1 200 OK\r\nX: " + b"h" * 300_000, "unreachable"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "unreachable"),
]


@pytest.mark.parametrize(("fault", "why"), FAULTS)
def test_a_passing_fault_is_asked_once_more(fault: bytes, why: str) -> None:
    with wire_server(fault, answer(PHOTO)) as server:
        assert isinstance(fetch_from(server), FetchedPhoto)
    with wire_server(fault) as server:
        assert reason(fetch_from(server)) == why
    assert len(server.requests) == 2


@pytest.mark.parametrize("slow", [drip(0.05), Later(30, answer(PHOTO))])
def test_the_deadline_is_for_the_whole(slow: Say) -> None:
    with wire_server(slow) as server:
        started = time.monotonic()
        assert reason(fetch_from(server, deadline_seconds=0.4)) == "timed_out"
        assert time.monotonic() - started < 1.4


def test_many_at_once_but_no_more_than_agreed() -> None:
    async def many(server: WireServer) -> list[Fetched]:
        async with PhotoFetcher(allowed_private=[server.origin], concurrency=4) as fetcher:
            urls = [f"{server.url}/{n}.jpg" for n in range(12)]
            return await asyncio.gather(*map(fetcher.fetch, urls))

    with wire_server(Later(0.05, answer(PHOTO))) as server:
        outcomes = asyncio.run(many(server))
    assert all(isinstance(outcome, FetchedPhoto) for outcome in outcomes)
    assert server.in_flight_peak == 4


def test_one_host_does_not_get_everything() -> None:
    async def many(server: WireServer) -> list[Fetched]:
        async with PhotoFetcher(
            allowed_private=[server.origin], concurrency=8, per_host=3
        ) as fetcher:
            return await asyncio.gather(
                *(fetcher.fetch(f"{server.url}/{n}.jpg") for n in range(12))
            )

    with wire_server(Later(0.05, answer(PHOTO))) as server:
        outcomes = asyncio.run(many(server))
    assert all(isinstance(outcome, FetchedPhoto) for outcome in outcomes)
    assert server.in_flight_peak == 3


def test_what_may_be_private_is_said_aloud(caplog: pytest.LogCaptureFixture) -> None:
    with wire_server(answer(PHOTO)) as server:
        fetch_from(server)
    assert server.origin in caplog.text
    caplog.clear()
    fetch("")
    assert caplog.text == ""


def test_cookies_are_not_kept() -> None:
    async def twice(server: WireServer) -> None:
        async with PhotoFetcher(allowed_private=[server.origin]) as fetcher:
            await fetcher.fetch(f"{server.url}/1.jpg")
            await fetcher.fetch(f"{server.url}/2.jpg")

    with wire_server(answer(PHOTO, set_cookie="spy=1; Path=/")) as server:
        asyncio.run(twice(server))
    assert [request.lower().count("cookie") for request in server.requests] == [0, 0]


def test_validators_come_with_the_photo_and_are_sent_back_with_the_next_question() -> None:
    told = answer(PHOTO, etag='"v1"', last_modified="Sun, 22 Nov 2026 10:00:00 GMT")
    with wire_server(told, b"HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\n\r\n") as s:
        first = fetch_from(s)
        assert isinstance(first, FetchedPhoto)
        assert fetch_from(s, known=first.validators) == NotModified(60)
    assert "if-none-match" not in s.requests[0].lower()
    assert 'if-none-match: "v1"' in s.requests[1].lower()
    assert "if-modified-since: sun, 22 nov 2026 10:00:00 gmt" in s.requests[1].lower()


def test_validators_go_only_to_the_address_they_came_from() -> None:
    known = Validators("http://127.0.0.1/other.jpg", etag='"v1"')
    with wire_server(b"HTTP/1.1 304 Not Modified\r\n\r\n") as server:
        assert reason(fetch_from(server, known=known)) == "refused"  # nobody asked on condition
    assert "if-none-match" not in server.requests[0].lower()
