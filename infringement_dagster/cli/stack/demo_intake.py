"""Takes the demo's clients in, with their configs and reference photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from infringement_dagster.cli.stack.demo_file import SEARCH
from infringement_dagster.photos.intake import Intake, NewClient
from infringement_dagster.photos.references import PhotoFile, read_photo
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.sandbox.demo import DemoClient, demo_clients

IMPORTING_CLIENT: Final = "kelvarra"  # brings a file of listings beside its searches


def take_in_demo_clients(database: Database, objects: ObjectStore) -> list[str]:
    """The ids of the demo's clients, which are there with what they need for a scan."""
    clients = demo_clients()
    with BlockingDecoder() as decoder:
        for client in clients:
            intake = Intake(database, objects, decoder)
            further = SEARCH if client.client_id == IMPORTING_CLIENT else {}
            intake.take_in(_new_client(decoder, client, further), created_by="demo")
    return [client.client_id for client in clients]


def _new_client(
    decoder: BlockingDecoder, client: DemoClient, further_searches: Mapping[str, object]
) -> NewClient:
    searches = client.config["searches"]
    assert isinstance(searches, dict)
    config = {**client.config, "searches": {**searches, **further_searches}}
    photos = [
        read_photo(decoder, client.client_id, PhotoFile(name, content))
        for name, content in client.reference_photos.items()
    ]
    return NewClient(client.client_id, client.display_name, config, photos)
