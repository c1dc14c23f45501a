from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from psycopg import errors

from infringement_dagster.domain.listing import (
    LISTING_COLUMNS,
    Listing,
    PhotoRank,
    Price,
    Rank,
    Seller,
)
from resources.postgres.clients import client_store, config_store
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.history_query import FoundByPhoto, photo_that_found, rank_of
from resources.postgres.listings.listing_store import (
    UnknownListing,
    count_listings,
    get_listing,
    put_listings,
)
from resources.postgres.listings.records import ListingCounts
from resources.postgres.scans.run_store import UnknownRun
from resources.postgres.statements import RefusedRow
from tests.support.scene import Scene, a_listing, a_photo, ask_for_scan, begin
from tests.support.stored import listings_of_scan

BARE = Listing(provider="ebay", listing_id="1", title="", url="https://shop.example/1")


@pytest.fixture
def scene(database: Database) -> Scene:
    """Acme's running scan with three listings."""
    with database.client("acme") as c:
        return begin(c, "acme")


def test_a_listing_comes_back_as_it_was_seen(database: Database, scene: Scene) -> None:
    ranged = replace(
        a_listing("B09"),
        price=Price(Decimal("0"), Decimal("12345678901234567890.12"), "JPY"),
        seller=Seller("Ünïcode 🍺", None),
        image_urls=('quote" comma, {brace} \\', ""),
        rating=0.0,
    )
    with database.client("acme") as c:
        assert put_listings(c, "acme", scene.scan_id, [BARE, ranged]) == ListingCounts(2, 0)
        bare, full = get_listing(c, "acme", "ebay", "1"), get_listing(c, "acme", "amazon", "B09")
        with pytest.raises(UnknownListing, match="client acme knows no listing B09 of ebay"):
            get_listing(c, "acme", "ebay", "B09")
    assert (bare.listing(), full.listing()) == (BARE, ranged)
    assert (full.first_scan_id, full.last_scan_id) == (scene.scan_id, scene.scan_id)
    assert full.first_seen_at == full.last_seen_at


def test_a_rescan_adds_no_listing_and_updates_its_facts(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        again = ask_for_scan(c, "acme")
        changed = replace(scene.listings[0], title="Flask", price=None, seller=None)
        counts = put_listings(c, "acme", again, [changed, a_listing("B04")])
        assert counts == ListingCounts(inserted=1, updated=1)
        assert count_listings(c, "acme") == 4
        row = get_listing(c, "acme", "amazon", "B01")
        assert row.listing() == changed
        assert (row.first_scan_id, row.last_scan_id) == (scene.scan_id, again)
        assert row.last_seen_at >= row.first_seen_at
        assert listings_of_scan(c, "acme", again, "amazon") == [changed, a_listing("B04")]
        of_first = listings_of_scan(c, "acme", scene.scan_id, "amazon")
        assert [listing.listing_id for listing in of_first] == ["B01", "B02", "B03"]
        assert listings_of_scan(c, "acme", again, "ebay") == []


def test_writing_again_changes_nothing(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        counts = put_listings(c, "acme", scene.scan_id, scene.listings)
        assert counts == ListingCounts(inserted=0, updated=3)
        assert put_listings(c, "acme", scene.scan_id, []) == ListingCounts(0, 0)
        assert listings_of_scan(c, "acme", scene.scan_id, "amazon") == list(scene.listings)


def test_of_two_rows_with_one_id_the_later_counts(database: Database, scene: Scene) -> None:
    twice = [a_listing("B09", title="first"), a_listing("B09", title="second")]
    with database.client("acme") as c:
        assert put_listings(c, "acme", scene.scan_id, twice) == ListingCounts(1, 0)
        row = get_listing(c, "acme", "amazon", "B09")
    assert row.title == "second"


def test_listings_belong_to_a_run(database: Database, scene: Scene) -> None:
    walmart = replace(BARE, provider="walmart")
    with database.client("acme") as c:
        with pytest.raises(UnknownRun, match="walmart"):
            put_listings(c, "acme", scene.scan_id, [walmart])
        with pytest.raises(UnknownRun):
            put_listings(c, "acme", UUID(int=1), [BARE])
        assert count_listings(c, "acme") == 3


@pytest.mark.parametrize(
    ("poisoned", "complaint"),
    [
        (replace(BARE, title="nul \0"), "row 2: title holds a NUL"),
        (replace(BARE, image_urls=("fine", "half \ud83d")), r"row 2: image_urls\[1\] holds half"),
        (replace(BARE, rating=float("nan")), "rating_check"),
        (replace(BARE, price=Price(Decimal("1"), Decimal("NaN"), "EUR")), "price_is_a_range"),
        (replace(BARE, price=Price(Decimal("2"), Decimal("1"), "EUR")), "price_is_a_range"),
        (replace(BARE, price=Price(Decimal("-1"), Decimal("1"), "EUR")), "price_is_a_range"),
        (replace(BARE, price=Price(Decimal("1"), Decimal("1"), "euro")), "currency_check"),
        (replace(BARE, rating=5.1), "rating_check"),
        (replace(BARE, listing_id="x" * 501), "listing_id_check"),
        (replace(BARE, review_count=2**31), "review_count|integer|range"),
    ],
)
def test_what_postgres_cannot_keep_is_refused_by_name(
    database: Database, scene: Scene, poisoned: Listing, complaint: str
) -> None:
    fine = replace(BARE, listing_id="2")
    with (
        pytest.raises(RefusedRow, match=f"client acme.*({complaint})"),
        database.client("acme") as c,
    ):
        put_listings(c, "acme", scene.scan_id, [fine, poisoned])
    with database.client("acme") as c:
        assert count_listings(c, "acme") == 3


def test_racing_scans_of_the_same_listings_neither_deadlock_nor_repeat(
    database: Database, scene: Scene
) -> None:
    listings = [a_listing(f"C{number:03}") for number in range(60)]
    with database.client("acme") as c:
        scan_ids = [ask_for_scan(c, "acme", "amazon") for _ in range(4)]
    counts: list[ListingCounts] = []

    def scan(number: int) -> None:
        own = listings[:: -1 if number % 2 else 1]
        for begin_at in range(0, 60, 20):
            with database.client("acme") as c:
                batch = own[begin_at : begin_at + 20]
                counts.append(put_listings(c, "acme", scan_ids[number], batch))

    threads = [threading.Thread(target=scan, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(count.inserted for count in counts) == 60
    assert sum(count.updated for count in counts) == 180
    with database.client("acme") as c:
        for scan_id in scan_ids:
            assert listings_of_scan(c, "acme", scan_id, "amazon") == listings


def test_the_table_has_the_columns_that_a_listing_has(database: Database) -> None:
    seen = {"first_seen_at", "last_seen_at", "first_scan_id", "last_scan_id"}
    of_store = {"client_id", "search_place", *seen}
    with database.client("acme") as c:
        rows = c.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'listings'"
        )
        assert {name for (name,) in rows} == {*LISTING_COLUMNS, *of_store}


def test_a_sighting_keeps_where_it_was_first_found(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        scan_id = scene.scan_id
        ranked, bare = a_listing("B10"), a_listing("B11")
        put_listings(c, "acme", scan_id, [ranked, bare], {"B10": Rank("steel bottle", 2, 3)})
        put_listings(c, "acme", scan_id, [ranked], {"B10": Rank("bottle", 1, 1)})
        put_listings(c, "acme", scan_id, [ranked])  # its own page says nothing of ranks
        assert rank_of(c, "acme", "amazon", "B10") == Rank("steel bottle", 2, 3)
        assert rank_of(c, "acme", "amazon", "B11") is None


def test_a_listing_has_the_place_of_the_scan_that_saw_it_last(
    database: Database, scene: Scene
) -> None:
    listing = a_listing("B10")

    def place() -> int | None:
        row = c.execute("SELECT search_place FROM listings WHERE listing_id = 'B10'").fetchone()
        assert row is not None
        found: int | None = row[0]
        return found

    with database.client("acme") as c:
        put_listings(c, "acme", scene.scan_id, [listing], {"B10": Rank("bottle", 2, 3)})
        assert place() == 1003
        put_listings(c, "acme", scene.scan_id, [listing])  # its own page says nothing of places
        assert place() == 1003
        again = ask_for_scan(c, "acme")
        put_listings(c, "acme", again, [listing], {"B10": Rank("steel bottle", 1, 7)})
        assert place() == 7
        put_listings(c, "acme", ask_for_scan(c, "acme"), [listing])  # no words found it
        assert place() is None


def test_a_sighting_keeps_by_which_photo_it_was_found(database: Database, scene: Scene) -> None:
    with database.client("acme") as c:
        shown = a_photo("front")
        photo_store.put_photo(c, "acme", shown)
        client_store.add_reference_photo(
            c, "acme", sha256=shown.sha256, file_name="front.jpg", brand=None
        )
        (photo,) = client_store.reference_photos(c, "acme")
        found = {"B20": PhotoRank(photo.reference_id, 3)}
        put_listings(c, "acme", scene.scan_id, [a_listing("B20"), a_listing("B21")], found)
        told = photo_that_found(c, "acme", "amazon", "B20")
        assert told == FoundByPhoto(photo.reference_id, photo.file_name, 3)
        assert rank_of(c, "acme", "amazon", "B20") is None
        assert photo_that_found(c, "acme", "amazon", "B21") is None
        config_store.remove_reference(c, "acme", photo.reference_id)
        assert photo_that_found(c, "acme", "amazon", "B20") == told  # it is history
    with database.client("rival") as c:
        assert photo_that_found(c, "acme", "amazon", "B20") is None


@pytest.mark.parametrize(
    "columns",
    [
        {"query": "mug", "page": 1, "position": 1, "reference_id": uuid4()},
        {"query": None, "page": None, "position": None, "reference_id": uuid4()},
        {"query": "mug", "page": None, "position": None, "reference_id": None},
        {"query": None, "page": 1, "position": 1, "reference_id": None},
    ],
)
def test_a_sighting_is_found_by_words_or_by_a_photo_and_never_by_half(
    database: Database, scene: Scene, columns: dict[str, object]
) -> None:
    names = ", ".join(columns)
    values = ", ".join(f"%({name})s" for name in columns)
    with database.client("acme") as c, pytest.raises(errors.CheckViolation):
        c.execute(
            "INSERT INTO sightings (client_id, scan_id, provider, listing_id, seen_at, "
            f"{names}) VALUES ('acme', %(scan_id)s, 'amazon', 'B9', now(), {values})",
            {"scan_id": scene.scan_id, **columns},
        )
