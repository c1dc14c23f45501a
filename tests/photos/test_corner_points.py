from __future__ import annotations

from pathlib import Path

import pytest

from infringement_dagster.matching.photos.corners.points import (
    WAYS_VERSION,
    CornerPoints,
    extract_points,
)
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import PhotoFile, load_references
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings import point_store
from resources.postgres.listings.point_store import PackedPoints
from tests.support.kept_photos import keep_photo
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product

CONTENT = encoded(product(1))
SHA256 = sha256_hex(CONTENT)
OLD = b"\x00\x00" + b"points of a version that is no more"


def test_photos_kept_before_get_points_once_and_old_ones_are_made_anew(
    database: Database, tmp_path: Path
) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    shown = {"1": [keep_photo(database, objects, CONTENT)]}
    first, second, third = DecodingWorkers(), DecodingWorkers(), DecodingWorkers()
    with BlockingDecoder(first) as decoder:
        found = KeptPoints(database, objects, decoder, "acme").of_photos(shown)
        assert len(first.pids) == 1
    assert len(found[SHA256]) > 20
    with BlockingDecoder(second) as decoder:
        again = KeptPoints(database, objects, decoder, "acme").of_photos(shown)
        assert second.pids == frozenset()
    assert again[SHA256].packed() == found[SHA256].packed()
    with database.client("acme") as c:
        point_store.put_points(c, "acme", {SHA256: PackedPoints(OLD, OLD)})
    with BlockingDecoder(third) as decoder:
        anew = KeptPoints(database, objects, decoder, "acme").of_photos(shown)
        assert len(third.pids) == 1
    assert anew[SHA256].packed() == found[SHA256].packed()


def of_a_listings_photo() -> bytes:
    """Points as references had them too, before they were given those of their small photo."""
    points = extract_points(CONTENT)
    assert isinstance(points, CornerPoints)
    return points.packed()


@pytest.mark.parametrize("old", [OLD, of_a_listings_photo()], ids=["no more", "without small"])
def test_references_with_old_points_get_new_ones(
    database: Database, tmp_path: Path, old: bytes
) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    with BlockingDecoder() as decoder:
        Intake(database, objects, decoder).add("acme", [PhotoFile("a.jpg", CONTENT)])
        with database.client("acme") as c:
            point_store.put_points(c, "acme", {SHA256: PackedPoints(old, old)})
        points = KeptPoints(database, objects, decoder, "acme")
        (reference,) = points.of_references(load_references(database, "acme"))
    assert reference.points is not None
    assert len(reference.points.upright) > 20
    assert reference.points.upright.version == WAYS_VERSION
    with database.client("acme") as c:
        kept = point_store.points_of(c, "acme", [SHA256])[SHA256]
    assert kept.mirrored == reference.points.mirrored.packed()


def test_a_photo_whose_bytes_have_gone_is_scored_without_points(
    database: Database, tmp_path: Path
) -> None:
    add_client(database, "acme", "Acme")
    shown = {"1": [keep_photo(database, ObjectStore(str(tmp_path / "one")), CONTENT)]}
    with BlockingDecoder() as decoder:
        points = KeptPoints(database, ObjectStore(str(tmp_path / "other")), decoder, "acme")
        assert points.of_photos(shown) == {}


def test_points_of_one_client_are_not_another_s(database: Database, tmp_path: Path) -> None:
    objects = ObjectStore(str(tmp_path))
    for client_id in ("acme", "other"):
        add_client(database, client_id, client_id)
    keep_photo(database, objects, CONTENT)
    with database.client("acme") as c:
        point_store.put_points(c, "acme", {SHA256: PackedPoints(b"ours", None)})
    with database.client("other") as c:
        point_store.put_points(c, "other", {SHA256: PackedPoints(b"theirs", None)})
        assert point_store.points_of(c, "acme", [SHA256]) == {}
        assert point_store.points_of(c, "other", [SHA256]) == {}
    with database.client("acme") as c:
        assert point_store.points_of(c, "acme", [SHA256])[SHA256] == PackedPoints(b"ours", None)
