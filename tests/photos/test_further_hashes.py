from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from infringement_dagster.domain.further_hash import further_hashes
from infringement_dagster.domain.photo import (
    HashedPhoto,
    KeptPhoto,
    ListingPhoto,
    PerceptualHash,
)
from infringement_dagster.matching.photos.hashes.further import further_version, make_further
from infringement_dagster.photos.freshness import kept_photos
from infringement_dagster.photos.further_hashes import KeptFurtherHashes
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.references import PhotoFile, load_references
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from tests.support.kept_photos import keep_photo
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product

CONTENT = encoded(product(1))
SHA256 = sha256_hex(CONTENT)
WANTED = further_hashes(("whash", "colorhash", "crop_resistant_hash", "phash"))
MADE = {"whash", "colorhash", "crop_resistant_hash"}  # phash is ours


def further_of(photo: ListingPhoto) -> set[PerceptualHash]:
    assert isinstance(photo.photo, KeptPhoto)
    return {h for h in photo.photo.hashed.hashes if h.algorithm_version == further_version()}


def test_photos_kept_before_get_them_once_in_a_worker(database: Database, tmp_path: Path) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    shown = {"1": [keep_photo(database, objects, CONTENT)]}
    first, second = DecodingWorkers(), DecodingWorkers()
    with BlockingDecoder(first) as decoder:
        found = KeptFurtherHashes(database, objects, decoder, "acme", WANTED).of_photos(shown)
        assert len(first.pids) == 1
    made = make_further(CONTENT, WANTED)
    assert further_of(found["1"][0]) == set(made if isinstance(made, tuple) else ())
    assert {h.algorithm for h in further_of(found["1"][0])} == MADE
    with BlockingDecoder(second) as decoder:
        again = KeptFurtherHashes(database, objects, decoder, "acme", WANTED).of_photos(shown)
        assert second.pids == frozenset()
    assert further_of(again["1"][0]) == further_of(found["1"][0])
    with database.client("acme") as c:
        assert SHA256 in kept_photos(c, "acme", [SHA256])  # no address is asked for it again


def test_hashes_of_another_version_of_the_library_are_made_anew(
    database: Database, tmp_path: Path
) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    old = PerceptualHash("whash", further_version() - 100, "raw", "0" * 16)
    shown = {"1": [keep_photo(database, objects, CONTENT, further=[old])]}
    workers = DecodingWorkers()
    with BlockingDecoder(workers) as decoder:
        wanted = further_hashes(("whash",))
        found = KeptFurtherHashes(database, objects, decoder, "acme", wanted).of_photos(shown)
        assert len(workers.pids) == 1
    assert {h.algorithm_version for h in further_of(found["1"][0])} == {further_version()}
    with database.client("acme") as c:
        (stored,) = photo_store.hashes_of(c, "acme", [SHA256]).values()
    assert {h.algorithm_version for h in stored if h.algorithm == "whash"} >= {further_version()}


def test_references_get_the_same_hashes(database: Database, tmp_path: Path) -> None:
    objects = ObjectStore(str(tmp_path))
    add_client(database, "acme", "Acme")
    workers = DecodingWorkers()
    with BlockingDecoder() as decoder:
        Intake(database, objects, decoder).add("acme", [PhotoFile("a.jpg", CONTENT)])
        further = KeptFurtherHashes(database, objects, decoder, "acme", WANTED)
        (made,) = further.of_references(load_references(database, "acme"))
    with BlockingDecoder(workers) as decoder:
        further = replace(further, decoder=decoder)
        (kept,) = further.of_references(load_references(database, "acme"))
        assert workers.pids == frozenset()
    assert isinstance(made.photo.hashed, HashedPhoto)
    assert isinstance(kept.photo.hashed, HashedPhoto)
    assert set(kept.photo.hashed.hashes) == set(made.photo.hashed.hashes)
    assert {h.algorithm for h in made.photo.hashed.hashes} >= MADE


def test_a_photo_whose_bytes_have_gone_keeps_the_hashes_it_has(
    database: Database, tmp_path: Path
) -> None:
    add_client(database, "acme", "Acme")
    shown = {"1": [keep_photo(database, ObjectStore(str(tmp_path / "one")), CONTENT)]}
    with BlockingDecoder() as decoder:
        elsewhere = ObjectStore(str(tmp_path / "other"))
        further = KeptFurtherHashes(database, elsewhere, decoder, "acme", WANTED)
        assert further.of_photos(shown) == shown
        add_client(database, "other", "Other")
        forgotten = replace(further, client_id="other")  # neither its row nor its bytes are there
        assert forgotten.of_photos(shown) == shown
