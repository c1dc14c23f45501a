from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast
from uuid import UUID

import pytest

from infringement_dagster.domain.photo import MissedPhoto, MissReason, PerceptualHash
from infringement_dagster.matching.photos.hashes.hashing import View
from resources.fetching.http_cache import LastAnswer, Validators
from resources.postgres.database import Database
from resources.postgres.listings.photo_store import (
    hashes_of,
    listing_photos,
    photo_rows_of,
    put_hashes,
    put_listing_photos,
    put_photo,
    put_photos,
    stored_photos,
)
from resources.postgres.listings.records import ListingPhotoRow, PhotoRow, StoredPhoto
from resources.postgres.statements import RefusedRow
from tests.support.scene import NOON, Scene, a_photo, ask_for_scan, begin

BOTTLE, FLASK = a_photo("bottle"), a_photo("flask")


@pytest.fixture
def scene(database: Database) -> Scene:
    """Acme's running scan with three listings and one known photo."""
    with database.client("acme") as c:
        scene = begin(c, "acme")
        put_photo(c, "acme", BOTTLE)
        return scene


def a_hash(view: View, hash_hex: str = "00ff", version: int = 1) -> PerceptualHash:
    return PerceptualHash("phash", version, view, hash_hex)


def looked_at(
    scene: Scene,
    url: str,
    photo: StoredPhoto | MissedPhoto,
    *,
    listing_id: str = "B01",
    position: int = 0,
) -> ListingPhotoRow:
    return ListingPhotoRow("amazon", listing_id, url, position, photo, scene.scan_id, NOON)


def test_a_photo_is_known_by_its_bytes(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        put_photos(c, "acme", {FLASK: [], replace(BOTTLE, object_key="elsewhere"): []})
        wanted = [BOTTLE.sha256, FLASK.sha256, "0" * 64]
        assert photo_rows_of(c, "acme", wanted) == {BOTTLE.sha256: BOTTLE, FLASK.sha256: FLASK}
        assert photo_rows_of(c, "acme", []) == {}
        put_photos(c, "acme", {})


@pytest.mark.parametrize(
    "broken",
    [
        replace(BOTTLE, sha256="AB" * 32),
        replace(BOTTLE, sha256="0" * 64, width_px=0),
        replace(BOTTLE, sha256="0" * 64, size_bytes=0),
    ],
)
def test_a_photo_that_cannot_be_is_refused(
    database: Database, scene: Scene, broken: PhotoRow
) -> None:
    with pytest.raises(RefusedRow, match="acme"), database.client("acme") as c:
        put_photo(c, "acme", broken)


def test_hashes_come_back_raw_first_and_newer_ones_replace(
    database: Database, scene: Scene
) -> None:
    with database.client("acme") as c:
        put_photo(c, "acme", BOTTLE, [a_hash("mirrored"), a_hash("raw", "aa")])
        put_hashes(c, "acme", BOTTLE.sha256, [a_hash("raw", "bb")])
        put_photos(c, "acme", {FLASK: [a_hash("trimmed")], BOTTLE: [a_hash("raw", "cc", 2)]})
        put_photos(c, "acme", {FLASK: [], BOTTLE: [a_hash("raw", "bb")]})
        found = hashes_of(c, "acme", [BOTTLE.sha256, FLASK.sha256, "0" * 64])
    assert found == {
        BOTTLE.sha256: (a_hash("raw", "bb"), a_hash("mirrored"), a_hash("raw", "cc", 2)),
        FLASK.sha256: (a_hash("trimmed"),),
    }


def test_hashes_need_their_photo_and_hex_digits(database: Database, scene: Scene) -> None:
    with pytest.raises(RefusedRow, match="photos"), database.client("acme") as c:
        put_hashes(c, "acme", FLASK.sha256, [a_hash("raw")])
    with pytest.raises(RefusedRow, match="photos_hashes_in_hex"), database.client("acme") as c:
        put_hashes(c, "acme", BOTTLE.sha256, [a_hash("raw", "xyz")])
    with pytest.raises(RefusedRow, match="photos_hashes_in_hex"), database.client("acme") as c:
        put_photo(c, "acme", FLASK, [a_hash("raw", "ff"), a_hash("mirrored", 'ff", "x')])


def test_what_became_of_each_url_is_kept(database: Database, scene: Scene) -> None:
    stored = looked_at(scene, "https://a.example/1", StoredPhoto(BOTTLE.sha256), position=1)
    main = looked_at(scene, "https://a.example/0", MissedPhoto("timed_out"))
    other = looked_at(scene, "x" * 5000, MissedPhoto("blank"), listing_id="B02")
    with database.client("acme") as c:
        put_listing_photos(c, "acme", [other, stored, main, replace(stored, position=7)])
        put_listing_photos(c, "acme", [])
        assert listing_photos(c, "acme", "amazon", ["B01", "B02"]) == [main, stored, other]
        assert listing_photos(c, "acme", "amazon", ["B03"]) == []
        assert listing_photos(c, "acme", "ebay", ["B01"]) == []


def test_a_stored_photo_stays_stored(database: Database, scene: Scene) -> None:
    url = "https://a.example/1"
    missing = looked_at(scene, url, MissedPhoto("timed_out"))
    stored = looked_at(scene, url, StoredPhoto(BOTTLE.sha256))
    with database.client("acme") as c:
        for row in (missing, stored, missing):
            put_listing_photos(c, "acme", [row])
        assert listing_photos(c, "acme", "amazon", ["B01"]) == [stored]
        put_photo(c, "acme", FLASK)
        rescan = ask_for_scan(c, "acme")
        newer = replace(stored, photo=StoredPhoto(FLASK.sha256), scan_id=rescan)
        put_listing_photos(c, "acme", [newer])
        assert listing_photos(c, "acme", "amazon", ["B01"]) == [newer]


def test_a_photo_url_stored_before_is_known(database: Database, scene: Scene) -> None:
    one, two = "https://a.example/1", "https://a.example/2"
    with database.client("acme") as c:
        put_photo(c, "acme", FLASK)
        older = looked_at(scene, one, StoredPhoto(FLASK.sha256), listing_id="B02")
        told = Validators("https://cdn.example/1", etag='"v1"')
        newer = looked_at(scene, one, StoredPhoto(BOTTLE.sha256, LastAnswer(told, NOON)))
        put_listing_photos(
            c,
            "acme",
            [
                replace(older, checked_at=NOON.replace(hour=1)),
                newer,
                looked_at(scene, two, MissedPhoto("timed_out")),
            ],
        )
        found = stored_photos(c, "acme", "amazon", [one, two, "half \ud83d"])
        assert found == {one: newer.photo}
        assert stored_photos(c, "acme", "ebay", [one]) == {}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda row: replace(row, listing_id="B99"), "listings"),
        (lambda row: replace(row, scan_id=UUID(int=1)), "runs"),
        (lambda row: replace(row, photo=StoredPhoto(FLASK.sha256)), "photos"),
        (lambda row: replace(row, url="nul \0"), "url holds a NUL"),
        (lambda row: replace(row, photo=MissedPhoto(cast("MissReason", ""))), "reason_check"),
    ],
)
def test_a_photo_place_that_cannot_be_is_refused(
    database: Database,
    scene: Scene,
    change: Callable[[ListingPhotoRow], ListingPhotoRow],
    complaint: str,
) -> None:
    row = looked_at(scene, "https://a.example/1", StoredPhoto(BOTTLE.sha256))
    with pytest.raises(RefusedRow, match=f"acme.*{complaint}"), database.client("acme") as c:
        put_listing_photos(c, "acme", [change(row)])
