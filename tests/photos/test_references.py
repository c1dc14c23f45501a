from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infringement_dagster.domain.photo import HashedPhoto, ReferenceKind
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    extract_both_ways,
    extract_logo,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import (
    PhotoFile,
    SimpleLogo,
    UnusablePhoto,
    hash_references,
    load_references,
)
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import PhotoRow
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product


def add_unhashed_reference(database: Database, objects: ObjectStore, content: bytes) -> None:
    """Guarantees a reference that has none of the hashes in use."""
    sha256 = sha256_hex(content)
    key = photo_key("acme", sha256)
    objects.put_once(key, content)
    row = PhotoRow(sha256, "image/jpeg", 480, 480, len(content), key, datetime.now(UTC))
    with database.client("acme") as c:
        photo_store.put_photo(c, "acme", row)
        client_store.add_reference_photo(c, "acme", sha256=sha256, file_name="a.jpg", brand=None)


def test_references_without_hashes_in_use_are_hashed_once_and_in_a_worker(
    database: Database, tmp_path: Path
) -> None:
    objects, content = ObjectStore(str(tmp_path)), encoded(product(1))
    add_client(database, "acme", "Acme")
    add_unhashed_reference(database, objects, content)
    assert load_references(database, "acme") == []
    first, second = DecodingWorkers(), DecodingWorkers()
    with BlockingDecoder(first) as decoder:
        assert hash_references(database, objects, decoder, "acme") == 1
        assert len(first.pids) == 1
    (reference,) = load_references(database, "acme")
    expected = hash_photo(content)
    assert isinstance(reference.photo.hashed, HashedPhoto)
    assert isinstance(expected, HashedPhoto)
    assert set(reference.photo.hashed.hashes) == set(expected.hashes)
    with BlockingDecoder(second) as decoder:
        assert hash_references(database, objects, decoder, "acme") == 1
        assert second.pids == frozenset()
        add_unhashed_reference(database, objects, b"a photo that no longer can be read")
        assert hash_references(database, objects, decoder, "acme") == 1


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
    '<path fill="#123" d="M{}Z"/>{}</svg>'
)


def emblem(seed: int) -> bytes:
    """A vector drawing with many corners."""
    draw = random.Random(seed)
    path = "L".join(f"{draw.randint(5, 95)} {draw.randint(5, 95)}" for _ in range(60))
    return SVG.format(path, "").encode()


def test_a_logo_is_kept_as_such_and_a_vector_drawing_in_pixels(
    database: Database, tmp_path: Path
) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    with BlockingDecoder() as decoder:
        files = [PhotoFile("mark.svg", emblem(1), "Acme", "logo")]
        assert len(Intake(database, objects, decoder).add("acme", files)) == 1
        points = KeptPoints(database, objects, decoder, "acme")
        (logo,) = points.of_references(load_references(database, "acme"))
    assert (logo.kind, logo.brand) == ("logo", "Acme")
    content = objects.get(photo_key("acme", logo.photo.photo_id))
    assert content.startswith(b"\x89PNG")
    found = extract_logo(content)
    assert isinstance(found, BothWays)
    assert logo.points is not None
    assert logo.points.mirrored.packed() == found.mirrored.packed()
    with database.client("acme") as c:
        (row,) = client_store.reference_photos(c, "acme")
    assert (row.kind, row.media_type) == ("logo", "image/png")


@pytest.mark.parametrize(
    ("content", "error", "why"),
    [
        (SVG.format("10 50C30 80 60 80 90 20", "").encode(), SimpleLogo, "simple shapes"),
        (emblem(1).replace(b"</svg>", b'<image href="/etc/hosts"/></svg>'), UnusablePhoto, "image"),
        (emblem(1)[:-6], UnusablePhoto, "cannot be drawn"),
        (b"no photo", UnusablePhoto, "not_an_image"),
    ],
)
def test_a_logo_that_cannot_be_recognised_is_refused_with_the_reason(
    database: Database, tmp_path: Path, content: bytes, error: type[Exception], why: str
) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    files = [PhotoFile("mark.svg", content, "Acme", "logo")]
    with BlockingDecoder() as decoder, pytest.raises(error, match=why):
        Intake(database, objects, decoder).add("acme", files)
    assert load_references(database, "acme") == []
    assert objects.keys("clients") == []


def test_a_photo_that_becomes_a_logo_gets_the_negative_for_its_mirror(
    database: Database, tmp_path: Path
) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    with BlockingDecoder() as decoder:
        drawn = decoder.drawn(emblem(1))
        assert isinstance(drawn, bytes)
        points = KeptPoints(database, objects, decoder, "acme")
        kinds: tuple[ReferenceKind, ...] = ("photo", "logo", "photo")
        for kind in kinds:
            Intake(database, objects, decoder).add("acme", [PhotoFile("m", drawn, None, kind)])
            (kept,) = points.of_references(load_references(database, "acme"))
            extract = extract_logo if kind == "logo" else extract_both_ways
            found = extract(drawn)
            assert isinstance(found, BothWays)
            assert kept.points is not None
            assert (
                kept.points.mirrored.descriptors.tobytes() == found.mirrored.descriptors.tobytes()
            )
