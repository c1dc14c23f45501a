"""A listing that is no case says why it was not flagged, and becomes a case by hand."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from infringement_dagster.domain.client import Thresholds
from infringement_dagster.domain.listing import Listing, PhotoRank
from infringement_dagster.domain.score import Score, Signal
from resources.objects.store import ObjectStore
from resources.postgres.clients.client_store import reference_photos, save_config
from resources.postgres.database import Database
from resources.postgres.listings import score_store
from resources.postgres.listings.listing_store import put_listings
from tests.api.pages.conftest import REVIEWER, VIEWER, OpenVisit, Visit
from tests.api.pages.scene import CONFIG, ReviewScene, scene_listing
from tests.api.pages.stored_scan import keep_snapshot
from tests.api.pages.test_access_for_all import violations

GENUINE = replace(scene_listing(70), title="Case for Kelvarra Trailjug", listing_id="B0/CASE?70")
ADDRESS = "listing?provider=amazon&listing_id=B0%2FCASE%3F70"
SCORE = Score(
    0.12,
    True,
    "explained/5",
    (
        Signal("brand_use", 0.9, "'Kelvarra' is your brand", 0.8),
        Signal("nominative", 0.95, "'case for Kelvarra'", -2.4),
        Signal("low_price", 0.0, "no price below a floor", 0.0),
    ),
)


@pytest.fixture
def genuine(scene: ReviewScene, database: Database, objects: ObjectStore) -> Listing:
    """A listing of the scene's scan that its score does not flag."""
    objects.put_once("page", b'{"asin": "B00070"}')
    keep_snapshot(database, objects, scene, (GENUINE,))
    with database.client(scene.client_id) as c:
        put_listings(c, scene.client_id, scene.scan_id, [GENUINE])
        scores = {GENUINE.listing_id: SCORE}
        score_store.put_scores(c, scene.client_id, scene.scan_id, "amazon", 1, scores)
    return GENUINE


@pytest.mark.usefixtures("genuine")
def test_it_is_found_says_why_it_was_not_flagged_and_is_flagged_by_hand(ann: Visit) -> None:
    ann.page.keyboard.press("/")
    ann.page.keyboard.type("case for kelvarra")
    ann.page.get_by_role("region", name="Listings that are no case").get_by_role("link").click()
    why = ann.page.get_by_role("region", name="Why was this not flagged?")
    expect(why).to_contain_text("its probability is 12%, and your config asks for 50%")
    expect(why).to_contain_text(
        "Against infringement speaks most: It is offered as fitting your product, which is lawful."
    )
    expect(why).to_contain_text("strong sign against infringement")
    ann.page.keyboard.press("h")
    ann.page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}\?tab=all$"))
    reasons = ann.page.get_by_role("region", name="Why it is here")
    expect(reasons).to_contain_text(f"By hand {REVIEWER} made a case of it on")
    expect(ann.page.get_by_role("region", name="Evidence")).to_contain_text("provider page")
    ann.show(ADDRESS)
    ann.page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}\?tab=all$"))
    ann.show("cases?tab=open&origin=by_hand")
    expect(ann.page.locator("tbody tr")).to_have_count(1)
    expect(ann.page.locator("tbody tr")).to_contain_text("By hand")


@pytest.mark.usefixtures("genuine")
@pytest.mark.parametrize(("width_px", "dark"), [(1440, True), (360, False)])
def test_the_page_is_for_everybody(
    open_visit: OpenVisit, scene: ReviewScene, *, width_px: int, dark: bool
) -> None:
    visit = open_visit(width_px=width_px, dark=dark)
    visit.log_in(scene.client_id, VIEWER)
    visit.show(ADDRESS)
    expect(visit.page.get_by_role("heading", name="Why was this not flagged?")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Flag it by hand")).to_have_count(0)
    assert violations(visit) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px


@pytest.mark.usefixtures("genuine")
def test_a_lower_threshold_since_says_what_to_do(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    lower = CONFIG | {"thresholds": {"review": 0.1, "notice_ready": Thresholds().notice_ready}}
    with database.client(scene.client_id) as c:
        save_config(c, scene.client_id, lower, "tests")
    ann.show(ADDRESS)
    why = ann.page.get_by_role("region", name="Why was this not flagged?")
    expect(why).to_contain_text("Its probability of 12% would be flagged now, from 10% on.")
    expect(why).to_contain_text("version 1 of the config, of which version 2 is the newest")


def test_without_a_score_there_is_nothing_to_flag_by(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        put_listings(c, scene.client_id, scene.scan_id, [GENUINE])
    ann.show(ADDRESS)
    expect(ann.page.get_by_text("No score of it is kept")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Flag it by hand")).to_have_count(0)
    ann.show("listing?provider=amazon&listing_id=unheard-of")
    expect(ann.page.get_by_role("heading", name="No such listing")).to_be_visible()
    ann.complaints.clear()  # the browser itself reports an answer of 404


@pytest.mark.parametrize("width_px", [360, 1440])
def test_a_listing_that_a_photo_found_says_by_which(
    scene: ReviewScene, database: Database, open_visit: OpenVisit, width_px: int
) -> None:
    found = replace(GENUINE, listing_id=f"B0PHOTO{width_px}")
    with database.client(scene.client_id) as c:
        (photo, *_) = reference_photos(c, scene.client_id)
        ranks = {found.listing_id: PhotoRank(photo.reference_id, 2)}
        put_listings(c, scene.client_id, scene.scan_id, [found], ranks)
    visit = open_visit(width_px=width_px)
    visit.log_in(scene.client_id, VIEWER)
    visit.show(f"listing?provider=amazon&listing_id={found.listing_id}")
    facts = visit.page.get_by_text("by your photo")
    expect(facts).to_have_text(
        re.compile(r"by your photo \u201cfront\.png\u201d, second of what looks like it on Amazon")
    )
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert violations(visit) == []
