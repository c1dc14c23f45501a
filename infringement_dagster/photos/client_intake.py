"""A client is taken in as a whole, with its config and photos, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.photos.references import ReadPhoto, keep_photo, keep_points
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as somebody hands it in; one that is there keeps its name."""

    client_id: str
    display_name: str
    config: Mapping[str, object]
    photos: Sequence[ReadPhoto] = ()


def check_new_client(client_id: str, config: Mapping[str, object]) -> None:
    """Returns when a client can have this id and config; raises BadClientId, BadClientConfig."""
    client_store.check_client_id(client_id)
    read_client_config(client_id, 0, config)


def take_in(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client: NewClient,
    created_by: str,
) -> int:
    """The version of the client's config, kept in one transaction with client and photos.

    Raises BadClientId and BadClientConfig before anything is written.
    """
    client_id = client.client_id
    check_new_client(client_id, client.config)
    with database.client(client_id) as c:
        with suppress(client_store.ClientExists):
            client_store.add_client(c, client_id, client.display_name)
        version = client_store.save_config(c, client_id, client.config, created_by)
        for photo in client.photos:
            keep_photo(c, objects, client_id, photo)
    keep_points(database, objects, decoder, client_id, client.photos)
    return version
