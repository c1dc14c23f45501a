"""A client's things by a text or by the beginning of an id, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import Seller
from infringement_dagster.domain.search.sought import FOUND_KINDS, read_sought
from infringement_dagster.notices.drafting import Draft
from infringement_dagster.reviewing.search import Found, find
from resources.postgres.cases import notice_store
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.clients.client_store import add_reference_photo
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.listing_store import put_listings
from tests.support.scene import a_listing, a_photo, begin

EVERYTHING = frozenset(FOUND_KINDS)


def furnish(database: Database, client_id: str) -> tuple[UUID, UUID, UUID, UUID]:
    """The ids of a scan, a case, a notice and a reference of a client that sells growlers."""
    growlers = [
        replace(a_listing(f"GR{number}", title=f"Kelvarra growler {number}"), seller=Seller(name))
        for number, name in enumerate(("Sly Shop", "Sly Shop", "Fair_Dealer"))
    ]
    photo = a_photo(client_id)
    with database.client(client_id) as c:
        scene = begin(c, client_id)
        put_listings(c, client_id, scene.scan_id, growlers)
        flags = [CaseFlag("GR0", 0.9, "counterfeit_suspicion"), CaseFlag("GR1", 0.8, None)]
        cases = flag_cases(c, client_id, scene.scan_id, "amazon", 1, flags)
        case_id = cases[0].case_id
        draft = Draft("dmca", {"listing_title": "Kelvarra growler 0"}, ())
        notice = notice_store.put_draft(c, client_id, case_id, draft, 1, "tests")
        photo_store.put_photo(c, client_id, photo)
        reference_id = add_reference_photo(
            c, client_id, sha256=photo.sha256, file_name="Front growler.png", brand="Kelvarra"
        )
    return scene.scan_id, case_id, notice.notice_id, reference_id


def found(database: Database, client_id: str, typed: str, most: int = 5) -> Found:
    with database.client(client_id) as c:
        return find(c, client_id, read_sought(typed), EVERYTHING, most)


def test_a_word_finds_things_of_each_kind_that_has_it(database: Database) -> None:
    _, _, notice_id, reference_id = furnish(database, "acme")
    seen = found(database, "acme", "GROWLER")
    assert [case.listing_id for case in seen.cases] == ["GR0", "GR1"]
    assert [listing.listing_id for listing in seen.listings] == ["GR2"]
    assert [notice.notice_id for notice in seen.notices] == [notice_id]
    assert [reference.reference_id for reference in seen.references] == [reference_id]
    assert (seen.sellers, seen.scans) == ([], ())


@pytest.mark.parametrize("typed", ["fair_dealer", "Fair_", "ir_deal"])
def test_a_seller_is_found_by_a_part_of_the_name(database: Database, typed: str) -> None:
    furnish(database, "acme")
    (seller,) = found(database, "acme", typed).sellers
    assert (seller.seller_name, seller.listings, seller.cases) == ("Fair_Dealer", 1, 0)
    assert seller.is_all


def test_sellers_with_cases_come_first(database: Database) -> None:
    furnish(database, "acme")
    sellers = found(database, "acme", "Sly").sellers
    assert [(seller.listings, seller.cases) for seller in sellers] == [(2, 2)]


def test_ids_and_addresses_find_what_they_name(database: Database) -> None:
    scan_id, case_id, notice_id, reference_id = furnish(database, "acme")
    assert [row.scan_id for row in found(database, "acme", str(scan_id)[:8]).scans] == [scan_id]
    assert [row.case_id for row in found(database, "acme", str(case_id)).cases] == [case_id]
    notices = found(database, "acme", notice_id.hex[:12]).notices
    assert [row.notice_id for row in notices] == [notice_id]
    references = found(database, "acme", str(reference_id)).references
    assert [row.reference_id for row in references] == [reference_id]
    at_shop = found(database, "acme", "https://shop.example/item/GR2?ref=x")
    assert [row.listing_id for row in at_shop.listings] == ["GR2"]
    assert found(database, "acme", "GR").is_empty  # too little to go by
    assert [row.listing_id for row in found(database, "acme", "shop/GR0").cases] == ["GR0"]


def test_no_more_than_asked_for_of_each(database: Database) -> None:
    furnish(database, "acme")
    seen = found(database, "acme", "growler", most=1)
    assert (len(seen.cases), len(seen.listings), len(seen.notices)) == (1, 1, 1)


def test_another_clients_things_are_not_found(database: Database) -> None:
    scan_id, case_id, notice_id, reference_id = furnish(database, "acme")
    with database.client("beta") as c:
        begin(c, "beta")
    for typed in ("growler", "Sly Shop", *map(str, (scan_id, case_id, notice_id, reference_id))):
        assert found(database, "beta", typed).is_empty
        assert not found(database, "acme", typed).is_empty
    with database.client("beta") as c:  # the policies hold where a query names another client
        mistaken = find(c, "acme", read_sought("growler"), EVERYTHING, 5)
    assert mistaken.is_empty


def test_the_kinds_that_are_not_asked_for_stay_unseen(database: Database) -> None:
    furnish(database, "acme")
    with database.client("acme") as c:
        seen = find(c, "acme", read_sought("growler"), frozenset({"references"}), 5)
    assert len(seen.references) == 1
    assert (seen.cases, seen.listings, seen.notices) == ((), (), ())


def test_nobody_but_the_application_may_ask_for_sellers(database: Database) -> None:
    furnish(database, "acme")
    with database.identity() as c, pytest.raises(psycopg.errors.InsufficientPrivilege):
        c.execute("SELECT * FROM named_sellers('sly', 10)")
