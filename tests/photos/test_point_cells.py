from __future__ import annotations

from pathlib import Path

import pytest

from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.photos.corners.gate import PhotoGate
from infringement_dagster.matching.photos.corners.points import BothWays, extract_both_ways
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.point_cells import KeptCells
from infringement_dagster.photos.references import PhotoFile, load_references
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import cell_centres_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings import photo_bytes_store, point_store
from resources.postgres.listings.point_store import PackedPoints
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product

CONTENTS = [encoded(product(seed)) for seed in range(4)]


def pointed(database: Database, objects: ObjectStore, contents: list[bytes]) -> list[Reference]:
    with BlockingDecoder() as decoder:
        files = [PhotoFile(f"{at}.jpg", content) for at, content in enumerate(contents)]
        Intake(database, objects, decoder).add("acme", files)
        points = KeptPoints(database, objects, decoder, "acme")
        return points.of_references(load_references(database, "acme"))


def kept(database: Database) -> dict[str, bytes]:
    with database.client("acme") as c:
        return photo_bytes_store.bytes_of(c, "acme", "point_cells", map(sha256_hex, CONTENTS))


def points_of(references: list[Reference]) -> list[BothWays]:
    return [reference.points for reference in references if reference.points is not None]


@pytest.fixture
def objects(database: Database, tmp_path: Path) -> ObjectStore:
    add_client(database, "acme", "Acme")
    return ObjectStore(str(tmp_path))


def test_cells_are_kept_once_and_a_new_reference_joins_them(
    database: Database, objects: ObjectStore
) -> None:
    cells = KeptCells(database, objects, "acme", sorted_from=3)
    first = cells.of_references(pointed(database, objects, CONTENTS[:3]))
    before = kept(database)
    assert set(before) == set(map(sha256_hex, CONTENTS[:3]))
    second = cells.of_references(pointed(database, objects, CONTENTS))
    after = kept(database)
    assert before.items() <= after.items()
    assert len(after) == len(second) == len(CONTENTS)
    versions = {both.places.centres.version for both in points_of(first + second) if both.places}
    assert len(versions) == 1


def test_kept_cells_name_the_same_reference_as_cells_made_for_the_run(
    database: Database, objects: ObjectStore
) -> None:
    without = pointed(database, objects, CONTENTS)
    cells = KeptCells(database, objects, "acme", sorted_from=2)
    cells.of_references(without)
    again = points_of(cells.of_references(without))
    assert all(both.places is not None for both in again)
    copy = extract_both_ways(encoded(product(2).crop((40, 40, 440, 440))))
    assert isinstance(copy, BothWays)
    named = PhotoGate(again).named(copy.upright)
    assert [item.reference for item in named] == [
        item.reference for item in PhotoGate(points_of(without)).named(copy.upright)
    ]
    assert len(named) == 1


def test_few_references_have_no_cells(database: Database, objects: ObjectStore) -> None:
    references = pointed(database, objects, CONTENTS[:2])
    assert KeptCells(database, objects, "acme").of_references(references) == references
    assert kept(database) == {}


def test_points_found_anew_and_centres_that_have_gone_are_sorted_anew(
    database: Database, objects: ObjectStore
) -> None:
    references = pointed(database, objects, CONTENTS)
    cells = KeptCells(database, objects, "acme", sorted_from=2)
    cells.of_references(references)
    before = kept(database)
    sha256 = sha256_hex(CONTENTS[0])
    with database.client("acme") as c:
        point_store.put_points(c, "acme", {sha256: PackedPoints(b"other points", None)})
    assert set(kept(database)) == set(before) - {sha256}
    cells.of_references(references)
    assert kept(database) == before
    (places,) = {both.places for both in points_of(cells.of_references(references))[:1]}
    assert places is not None
    objects.delete([cell_centres_key("acme", places.centres.version)])
    anew = points_of(cells.of_references(references))
    assert objects.get(cell_centres_key("acme", places.centres.version))
    assert all(
        both.places is not None and both.places.packed() == before[of_photo]
        for both, of_photo in zip(anew, (r.photo.photo_id for r in references), strict=True)
    )
