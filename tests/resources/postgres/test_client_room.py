"""A client keeps so many of each kind, and others theirs."""

from __future__ import annotations

from uuid import UUID

import pytest
from psycopg import Connection

from infringement_dagster.domain.moderation.lists import ListedListing
from resources.identity.credentials import new_api_key
from resources.postgres import client_room
from resources.postgres.cases.moderation.list_store import NewEntry, put_entry
from resources.postgres.client_room import Kind, NoRoom, check_room
from resources.postgres.clients import access_store, client_store, config_store
from resources.postgres.clients.client_store import add_client, add_reference_photo
from resources.postgres.database import Database
from resources.postgres.events import webhook_store
from resources.postgres.listings.photo_store import put_photo
from tests.support.scene import a_photo


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms for two of each kind."""
    rooms = {kind: client_room._Room(2, room.counted) for kind, room in client_room._ROOMS.items()}
    monkeypatch.setattr(client_room, "_ROOMS", rooms)


def add_hook(c: Connection, client_id: str, number: int) -> None:
    webhook_store.add_webhook(c, client_id, f"https://x.example/{number}", ["case.flagged"])


def add_photo(c: Connection, client_id: str, number: int) -> UUID:
    photo = a_photo(f"{client_id} {number}")
    put_photo(c, client_id, photo, [])
    return add_reference_photo(c, client_id, sha256=photo.sha256, file_name="a.jpg", brand=None)


def add_person(c: Connection, client_id: str, number: int) -> None:
    access_store.add_user(c, client_id, f"{number}@x.example", "viewer", "hash")


def add_key(c: Connection, client_id: str, number: int) -> None:
    access_store.add_key(c, client_id, new_api_key(), name=str(number), scopes=[], owner=None)


def add_listed(c: Connection, client_id: str, number: int) -> None:
    new = NewEntry("allow", ListedListing("ebay", str(number)), "ours")
    put_entry(c, client_id, new, "user:ann")


def add_version(c: Connection, client_id: str, number: int) -> None:
    config_store.save_config_after(c, client_id, number, {"n": number, "text": "x" * 40}, "tests")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("add", [add_hook, add_photo, add_person, add_key, add_listed])
def test_the_third_of_two_is_refused_and_another_client_adds_its_own(
    database: Database, add: object
) -> None:
    assert callable(add)
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            add_client(c, client_id, client_id)
        for number in range(2):
            with database.client(client_id) as c:
                add(c, client_id, number)
        with (
            pytest.raises(NoRoom, match=f"client {client_id} keeps 2 "),
            database.client(client_id) as c,
        ):
            add(c, client_id, 3)


@pytest.mark.usefixtures("small")
def test_a_removed_photo_comes_back_only_where_there_is_room(database: Database) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        removed = add_photo(c, "acme", 0)
        add_photo(c, "acme", 1)
        config_store.remove_reference(c, "acme", removed)
        add_photo(c, "acme", 2)
    with pytest.raises(NoRoom, match="client acme keeps 2 "), database.client("acme") as c:
        config_store.restore_reference(c, "acme", removed)


def test_config_versions_are_weighed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    kind: Kind = "bytes of config versions"
    room = client_room._ROOMS[kind]
    monkeypatch.setattr(client_room, "_ROOMS", {kind: client_room._Room(100, room.counted)})
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    for number in range(2):  # each takes 76 bytes
        with database.client("acme") as c:
            add_version(c, "acme", number)
    with database.client("acme") as c:
        with pytest.raises(NoRoom, match="may keep 100"):
            check_room(c, "acme", kind)
        with pytest.raises(NoRoom):
            add_version(c, "acme", 2)
        assert client_store.load_config(c, "acme").version == 2
