"""What later scans find about listings that were flagged before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.cases.relation_store import (
    note_presence,
    presences_of,
    relate_cases,
    relations_of,
)
from resources.postgres.clients.client_store import add_client, add_reference_photo, save_config
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.photo_store import put_listing_photos, put_photo
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto
from resources.postgres.scans.run_store import start_run
from resources.postgres.scans.scan_store import queue_scan
from tests.support.scene import NOON, a_listing, a_photo

SEARCHES: dict[str, object] = {"searches": {"amazon": {"queries": ["bottle"]}}}


@pytest.fixture
def acme(database: Database) -> Database:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        save_config(c, "acme", SEARCHES, "tests")
    return database


def scan(database: Database, listings: Sequence[Listing], *, every_page: bool = True) -> list[str]:
    """The types of events of a scan that finds and flags these listings."""
    with database.client("acme") as c:
        version = save_config(c, "acme", CONFIGS[-1], "tests")
        requested = queue_scan(
            c,
            "acme",
            ["amazon"],
            trigger="request",
            requested_by="tests",
            config_version=version,
        )
        scan_id = requested.scan_id
        start_run(c, "acme", scan_id, "amazon", f"dagster-{scan_id}")
        put_listings(c, "acme", scan_id, listings)
        flags = [CaseFlag(listing.listing_id, 0.9, None) for listing in listings]
        flagged = flag_cases(c, "acme", scan_id, "amazon", version, flags)
        events = note_presence(c, "acme", scan_id, "amazon", read_every_page=every_page)
        events += relate_cases(c, "acme", scan_id, [case.case_id for case in flagged])
    return [event.type for event in events]


CONFIGS = [SEARCHES]


def case_of(database: Database, listing_id: str) -> UUID:
    with database.client("acme") as c:
        row = c.execute("SELECT case_id FROM cases WHERE listing_id = %s", (listing_id,)).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def test_a_listing_is_gone_once_and_listed_again_once(acme: Database) -> None:
    first, second = a_listing("B01"), a_listing("B02")
    assert scan(acme, [first, second]) == []
    assert scan(acme, [second], every_page=False) == []
    assert scan(acme, [second]) == ["case.gone"]
    assert scan(acme, [second]) == []
    assert scan(acme, [first, second]) == ["case.listed"]
    with acme.client("acme") as c:
        rows = presences_of(c, "acme", case_of(acme, "B01"))
        assert presences_of(c, "acme", case_of(acme, "B02")) == []
    assert [row.presence for row in rows] == ["gone", "listed"]


def test_other_searches_prove_nothing_gone(acme: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    scan(acme, [a_listing("B01"), a_listing("B02")])
    other: dict[str, object] = {"searches": {"amazon": {"queries": ["mug"]}}}
    monkeypatch.setattr("tests.resources.postgres.cases.test_relation_store.CONFIGS", [other])
    assert scan(acme, [a_listing("B02")]) == []


def test_the_seller_of_an_infringing_case_is_found_under_a_new_id(acme: Database) -> None:
    known = replace(a_listing("B01"), seller=Seller("Sly", "S-9"))
    scan(acme, [known, replace(a_listing("B02"), seller=Seller("Other", "S-2"))])
    newer = replace(known, listing_id="B03", seller=Seller("sly & sons", "S-9"))
    assert scan(acme, [newer]) == ["case.gone", "case.gone"]
    with acme.client("acme") as c:
        decide(c, "acme", case_of(acme, "B01"), "infringing", "", "ann", 1)
    assert scan(acme, [newer]) == ["case.relisted"]
    assert scan(acme, [newer]) == []
    with acme.client("acme") as c:
        (relation,) = relations_of(c, "acme", case_of(acme, "B01"))
    assert (relation.case_id, relation.kind) == (case_of(acme, "B03"), "same_seller")
    assert relation.earlier_case_id == case_of(acme, "B01")


def show(database: Database, listing_id: str, kept: str) -> None:
    with database.client("acme") as c:
        photo = a_photo(kept)
        put_photo(c, "acme", photo)
        row = c.execute("SELECT scan_id FROM runs ORDER BY started_at DESC LIMIT 1").fetchone()
        assert row is not None
        place = ListingPhotoRow(
            "amazon", listing_id, kept, 0, StoredPhoto(photo.sha256), row[0], NOON
        )
        put_listing_photos(c, "acme", [place])


@pytest.mark.parametrize(("is_own", "told"), [(False, ["case.relisted"]), (True, [])])
def test_the_same_photo_under_a_new_id_is_found_unless_it_is_the_clients_own(
    acme: Database, is_own: bool, told: list[str]
) -> None:
    first = replace(a_listing("B01"), seller=None)
    scan(acme, [first])
    show(acme, "B01", "photo")
    newer = replace(first, listing_id="B02")
    scan(acme, [first, newer])
    show(acme, "B02", "photo")
    with acme.client("acme") as c:
        decide(c, "acme", case_of(acme, "B01"), "infringing", "", "ann", 1)
        if is_own:
            sha256 = a_photo("photo").sha256
            add_reference_photo(c, "acme", sha256=sha256, file_name="a.jpg", brand=None)
    assert scan(acme, [first, newer]) == told
