"""Takes the demo's clients in, with their configs and reference photos."""

from __future__ import annotations

from infringement_dagster.photos.intake import Intake, NewClient
from infringement_dagster.photos.references import PhotoFile, read_photo
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.sandbox.demo import DemoClient, demo_clients


def take_in_demo_clients(database: Database, objects: ObjectStore) -> list[str]:
    """The ids of the demo's clients, which are there with what they need for a scan."""
    clients = demo_clients()
    with BlockingDecoder() as decoder:
        for client in clients:
            intake = Intake(database, objects, decoder)
            intake.take_in(_new_client(decoder, client), created_by="demo")
    return [client.client_id for client in clients]


def _new_client(decoder: BlockingDecoder, client: DemoClient) -> NewClient:
    photos = [
        read_photo(decoder, client.client_id, PhotoFile(name, content))
        for name, content in client.reference_photos.items()
    ]
    return NewClient(client.client_id, client.display_name, client.config, photos)
