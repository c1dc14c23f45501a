"""The history of a case over scans, and the cases that it was relisted as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

from playwright.sync_api import expect

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.reviewing.decide import decide
from resources.objects.store import ObjectStore
from resources.postgres.cases import relation_store
from resources.postgres.database import Database
from resources.postgres.scans import run_store, scan_store
from tests.api.pages.conftest import Visit
from tests.api.pages.scene import ReviewScene, show
from tests.api.pages.test_case_page import shown_case
from tests.support.scene import ask_for_scan


def first_listing() -> Listing:
    """What the scene's first listing has become: cheaper, with another photo."""
    return Listing(
        provider="amazon",
        listing_id="B00000",
        title="K\u0435lvarra Trailjug 0 oz replica",
        url="https://shop.example/B00000",
        image_urls=("https://shop.example/other.jpg",),
        price=Price(Decimal("4.20"), Decimal("4.20"), "EUR"),
        seller=Seller("Sly Shop", None),
    )


def end(database: Database, scene: ReviewScene, scan_id: UUID) -> None:
    """Guarantees that the scan's run has succeeded."""
    with database.client(scene.client_id) as c:
        (run,) = scan_store.get_scan(c, scene.client_id, scan_id).runs
        run_store.finish_run(c, scene.client_id, scan_id, "amazon", run.epoch, "succeeded")


def scan(
    database: Database, objects: ObjectStore, scene: ReviewScene, seen: Sequence[Listing]
) -> list[UUID]:
    """The cases of a further scan that sees and flags these listings only, and succeeds."""
    client_id = scene.client_id
    with database.client(client_id) as c:
        scan_id = ask_for_scan(c, client_id, "amazon")
        run_store.start_run(c, client_id, scan_id, "amazon", f"dagster-{uuid4()}")
    cases = show(database, objects, client_id, scan_id, seen).case_ids
    with database.client(client_id) as c:
        relation_store.relate_cases(c, client_id, scan_id, cases)
    end(database, scene, scan_id)
    return cases


def case_of(database: Database, scene: ReviewScene, listing_id: str) -> UUID:
    with database.client(scene.client_id) as c:
        row = c.execute(
            "SELECT case_id FROM cases WHERE client_id = %s AND listing_id = %s",
            (scene.client_id, listing_id),
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def test_a_listing_that_went_and_came_back_cheaper_with_another_photo(
    ann: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    end(database, scene, scene.scan_id)
    scan(database, objects, scene, [replace(first_listing(), listing_id="B77777")])
    scan(database, objects, scene, [first_listing()])
    ann.show(f"cases/{case_of(database, scene, 'B00000')}")
    told = ann.page.locator(".history li")
    for number, text in enumerate(
        [
            "First seen",
            "Gone: a scan did not find it",
            "Back: listed again",
            "Price €9.90\u2013€12.50 → €4.20",
            "1 new photo",
            "1 photo removed",
            "Last seen, at €4.20",
        ]
    ):
        expect(told.nth(number)).to_contain_text(text)
    expect(told).to_have_count(7)


def test_a_relisted_case_and_its_infringing_forerunner_lead_to_each_other(
    ann: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    earlier = case_of(database, scene, "B00000")
    with database.client(scene.client_id) as c:
        decide(c, scene.client_id, earlier, "infringing", "", "user:bob", 1)
    (later,) = scan(database, objects, scene, [replace(first_listing(), listing_id="B77777")])
    ann.show(f"cases/{later}")
    expect(ann.page.locator(".history")).to_contain_text(
        "Relisted: the same seller as in an earlier infringing case"
    )
    ann.page.get_by_role("link", name="an earlier infringing case").click()
    expect(ann.page.locator(".history")).to_contain_text("Relisted as a later case, with the same")
    assert shown_case(ann) == earlier
    ann.page.get_by_role("link", name="a later case").click()
    expect(ann.page.locator(".history")).to_contain_text("an earlier infringing case")
    assert shown_case(ann) == later
