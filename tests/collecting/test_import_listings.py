from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infringement_dagster.collecting import import_listings
from infringement_dagster.collecting.import_listings import (
    GivenFile,
    ListingImport,
    first_faults,
    is_searched,
)
from infringement_dagster.domain.errors import TransientError
from resources.objects.keys import imported_faults_key, imported_page_key
from resources.objects.store import ObjectStore
from resources.postgres.clients.audit import Doer, entries_before
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.database import Database
from resources.postgres.listings.import_store import ImportRow, UnknownImport, get_import
from resources.postgres.listings.import_store import list_imports as listed
from resources.providers.files.columns import Fault
from resources.providers.files.rows import UnreadableListings
from tests.support.listing_files import HOST, offers, write_csv, write_json_lines
from tests.support.onboarding import add_client, save_config

CLIENT = "acme"


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


@pytest.fixture
def client(database: Database) -> Database:
    add_client(database, CLIENT, "Acme")
    return database


def an_import(
    database: Database, objects: ObjectStore, path: Path, name: str | None = None
) -> ListingImport:
    given = GivenFile.named(path, path.name, name)
    return ListingImport(database, objects, CLIENT, given, Doer("ann"))


def imports_of(database: Database) -> list[ImportRow]:
    with database.client(CLIENT) as c:
        return listed(c, CLIENT, 100)


def faults_of(objects: ObjectStore, kept: ImportRow) -> list[Fault]:
    key = imported_faults_key(CLIENT, kept.sha256, kept.reading)
    return [Fault(**json.loads(line)) for line in objects.get(key).splitlines()]


def rows_of(objects: ObjectStore, kept: ImportRow) -> Iterator[dict[str, object]]:
    for page in range(1, kept.page_count + 1):
        key = imported_page_key(CLIENT, kept.sha256, kept.reading, page)
        yield from json.loads(objects.get(key))


def test_each_row_is_kept_or_named_with_its_line_and_the_reason(
    client: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    rows = offers("anything")[:8]
    rows[1] = rows[1] | {"price": "call us"}
    rows[3] = rows[3] | {"title": " "}
    rows[5] = rows[5] | {"listing_id": rows[0]["listing_id"]}
    kept = an_import(client, objects, write_csv(tmp_path / "shop.csv", rows)).run()
    assert (kept.row_count, kept.stored, kept.skipped, kept.failed) == (8, 5, 1, 2)
    twice = f"the listing {HOST}:{rows[0]['listing_id']} stands earlier in the file"
    assert faults_of(objects, kept) == [
        Fault(3, "bad_value", "price 'call us' is no number from 0 to 10^12"),
        Fault(5, "missing_value", "title: there is none"),
        Fault(7, "repeated", twice),
    ]
    assert [row["line"] for row in rows_of(objects, kept)] == [2, 4, 6, 8, 9]
    assert [kept] == imports_of(client)
    assert first_faults(objects, CLIENT, kept, 2) == faults_of(objects, kept)[:2]
    with client.client(CLIENT) as c:
        (entry,) = entries_before(c, CLIENT, 10)
    assert (entry.principal, entry.action, entry.subject) == ("ann", "listings.imported", "shop")
    assert entry.details == {"file_name": "shop.csv", "stored": 5, "failed": 2}


def test_pages_hold_a_thousand_rows_each(
    client: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    rows = [
        {"title": f"Mug {number}", "url": f"https://{HOST}/{number}", "colour": "red"}
        for number in range(2001)
    ]
    kept = an_import(client, objects, write_json_lines(tmp_path / "mugs.jsonl", rows)).run()
    assert (kept.stored, kept.page_count, kept.unread_columns) == (2001, 3, ("colour",))
    assert len({row["listing_id"] for row in rows_of(objects, kept)}) == 2001


def test_the_same_file_again_is_the_same_import(
    client: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "shop.csv", offers("anything")[:4])
    first = an_import(client, objects, path).run()
    assert an_import(client, objects, path).run() == first
    other = an_import(client, objects, write_csv(tmp_path / "b.csv", offers("b")[:2]), "shop").run()
    again = an_import(client, objects, path).run()  # the newest once more
    assert [row.import_id for row in imports_of(client)] == [
        again.import_id,
        other.import_id,
        first.import_id,
    ]
    assert again.import_id != first.import_id
    assert again == replace(first, import_id=again.import_id, imported_at=again.imported_at)


def test_two_at_once_make_one_import(
    client: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "shop.csv", offers("anything")[:40])
    done: list[ImportRow] = []
    ready = threading.Barrier(4)

    def run() -> None:
        ready.wait()
        done.append(an_import(client, objects, path).run())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert {row.import_id for row in done} == {imports_of(client)[0].import_id}
    assert len(imports_of(client)) == 1


class Killed(TransientError):
    pass


def test_an_import_that_is_killed_leaves_none_and_is_done_again(
    client: Database, objects: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "shop.csv", offers("anything")[:9])
    monkeypatch.setattr(import_listings, "PAGE_ROWS", 3)
    written = ObjectStore.put_once

    def killed_at_the_third(store: ObjectStore, key: str, content: bytes) -> bool:
        if key.endswith("00003.json"):
            raise Killed("kill -9")
        return written(store, key, content)

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "put_once", killed_at_the_third)
        with pytest.raises(Killed):
            an_import(client, objects, path).run()
    assert imports_of(client) == []
    kept = an_import(client, objects, path).run()
    assert (kept.stored, kept.page_count) == (9, 3)
    assert len(list(rows_of(objects, kept))) == 9


def test_a_file_without_a_listing_replaces_nothing(
    client: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    kept = an_import(client, objects, write_csv(tmp_path / "shop.csv", offers("a")[:4])).run()
    bad = [row | {"url": "mailto:x"} for row in offers("b")[:4]]
    with pytest.raises(UnreadableListings, match=r"none of the 4 rows .*line 2: url 'mailto:x'"):
        an_import(client, objects, write_csv(tmp_path / "bad.csv", bad), "shop").run()
    assert imports_of(client) == [kept]


def test_more_rows_than_a_scan_can_read_are_refused(
    client: Database, objects: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_listings, "ROWS_MAX", 3)
    path = write_csv(tmp_path / "shop.csv", offers("anything")[:4])
    with pytest.raises(UnreadableListings, match="more than 3 rows: split it"):
        an_import(client, objects, path).run()


def test_a_client_sees_its_own_imports_only(
    client: Database, objects: ObjectStore, tmp_path: Path
) -> None:
    add_client(client, "beta", "Beta")
    kept = an_import(client, objects, write_csv(tmp_path / "shop.csv", offers("a")[:4])).run()
    with client.client("beta") as c:
        assert listed(c, "beta", 10) == []
        with pytest.raises(UnknownImport):
            get_import(c, "beta", kept.import_id)
    path = write_csv(tmp_path / "shop.csv", offers("a")[:4])
    with pytest.raises(UnknownClient):
        replace(an_import(client, objects, path), client_id="nobody").run()


@pytest.mark.parametrize(
    ("searches", "expected"),
    [
        ({"ebay": {"queries": ["shop"]}}, False),
        ({"file": {"queries": ["other"]}}, False),
        ({"file": {"queries": ["other", "shop"]}}, True),
        ({"file": {"queries": ["*"]}}, True),
    ],
)
def test_whether_scans_read_a_file_is_told(
    client: Database, searches: dict[str, object], expected: bool
) -> None:
    with client.client(CLIENT) as c:
        assert not is_searched(c, CLIENT, "shop")
    save_config(client, CLIENT, {"brands": [{"name": "Acme"}], "searches": searches}, "test")
    with client.client(CLIENT) as c:
        assert is_searched(c, CLIENT, "shop") is expected
