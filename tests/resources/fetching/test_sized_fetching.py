"""Photos at a useful size from a real server: asked once, fallen back from, within the bytes."""

from __future__ import annotations

import asyncio

import pytest

from infringement_dagster.domain.client import ListingPhotos
from infringement_dagster.domain.photo import MissedPhoto
from resources.fetching.fetcher import PhotoFetcher
from resources.fetching.http_cache import (
    Fetched,
    FetchedPhoto,
    NotModified,
    Validators,
)
from resources.fetching.sized_fetching import SizedFetching
from resources.objects.store import sha256_hex
from tests.support.wire_server import WireServer, answer, wire_server

SMALL, LARGE = "/images/g/A/s-l140.jpg", "/images/g/A/s-l640.jpg"
WANTED = ListingPhotos()
GONE = answer(b"no", 404)
KEPT = sha256_hex(b"x" * 10)


def photo(size_bytes: int = 10) -> bytes:
    return answer(b"x" * size_bytes, ETag='"1"', Content_Type="image/jpeg")


def asked(server: WireServer) -> list[str]:
    return [request.split(" ")[1] for request in server.requests]


def fetch(
    server: WireServer,
    *paths: str,
    kept: Validators | None = None,
    wanted: ListingPhotos = WANTED,
    is_main: bool = True,
) -> list[Fetched]:
    async def run() -> list[Fetched]:
        async with PhotoFetcher(allowed_private=[server.origin]) as fetcher:
            sized = SizedFetching(fetcher, wanted)
            return [
                await sized.fetch(f"{server.url}{path}", kept, KEPT, is_main=is_main)
                for path in paths
            ]

    return asyncio.run(run())


def stored(url: str) -> Validators:
    return Validators(url, etag='"1"')


def test_the_larger_size_is_asked_for_and_no_other() -> None:
    with wire_server(photo()) as server:
        (found,) = fetch(server, SMALL)
        assert isinstance(found, FetchedPhoto)
        assert asked(server) == [LARGE]


def test_an_address_without_a_known_size_is_asked_for_as_it_is() -> None:
    with wire_server(photo()) as server:
        fetch(server, "/shop/1.jpg", LARGE)
        assert asked(server) == ["/shop/1.jpg", LARGE]


def test_the_given_address_stands_in_for_a_larger_size_that_is_not_served() -> None:
    with wire_server(GONE, photo()) as server:
        (found,) = fetch(server, SMALL)
        assert isinstance(found, FetchedPhoto)
        assert asked(server) == [LARGE, SMALL]
    with wire_server(GONE) as server:
        (missed,) = fetch(server, SMALL)
        assert isinstance(missed, MissedPhoto)
        assert missed.reason == "not_found"


@pytest.mark.parametrize("path", [SMALL, LARGE])
def test_a_kept_photo_is_asked_for_where_it_was_found(path: str) -> None:
    with wire_server(answer(b"", 304, ETag='"1"')) as server:
        (found,) = fetch(server, SMALL, kept=stored(f"{server.url}{path}"))
        assert isinstance(found, NotModified)
        assert asked(server) == [path]


def test_a_small_photo_that_has_changed_gives_way_to_its_larger_size() -> None:
    with wire_server(photo(11), photo(99)) as server:
        (found,) = fetch(server, SMALL, kept=stored(f"{server.url}{SMALL}"))
        assert isinstance(found, FetchedPhoto)
        assert (asked(server), len(found.content)) == ([SMALL, LARGE], 99)
    # A server that tells no "still the same", but sends the same.
    with wire_server(photo()) as server:
        (found,) = fetch(server, SMALL, kept=stored(f"{server.url}{SMALL}"))
        assert isinstance(found, FetchedPhoto)
        assert asked(server) == [SMALL]


def test_no_photo_is_begun_once_the_bytes_are_spent() -> None:
    wanted = ListingPhotos(megabytes_at_most=1)
    with wire_server(photo(300_000)) as server:
        found = fetch(server, *[SMALL] * 6, wanted=wanted)
        # Larger ones up to half, small ones after, and after all of it none.
        assert asked(server) == [LARGE, LARGE, SMALL, SMALL]
    reasons = [missed.reason for missed in found if isinstance(missed, MissedPhoto)]
    assert reasons == ["bytes_spent"] * 2
    with wire_server(photo(300_000)) as server:
        found = fetch(server, *[SMALL] * 6, wanted=wanted, is_main=False)
        assert len(asked(server)) == 3  # a quarter is left for main photos
    assert found[-1] == MissedPhoto("bytes_spent", "the 1 MB that a scan may read were spent")
    assert MissedPhoto("bytes_spent").outcome == "skipped"
