"""Files taken in one by one: one that cannot be used keeps no other out."""

from __future__ import annotations

from pathlib import Path

from infringement_dagster.photos.intake import Intake, LeftReference, TakenReference
from infringement_dagster.photos.references import PhotoFile
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from tests.support.photos import encoded, product


def test_a_bad_file_refuses_no_other_and_the_same_one_is_kept_once(
    database: Database, tmp_path: Path
) -> None:
    with database.client("acme") as c:
        client_store.add_client(c, "acme", "Acme")
    first, second = (encoded(product(seed), "PNG") for seed in (1, 2))
    files = [
        PhotoFile("first.png", first),
        PhotoFile("notes.png", b"no photo"),
        PhotoFile("again.png", first),
        PhotoFile("second.png", second),
    ]
    with BlockingDecoder() as decoder:
        intake = Intake(database, ObjectStore(str(tmp_path)), decoder)
        outcomes = intake.add_each("acme", files)
        renamed = intake.add_each("acme", [PhotoFile("new name.png", second, "Acme")])
    taken = [item.was_there for item in outcomes if isinstance(item, TakenReference)]
    assert taken == [False, True, False]
    (left,) = (item for item in outcomes if isinstance(item, LeftReference))
    assert left.file_name == "notes.png"
    assert left.error.told.startswith("it cannot be used: ")
    assert isinstance(renamed[0], TakenReference)
    assert renamed[0].was_there
    with database.client("acme") as c:
        kept = client_store.reference_photos(c, "acme")
    assert {(row.file_name, row.brand) for row in kept} == {
        ("first.png", None),
        ("new name.png", "Acme"),
    }
