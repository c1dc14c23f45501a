"""Titles searched through an index that row-level security would not let be used."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from infringement_dagster.domain.case import CaseFlag
from resources.postgres.cases import case_lists
from resources.postgres.cases.case_lists import CaseFilter
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.listings import listing_store
from resources.postgres.listings.listing_store import ListingFilter, put_listings
from resources.postgres.listings.title_search import NAMED_MAX, title_condition
from resources.postgres.server.roles import IDENTITY, database_of, with_database
from tests.support.scene import a_listing, begin

TITLES = {
    "1": "Kelvarra 50% off, 100_ml",
    "2": "KELVARRA 50 of 100 ml \\ steel",
    "3": "Колба Кельварра",
    "4": "水筒 500ml",
    "5": "",
}


@pytest.fixture
def searched(database: Database) -> Database:
    """Two clients with the same titles, each a case; the other's ids begin with `x`."""
    for client_id, prefix in (("acme", ""), ("beta", "x")):
        with database.client(client_id) as c:
            scene = begin(c, client_id)
            listings = [
                replace(a_listing(prefix + number), title=title) for number, title in TITLES.items()
            ]
            put_listings(c, client_id, scene.scan_id, listings)
            flags = [CaseFlag(listing.listing_id, 0.9, None) for listing in listings]
            flag_cases(c, client_id, scene.scan_id, "amazon", 1, flags)
    return database


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kelvarra", "12"),
        ("ELVARR", "12"),
        ("50%", "1"),
        ("0_m", "1"),
        ("\\ st", "2"),
        ("\\", "2"),
        ("КОЛБА", "3"),
        ("水", "4"),
        ("ml", "124"),
        ("5", "124"),
        ("", "12345"),
        ("nowhere", ""),
        ("' OR true --", ""),
    ],
)
def test_a_text_is_found_anywhere_in_the_title_without_case(
    searched: Database, text: str, found: str
) -> None:
    with searched.client("acme") as c:
        listings = listing_store.listing_page(c, "acme", ListingFilter(text=text), 50)
        cases = case_lists.case_page(c, "acme", CaseFilter(text=text), "newest", 50)
    assert (
        "".join(listing.listing_id for listing in listings if listing.listing_id in TITLES) == found
    )
    assert "".join(sorted(case.listing_id for case in cases)) == found


def test_frequent_and_rare_texts_find_alike(database: Database) -> None:
    """Past so many titles the list is walked in its own order; either way finds the same."""
    with database.client("acme") as c:
        scene = begin(c, "acme")
        put_listings(
            c,
            "acme",
            scene.scan_id,
            [
                replace(a_listing(f"{number:05}"), title=f"Steel bottle {number:05}")
                for number in range(NAMED_MAX + 1)
            ],
        )
        by_walk = listing_store.listing_page(c, "acme", ListingFilter(text="BOTTLE 0"), 5000)
        by_index = listing_store.listing_page(c, "acme", ListingFilter(text="BOTTLE 00"), 5000)
        assert title_condition(c, "BOTTLE 0").values == {"text": "BOTTLE 0"}
        assert "text" not in title_condition(c, "BOTTLE 00").values
    assert [len(by_walk), len(by_index)] == [NAMED_MAX + 1, 1000]


def test_the_function_answers_for_the_client_of_the_transaction_only(
    searched: Database, database_urls: DatabaseUrls
) -> None:
    query = "SELECT listing_id FROM titled_listings('kelvarra', 10)"
    with searched.client("beta") as c:
        assert {row[0] for row in c.execute(query)} == {"x1", "x2"}
    with psycopg.connect(database_urls.app) as c:
        assert c.execute(query).fetchall() == []
        c.execute("SET app.client_id = ''")
        assert c.execute(query).fetchall() == []


def test_other_roles_may_not_call_it(searched: Database, database_urls: DatabaseUrls) -> None:
    with searched.identity() as c, pytest.raises(InsufficientPrivilege):
        c.execute("SELECT FROM titled_listings('kelvarra', 10)")
    admin = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(admin) as c:
        query = "SELECT has_function_privilege(%s, 'titled_listings(text, integer)', 'EXECUTE')"
        assert c.execute(query, (IDENTITY,)).fetchone() == (False,)


def test_a_rare_text_is_found_through_the_index(
    database: Database, database_urls: DatabaseUrls
) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        listings = [replace(a_listing(str(n)), title=f"Flask {n:06}") for n in range(3000)]
        put_listings(c, "acme", scene.scan_id, listings)
    admin = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(admin, autocommit=True) as c:
        c.execute("VACUUM ANALYZE listings")
    with database.client("acme") as c:
        found = listing_store.listing_page(c, "acme", ListingFilter(text="k 002999"), 50)
        used = c.execute("SELECT pg_stat_get_xact_numscans('listings_by_title'::regclass)")
        assert used.fetchone() == (1,)
    assert [item.listing_id for item in found] == ["2999"]
