from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from infringement_dagster.clients.onboarding import add_client
from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.photos.references import hash_references, load_references
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import PhotoRow
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
