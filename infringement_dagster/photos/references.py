"""Keeps the hashes of a client's reference photos at the algorithms in use, and loads them."""

from __future__ import annotations

from infringement_dagster.domain.photo import HashedImage
from infringement_dagster.matching.scoring import Photo, Reference
from infringement_dagster.photos.freshness import kept_images
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import image_store


def hash_references(
    database: Database, objects: ObjectStore, decoder: BlockingDecoder, client_id: str
) -> int:
    """The number of references whose hashes are current, after hashing those that were not."""
    with database.client(client_id) as connection:
        rows = client_store.reference_images(connection, client_id)
        current = set(kept_images(connection, client_id, (row.sha256 for row in rows)))
    for row in rows:
        if row.sha256 in current:
            continue
        result = decoder.hash(objects.get(row.object_key))
        if not isinstance(result, HashedImage):
            continue  # it was readable when taken in; scoring goes on without it
        with database.client(client_id) as connection:
            image_store.put_hashes(connection, client_id, row.sha256, result.hashes)
        current.add(row.sha256)
    return len(current)


def load_references(database: Database, client_id: str) -> list[Reference]:
    """The client's references that have hashes."""
    with database.client(client_id) as connection:
        rows = client_store.reference_images(connection, client_id)
        hashed = kept_images(connection, client_id, (row.sha256 for row in rows))
    return [
        Reference(str(row.reference_id), Photo(row.sha256, hashed[row.sha256]), row.brand)
        for row in rows
        if row.sha256 in hashed
    ]
