from __future__ import annotations

import io

import pytest
from PIL import Image

from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings.photo_store import put_listing_photos, put_photo
from resources.postgres.listings.records import ListingPhotoRow, PhotoRow, StoredPhoto
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller
from tests.support.photos import product
from tests.support.scene import NOON


@pytest.fixture
def photo() -> bytes:
    """A photo that says in its metadata where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "42 Secret Street"
    file = io.BytesIO()
    product(2).resize((900, 600)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def uploaded(acme: Caller, photo: bytes) -> str:
    path = "references?file_name=front.jpg"
    headers = {"Content-Type": "image/jpeg"}
    return str(acme("POST", path, content=photo, headers=headers, expect=201).json()["sha256"])


def test_a_photo_is_shown_as_a_photo_of_our_own_making(
    acme: Caller, photo: bytes, objects: ObjectStore
) -> None:
    sha256 = uploaded(acme, photo)
    assert b"Secret Street" in photo
    shown = acme("GET", f"photos/{sha256}?side_px=320", expect=200)
    drawn = Image.open(io.BytesIO(shown.content))
    assert (drawn.format, drawn.size) == ("JPEG", (320, 213))
    assert b"Secret Street" not in shown.content
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["vary"] == "Authorization, Cookie"
    kept = objects.get(f"clients/acme/previews/320/{sha256[:2]}/{sha256}.jpg")
    assert kept == shown.content


def test_a_shown_photo_is_not_sent_twice(acme: Caller, photo: bytes) -> None:
    path = f"photos/{uploaded(acme, photo)}"
    first = acme("GET", path, expect=200)
    assert "immutable" in first.headers["cache-control"]
    again = acme("GET", path, headers={"If-None-Match": first.headers["etag"]}, expect=304)
    assert again.content == b""


def test_a_photo_that_is_not_there_or_in_no_offered_size_is_refused(
    acme: Caller, photo: bytes
) -> None:
    assert acme("GET", f"photos/{'0' * 64}", expect=404).json()["type"].endswith(":unknown-photo")
    acme("GET", f"photos/{uploaded(acme, photo)}?side_px=321", expect=422)


def test_a_stored_photo_that_kills_its_decoder_is_a_problem_of_its_own(
    acme: Caller, database: Database, objects: ObjectStore
) -> None:
    broken = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    sha256 = keep_photo(database, objects, broken)
    answer = acme("GET", f"photos/{sha256}", expect=422)
    assert answer.json()["type"].endswith(":unusable-photo")


def test_a_case_names_the_main_photo_of_its_listing(
    acme: Caller, database: Database, objects: ObjectStore, photo: bytes
) -> None:
    scene = flag_cases(database, "acme", 2)
    sha256 = keep_photo(database, objects, photo)
    places = [
        ListingPhotoRow(
            "amazon", "B00000", f"https://x.example/{n}", n, StoredPhoto(item), scene.scan_id, NOON
        )
        for n, item in ((1, keep_photo(database, objects, b"second")), (0, sha256))
    ]
    with database.client("acme") as c:
        put_listing_photos(c, "acme", places)
    shown = {item["listing_id"]: item for item in acme("GET", "cases", expect=200).json()["items"]}
    assert shown["B00000"]["photo_sha256"] == sha256
    assert shown["B00001"]["photo_sha256"] is None
    acme("GET", f"photos/{sha256}", expect=200)


def keep_photo(database: Database, objects: ObjectStore, content: bytes) -> str:
    sha256 = sha256_hex(content)
    objects.put_once(sha256, content)
    row = PhotoRow(sha256, "image/jpeg", 900, 600, len(content), sha256, NOON)
    with database.client("acme") as c:
        put_photo(c, "acme", row)
    return sha256
