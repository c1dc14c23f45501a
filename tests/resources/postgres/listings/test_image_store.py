from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast
from uuid import UUID

import pytest

from infringement_dagster.domain.photo import MissedPhoto, MissReason, PerceptualHash
from infringement_dagster.matching.pictures.hashes.hashing import View
from resources.fetching.http_cache import LastAnswer, Validators
from resources.postgres.database import Database
from resources.postgres.listings.image_store import (
    hashes_of,
    images_of,
    listing_images,
    put_hashes,
    put_image,
    put_images,
    put_listing_images,
    stored_pictures,
)
from resources.postgres.listings.records import ImageRow, ListingImageRow, StoredPicture
from resources.postgres.statements import RefusedRow
from tests.support.scene import NOON, Scene, an_image, ask_for_scan, begin

BOTTLE, FLASK = an_image("bottle"), an_image("flask")


@pytest.fixture
def scene(database: Database) -> Scene:
    """Acme's running scan with three listings and one known picture."""
    with database.client("acme") as c:
        scene = begin(c, "acme")
        put_image(c, "acme", BOTTLE)
        return scene


def a_hash(view: View, hash_hex: str = "00ff", version: int = 1) -> PerceptualHash:
    return PerceptualHash("phash", version, view, hash_hex)


def looked_at(
    scene: Scene,
    url: str,
    picture: StoredPicture | MissedPhoto,
    *,
    listing_id: str = "B01",
    position: int = 0,
) -> ListingImageRow:
    return ListingImageRow("amazon", listing_id, url, position, picture, scene.scan_id, NOON)


def test_a_picture_is_known_by_its_bytes(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        put_images(c, "acme", {FLASK: [], replace(BOTTLE, object_key="elsewhere"): []})
        wanted = [BOTTLE.sha256, FLASK.sha256, "0" * 64]
        assert images_of(c, "acme", wanted) == {BOTTLE.sha256: BOTTLE, FLASK.sha256: FLASK}
        assert images_of(c, "acme", []) == {}
        put_images(c, "acme", {})


@pytest.mark.parametrize(
    "broken",
    [
        replace(BOTTLE, sha256="AB" * 32),
        replace(BOTTLE, sha256="0" * 64, width_px=0),
        replace(BOTTLE, sha256="0" * 64, size_bytes=0),
    ],
)
def test_a_picture_that_cannot_be_is_refused(
    database: Database, scene: Scene, broken: ImageRow
) -> None:
    with pytest.raises(RefusedRow, match="acme"), database.client("acme") as c:
        put_image(c, "acme", broken)


def test_hashes_come_back_raw_first_and_newer_ones_replace(
    database: Database, scene: Scene
) -> None:
    with database.client("acme") as c:
        put_image(c, "acme", BOTTLE, [a_hash("mirrored"), a_hash("raw", "aa")])
        put_hashes(c, "acme", BOTTLE.sha256, [a_hash("raw", "bb")])
        put_images(c, "acme", {FLASK: [a_hash("trimmed")], BOTTLE: [a_hash("raw", "cc", 2)]})
        put_images(c, "acme", {FLASK: [], BOTTLE: [a_hash("raw", "bb")]})
        found = hashes_of(c, "acme", [BOTTLE.sha256, FLASK.sha256, "0" * 64])
    assert found == {
        BOTTLE.sha256: (a_hash("raw", "bb"), a_hash("mirrored"), a_hash("raw", "cc", 2)),
        FLASK.sha256: (a_hash("trimmed"),),
    }


def test_hashes_need_their_picture_and_hex_digits(database: Database, scene: Scene) -> None:
    with pytest.raises(RefusedRow, match="images"), database.client("acme") as c:
        put_hashes(c, "acme", FLASK.sha256, [a_hash("raw")])
    with pytest.raises(RefusedRow, match="images_hashes_in_hex"), database.client("acme") as c:
        put_hashes(c, "acme", BOTTLE.sha256, [a_hash("raw", "xyz")])
    with pytest.raises(RefusedRow, match="images_hashes_in_hex"), database.client("acme") as c:
        put_image(c, "acme", FLASK, [a_hash("raw", "ff"), a_hash("mirrored", 'ff", "x')])


def test_what_became_of_each_url_is_kept(database: Database, scene: Scene) -> None:
    stored = looked_at(scene, "https://a.example/1", StoredPicture(BOTTLE.sha256), position=1)
    main = looked_at(scene, "https://a.example/0", MissedPhoto("timed_out"))
    other = looked_at(scene, "x" * 5000, MissedPhoto("blank"), listing_id="B02")
    with database.client("acme") as c:
        put_listing_images(c, "acme", [other, stored, main, replace(stored, position=7)])
        put_listing_images(c, "acme", [])
        assert listing_images(c, "acme", "amazon", ["B01", "B02"]) == [main, stored, other]
        assert listing_images(c, "acme", "amazon", ["B03"]) == []
        assert listing_images(c, "acme", "ebay", ["B01"]) == []


def test_a_stored_picture_stays_stored(database: Database, scene: Scene) -> None:
    url = "https://a.example/1"
    missing = looked_at(scene, url, MissedPhoto("timed_out"))
    stored = looked_at(scene, url, StoredPicture(BOTTLE.sha256))
    with database.client("acme") as c:
        for row in (missing, stored, missing):
            put_listing_images(c, "acme", [row])
        assert listing_images(c, "acme", "amazon", ["B01"]) == [stored]
        put_image(c, "acme", FLASK)
        rescan = ask_for_scan(c, "acme")
        newer = replace(stored, picture=StoredPicture(FLASK.sha256), scan_id=rescan)
        put_listing_images(c, "acme", [newer])
        assert listing_images(c, "acme", "amazon", ["B01"]) == [newer]


def test_a_picture_url_stored_before_is_known(database: Database, scene: Scene) -> None:
    one, two = "https://a.example/1", "https://a.example/2"
    with database.client("acme") as c:
        put_image(c, "acme", FLASK)
        older = looked_at(scene, one, StoredPicture(FLASK.sha256), listing_id="B02")
        told = Validators("https://cdn.example/1", etag='"v1"')
        newer = looked_at(scene, one, StoredPicture(BOTTLE.sha256, LastAnswer(told, NOON)))
        put_listing_images(
            c,
            "acme",
            [
                replace(older, checked_at=NOON.replace(hour=1)),
                newer,
                looked_at(scene, two, MissedPhoto("timed_out")),
            ],
        )
        found = stored_pictures(c, "acme", "amazon", [one, two, "half \ud83d"])
        assert found == {one: newer.picture}
        assert stored_pictures(c, "acme", "ebay", [one]) == {}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda row: replace(row, listing_id="B99"), "listings"),
        (lambda row: replace(row, scan_id=UUID(int=1)), "runs"),
        (lambda row: replace(row, picture=StoredPicture(FLASK.sha256)), "images"),
        (lambda row: replace(row, url="nul \0"), "url holds a NUL"),
        (lambda row: replace(row, picture=MissedPhoto(cast("MissReason", ""))), "reason_check"),
    ],
)
def test_a_picture_place_that_cannot_be_is_refused(
    database: Database,
    scene: Scene,
    change: Callable[[ListingImageRow], ListingImageRow],
    complaint: str,
) -> None:
    row = looked_at(scene, "https://a.example/1", StoredPicture(BOTTLE.sha256))
    with pytest.raises(RefusedRow, match=f"acme.*{complaint}"), database.client("acme") as c:
        put_listing_images(c, "acme", [change(row)])
