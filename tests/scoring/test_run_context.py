"""What other scans of a client know of a run's photos, through the stores."""

from __future__ import annotations

from uuid import UUID

import pytest
from psycopg import Connection

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.elsewhere import KnownListing
from infringement_dagster.reviewing.decide import decide
from infringement_dagster.scoring import run_context
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.clients.client_store import add_reference_photo
from resources.postgres.database import Database
from resources.postgres.listings import elsewhere_query
from resources.postgres.listings.photo_store import put_listing_photos, put_photo
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto
from tests.support.scene import NOON, a_listing, a_photo, begin


def show(c: Connection, client_id: str, scan_id: UUID, listing_id: str, *names: str) -> None:
    """The listing shows the photos of these names."""
    amazon: Provider = "amazon"
    for position, name in enumerate(names):
        photo = a_photo(name)
        put_photo(c, client_id, photo)
        row = ListingPhotoRow(
            amazon, listing_id, name, position, StoredPhoto(photo.sha256), scan_id, NOON
        )
        put_listing_photos(c, client_id, [row])


def decided(c: Connection, client_id: str, scan_id: UUID, listing_id: str) -> None:
    flags = [CaseFlag(listing_id, 0.9, None)]
    (case,) = flag_cases(c, client_id, scan_id, "amazon", 1, flags)
    decide(c, client_id, case.case_id, "infringing", "seen", "reviewer", 1)


def test_photos_are_found_in_all_scans_of_the_client_and_of_no_other(database: Database) -> None:
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            scene = begin(c, client_id)
            show(c, client_id, scene.scan_id, "B01", "one", "reference")
            show(c, client_id, scene.scan_id, "B02", "one")
            if client_id == "acme":
                decided(c, client_id, scene.scan_id, "B01")
                sha256 = a_photo("reference").sha256
                add_reference_photo(c, client_id, sha256=sha256, file_name="r.png", brand=None)
    wanted = [a_photo(name).sha256 for name in ("one", "reference", "unknown")]
    with database.client("acme") as c:
        shown = elsewhere_query.listings_by_photo(c, "acme", wanted)
        known = elsewhere_query.decided_listings(c, "acme")
    past = KnownListing("amazon", "B01", "Bottle", "Cheap & Co", "infringing")
    other = KnownListing("amazon", "B02", "Bottle", "Cheap & Co", None)
    assert shown == [(wanted[0], past), (wanted[0], other)]  # and nothing of the reference
    assert known == [past]
    with database.client("beta") as c:
        assert elsewhere_query.decided_listings(c, "beta") == []
        assert {
            item.verdict for _, item in elsewhere_query.listings_by_photo(c, "beta", wanted)
        } == {None}


def test_one_photo_of_many_listings_tells_no_more_than_a_few(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere_query, "PLACES_MAX", 2)
    with database.client("acme") as c:
        scene = begin(c, "acme")
        for listing in scene.listings:
            show(c, "acme", scene.scan_id, listing.listing_id, "one")
        shown = elsewhere_query.listings_by_photo(c, "acme", [a_photo("one").sha256])
    assert [item.listing_id for _, item in shown] == ["B01", "B02"]


def test_photos_are_asked_for_in_batches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_context, "PHOTOS_AT_ONCE", 1)
    with database.client("acme") as c:
        scene = begin(c, "acme")
        show(c, "acme", scene.scan_id, "B01", "one", "two")
        decided(c, "acme", scene.scan_id, "B01")
    photo_ids = [[a_photo("one").sha256, a_photo("two").sha256], [a_photo("two").sha256]]
    elsewhere = run_context.elsewhere_of(database, "acme", photo_ids)
    for sha256 in photo_ids[0]:
        relisting = elsewhere.relisting(a_listing("B09", title="Another"), [sha256])
        assert relisting is not None
        assert [item.listing_id for item in relisting.infringing] == ["B01"]
