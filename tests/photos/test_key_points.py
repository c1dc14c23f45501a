from __future__ import annotations

import asyncio
import io
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import HashedPhoto, KeptPhoto, ListingPhoto, MissedPhoto
from infringement_dagster.matching.photos.compared import Photo
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.local_features import (
    LocalFeatures,
    extract_features,
    unpacked,
)
from infringement_dagster.matching.scan_context import scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.references import PhotoFile, load_references
from infringement_dagster.scoring.score_listings import score_listings
from resources.decoding.answers import Described
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers
from resources.decoding.worker import KEY_POINTS
from resources.objects.keys import key_points_key, photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from tests.support.bad_photos import base_photo, encoded
from tests.support.forkservers import taken_over
from tests.support.onboarding import add_client
from tests.support.photos import product

GOOD = encoded(product(1), "JPEG")
CONFIG = ClientConfig(1, (Brand("Veldora"),), {}, key_points="always")
LOST_SECONDS_MAX = 60.0


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


def kept_photo(objects: ObjectStore, content: bytes) -> Photo:
    """A photo whose bytes are kept; its hashes are those of a good one."""
    hashed = hash_photo(GOOD)
    assert isinstance(hashed, HashedPhoto)
    sha256 = sha256_hex(content)
    objects.put_once(photo_key("acme", sha256), content)
    return Photo(sha256, hashed)


def asked(content: bytes) -> Described:
    async def answer() -> Described:
        async with DecodingWorkers(workers=1) as workers:
            return await workers.key_points(content)

    return asyncio.run(answer())


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_key_points_of_a_worker_are_those_of_the_core(file_format: str) -> None:
    content = encoded(product(2), file_format)
    found, expected = asked(content), extract_features(content)
    assert isinstance(found, LocalFeatures)
    assert isinstance(expected, LocalFeatures)
    assert len(found.positions) > 20
    assert found.packed() == expected.packed()


def test_a_photo_that_cannot_be_read_says_why() -> None:
    assert asked(b"no photo") == extract_features(b"no photo")


def test_a_photo_that_kills_its_worker_leaves_its_listing_scored(objects: ObjectStore) -> None:
    hostile = encoded(Image.new("L", (7500, 7500)), "PNG", compress_level=1)
    photos = [kept_photo(objects, hostile), kept_photo(objects, GOOD)]
    listings = [Listing("ebay", item, "Veldora mug", "https://x.example/") for item in ("1", "2")]
    shown = {
        listing.listing_id: [_place(listing.listing_id, photo)]
        for listing, photo in zip(listings, photos, strict=True)
    }
    workers = DecodingWorkers(workers=1, memory_bytes=2**30, seconds=0.3)
    with BlockingDecoder(workers) as decoder:
        key_points = KeyPoints(objects, decoder, "acme")
        scorer = Scorer(CONFIG, ())
        scan = scan_context(scorer.reader, listings)
        scored, failed = score_listings(scorer, key_points, scan, listings, shown, {})
        assert isinstance(decoder.key_points(hostile), MissedPhoto)
        good = key_points.of_photo(photos[1].photo_id)
        deadline = time.monotonic() + LOST_SECONDS_MAX
        while good is None and time.monotonic() < deadline:
            good = key_points.of_photo(photos[1].photo_id)  # a slow machine loses this too
    assert set(scored) == {"1", "2"}
    assert failed == []
    assert good is not None


def _place(listing_id: str, photo: Photo) -> ListingPhoto:
    assert isinstance(photo.hashed, HashedPhoto)
    return ListingPhoto(
        listing_id, 0, "https://x.example/1.jpg", KeptPhoto(photo.photo_id, photo.hashed)
    )


def test_a_reference_taken_in_has_points_that_no_scan_looks_for(
    database: Database, objects: ObjectStore
) -> None:
    add_client(database, "acme", "Acme")
    files = [PhotoFile(f"{seed}.jpg", encoded(product(seed), "JPEG")) for seed in (1, 2)]
    with BlockingDecoder() as decoder:
        assert len(Intake(database, objects, decoder).add("acme", files)) == 2
    for file in files:
        packed = objects.get(key_points_key("acme", sha256_hex(file.content)))
        assert len(unpacked(packed).positions) > 20
    workers = DecodingWorkers()
    with BlockingDecoder(workers) as decoder:
        points = KeptPoints(database, objects, decoder, "acme")
        references = points.of_references(load_references(database, "acme"))
        assert workers.pids == frozenset()
    assert [
        reference.points is not None and len(reference.points.mirrored) > 20
        for reference in references
    ] == [
        True,
        True,
    ]


def test_missing_key_points_are_extracted_once(objects: ObjectStore) -> None:
    photo = kept_photo(objects, GOOD)
    first, second = DecodingWorkers(), DecodingWorkers()
    with BlockingDecoder(first) as decoder:
        found = KeyPoints(objects, decoder, "acme").of_photo(photo.photo_id)
        assert len(first.pids) == 1
    with BlockingDecoder(second) as decoder:
        again = KeyPoints(objects, decoder, "acme").of_photo(photo.photo_id)
        assert second.pids == frozenset()
    assert found is not None
    assert again is not None
    assert found.packed() == again.packed()


def described_base() -> LocalFeatures:
    found = extract_features(encoded(base_photo(), "PNG"))
    assert isinstance(found, LocalFeatures)
    return found


def _impossible() -> dict[str, bytes]:
    good = described_base()
    astray, nowhere = good.positions.copy(), good.positions.copy()
    astray[0, 0], nowhere[0, 1] = 1e9, np.nan
    bomb, pickled = io.BytesIO(), io.BytesIO()
    np.savez_compressed(bomb, positions=np.zeros((5_000_000, 2), np.float32))
    np.savez(pickled, frame=np.array([{"version": 1}], dtype=object))
    return {
        "no archive": b"hello",
        "cut short": good.packed()[:-100],
        "a bomb": bomb.getvalue(),
        "a pickle": pickled.getvalue(),
        "astray": replace(good, positions=astray).packed(),
        "not a number": replace(good, positions=nowhere).packed(),
        "other types": replace(good, descriptors=good.descriptors.astype(np.float64)).packed(),
        "fewer descriptors": replace(good, descriptors=good.descriptors[1:]).packed(),
        "an empty thumb": replace(good, thumb=good.thumb[:0]).packed(),
        "an empty frame": replace(good, width_px=0).packed(),
        "a huge frame": replace(good, height_px=2**40).packed(),
    }


def test_impossible_key_points_are_refused() -> None:
    assert unpacked(described_base().packed()).packed() == described_base().packed()
    impossible = _impossible()
    assert len(impossible["a bomb"]) < 50_000
    for kind, content in impossible.items():
        with pytest.raises(PermanentError, match="damaged"):
            assert unpacked(content) is None, kind


def test_a_worker_that_was_taken_over_cannot_hand_in_anything_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = taken_over(tmp_path / "python", (KEY_POINTS, b"\x80\x04N."))
    monkeypatch.setattr(sys, "executable", str(program))
    answer = asked(GOOD)
    assert isinstance(answer, MissedPhoto)
    assert "does not answer with key points" in str(answer.detail)
