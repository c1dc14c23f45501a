from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from resources.postgres.clients.client_store import (
    BadClientId,
    ClientExists,
    NoConfig,
    UnknownClient,
    add_client,
    add_reference_photo,
    get_client,
    list_clients,
    load_config,
    reference_photos,
    save_config,
)
from resources.postgres.database import Database
from resources.postgres.listings.photo_store import put_photo
from resources.postgres.statements import RefusedRow, execute
from tests.support.scene import a_photo


def test_a_client_is_added_once(database: Database) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        client = get_client(c, "acme")
    assert (client.display_name, client.state, client.last_event_no) == ("Acme", "active", 0)
    with pytest.raises(ClientExists, match="acme"), database.client("acme") as c:
        add_client(c, "acme", "Somebody else")
    with database.client("acme") as c:
        assert get_client(c, "acme") == client


@pytest.mark.parametrize("client_id", ["Acme", "-acme", "a|b", "a,b", "a" * 64, "a\n"])
def test_an_id_that_would_break_a_partition_key_is_refused(
    database: Database, client_id: str
) -> None:
    with pytest.raises(BadClientId), database.client(client_id) as c:
        add_client(c, client_id, "Acme")
    row = "INSERT INTO clients (client_id, display_name) VALUES (%(client_id)s, 'Acme')"
    with pytest.raises(RefusedRow), database.client(client_id) as c:
        execute(c, row, client_id=client_id)


def test_only_admission_lists_all_clients(database: Database) -> None:
    for client_id in ("beta", "acme"):
        with database.client(client_id) as c:
            add_client(c, client_id, client_id)
    with database.admission() as c:
        assert [client.client_id for client in list_clients(c)] == ["acme", "beta"]
    with database.client("acme") as c:
        assert [client.client_id for client in list_clients(c)] == ["acme"]


def test_an_unknown_client_is_named(database: Database) -> None:
    with database.client("nobody") as c:
        with pytest.raises(UnknownClient, match="nobody"):
            get_client(c, "nobody")
        with pytest.raises(UnknownClient, match="nobody"):
            save_config(c, "nobody", {}, "tests")


def test_config_versions_count_up_and_repeat_nothing(database: Database) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        with pytest.raises(NoConfig, match="acme"):
            load_config(c, "acme")
        assert save_config(c, "acme", {"a": [1], "b": None}, "ann", "first") == 1
        assert save_config(c, "acme", {"b": None, "a": [1]}, "bob") == 1
        assert save_config(c, "acme", {"a": [2]}, "bob") == 2
        assert save_config(c, "acme", {"a": [1], "b": None}, "bob") == 3  # same as an older one
        newest, first = load_config(c, "acme"), load_config(c, "acme", 1)
        with pytest.raises(NoConfig, match="version 4"):
            load_config(c, "acme", 4)
    assert (newest.version, newest.document, newest.comment) == (3, {"a": [1], "b": None}, None)
    assert (first.version, first.created_by, first.comment) == (1, "ann", "first")


def test_racing_savers_get_a_version_each(database: Database) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    versions: list[int] = []

    def save(number: int) -> None:
        with database.client("acme") as c:
            versions.append(save_config(c, "acme", {"number": number}, "tests"))

    savers = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert sorted(versions) == [1, 2, 3, 4, 5, 6]


def test_a_reference_photo_is_added_once_per_photo(database: Database) -> None:
    photo = a_photo("bottle")
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        put_photo(c, "acme", photo)
        first = add_reference_photo(c, "acme", sha256=photo.sha256, file_name="a.jpg", brand=None)
        again = add_reference_photo(c, "acme", sha256=photo.sha256, file_name="b.jpg", brand="Acme")
        (row,) = reference_photos(c, "acme")
    assert first == again == row.reference_id
    assert (row.file_name, row.brand) == ("b.jpg", "Acme")
    assert (row.sha256, row.object_key, row.media_type) == (
        photo.sha256,
        photo.object_key,
        "image/jpeg",
    )


def test_a_removed_reference_photo_is_not_listed_and_may_come_back(database: Database) -> None:
    photo = a_photo("bottle")
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        put_photo(c, "acme", photo)
        first = add_reference_photo(c, "acme", sha256=photo.sha256, file_name="a.jpg", brand=None)
        c.execute("UPDATE reference_photos SET removed_at = now()")
        assert reference_photos(c, "acme") == []
        second = add_reference_photo(c, "acme", sha256=photo.sha256, file_name="a.jpg", brand=None)
        assert second != first
        assert [row.reference_id for row in reference_photos(c, "acme")] == [second]


def test_a_reference_photo_needs_its_photo(database: Database) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    with pytest.raises(RefusedRow, match="photos"), database.client("acme") as c:
        add_reference_photo(c, "acme", sha256="0" * 64, file_name="a.jpg", brand=None)


def test_the_field_that_postgres_cannot_keep_is_named(database: Database) -> None:
    with (
        pytest.raises(RefusedRow, match="client acme, row 1: display_name holds a NUL"),
        database.client("acme") as c,
    ):
        add_client(c, "acme", "Ac\0me")
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    nested = {"brands": [{"name": "fine"}, {"name": f"half \ud83d {uuid4()}"}]}
    with (
        pytest.raises(RefusedRow, match=r"document\.brands\[1\]\.name holds half a surrogate"),
        database.client("acme") as c,
    ):
        save_config(c, "acme", nested, "tests")
    with (
        pytest.raises(RefusedRow, match=r"document\.weight is nan"),
        database.client("acme") as c,
    ):
        save_config(c, "acme", {"weight": float("nan")}, "tests")
