"""The compare view of a case: its sizes, ways to compare, zoom, and what a phone shows first."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import Locator, expect

from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto
from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.scene import ReviewScene, set_scene
from tests.api.pages.test_access_for_all import violations
from tests.api.pages.test_case_sentences import case_of

SHARE_OF_WINDOW_MIN = 0.3  # of the window's height and of its width that a photo of a pair gets


@pytest.fixture(scope="module")
def compared(database: Database, objects: ObjectStore) -> ReviewScene:
    """Listing 0 shows our photo, 1 another product, 3 ours within another and two more photos."""
    scene = set_scene(database, objects, "compared", cases=4)
    with database.client(scene.client_id) as c:
        shown = photo_store.listing_photos(c, scene.client_id, "amazon", ["B00001", "B00002"])
        more = [
            ListingPhotoRow(
                "amazon",
                "B00003",
                f"https://shop.example/more-{place}.jpg",
                place,
                StoredPhoto(row.photo.sha256),
                scene.scan_id,
                datetime.now(UTC),
            )
            for place, row in enumerate(shown, start=1)
            if isinstance(row.photo, StoredPhoto)
        ]
        photo_store.put_listing_photos(c, scene.client_id, more)
    return scene


@pytest.fixture
def visit(open_visit: OpenVisit, operator: str) -> Visit:
    """An operator's browser."""
    visit = open_visit(width_px=1440)
    visit.log_in("", operator)
    return visit


def show(visit: Visit, scene: ReviewScene, case_id: UUID) -> Locator:
    """The stage of the case's photos."""
    visit.page.goto(f"/clients/{scene.client_id}/cases/{case_id}")
    return visit.page.locator("#compare")


def view_box(drawing: Locator) -> list[float]:
    return [float(part) for part in (drawing.get_attribute("viewBox") or "").split()]


@pytest.mark.parametrize(("width_px", "height_px"), [(1440, 900), (1920, 1080)])
def test_both_photos_are_as_large_as_the_window_allows_and_deciding_stays_in_view(
    visit: Visit,
    compared: ReviewScene,
    database: Database,
    width_px: int,
    height_px: int,
) -> None:
    visit.page.set_viewport_size({"width": width_px, "height": height_px})
    stage = show(visit, compared, case_of(database, compared, "B00003"))
    for name in ("The listing's photo", "Your reference photo"):
        box = stage.get_by_role("img", name=name).bounding_box()
        assert box is not None
        assert box["width"] >= SHARE_OF_WINDOW_MIN * width_px
        assert box["height"] >= SHARE_OF_WINDOW_MIN * height_px
        assert box["y"] + box["height"] <= height_px
    decide = visit.page.get_by_role("button", name="Infringing i", exact=True)
    expect(decide).to_be_in_viewport(ratio=1)
    visit.page.mouse.wheel(0, 5000)
    expect(decide).to_be_in_viewport(ratio=1)


def test_a_pair_is_laid_over_one_another_where_the_reference_was_found(
    visit: Visit, compared: ReviewScene, database: Database
) -> None:
    stage = show(visit, compared, case_of(database, compared, "B00003"))
    over = stage.locator("[data-pane=over] [data-over]")
    assert violations(visit) == []
    visit.page.keyboard.press("c")
    expect(stage.get_by_role("button", name="Slider")).to_have_attribute("aria-pressed", "true")
    assert float(over.get_attribute("x") or 0) == pytest.approx(320, abs=16)
    assert float(over.get_attribute("width") or 0) == pytest.approx(288, abs=16)
    expect(over).to_have_attribute("clip-path", "url(#divided)")
    cut = stage.locator("clipPath rect")
    before = float(cut.get_attribute("x") or 0)
    stage.get_by_label("Divide the photos").press("ArrowRight")
    assert float(cut.get_attribute("x") or 0) > before
    drawing = stage.locator("[data-pane=over] svg").bounding_box()
    assert drawing is not None
    visit.page.mouse.click(drawing["x"] + drawing["width"] * 0.45, drawing["y"] + 50)
    assert float(cut.get_attribute("x") or 0) < before
    assert violations(visit) == []
    visit.page.keyboard.press("c")
    expect(over).to_have_class("off")  # blinks
    expect(over).not_to_have_class("off")
    visit.page.keyboard.press("c")
    assert over.evaluate("one => getComputedStyle(one).mixBlendMode") == "difference"
    visit.page.keyboard.press("c")
    expect(stage.get_by_role("img", name="Your reference photo")).to_be_visible()
    expect(stage.locator("[data-pane=over]")).to_be_hidden()


def test_both_photos_are_zoomed_and_moved_together(
    visit: Visit, compared: ReviewScene, database: Database
) -> None:
    stage = show(visit, compared, case_of(database, compared, "B00003"))
    ours = stage.locator("[data-pane=reference] svg")
    theirs = stage.locator("[data-pane=photo] svg")
    whole = view_box(theirs), view_box(ours)
    visit.page.keyboard.press("m")
    assert view_box(theirs)[2] == pytest.approx(288, abs=16)  # the matched part alone
    assert view_box(ours) == whole[1]
    visit.page.keyboard.press("+")
    assert view_box(ours)[2] == pytest.approx(whole[1][2] / 1.5)
    expect(stage.get_by_role("button", name="Zoom to fit")).to_have_text("150%")
    before = view_box(theirs)[0], view_box(ours)[0]
    box = ours.bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + 200, box["y"] + 200)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 120, box["y"] + 200)
    visit.page.mouse.up()
    assert view_box(theirs)[0] > before[0]
    assert view_box(ours)[0] > before[1]
    visit.page.keyboard.press("0")
    visit.page.keyboard.press("m")
    assert (view_box(theirs), view_box(ours)) == whole


def test_all_photos_of_the_listing_are_there_each_once(
    visit: Visit, compared: ReviewScene, database: Database
) -> None:
    stage = show(visit, compared, case_of(database, compared, "B00003"))
    strip = stage.get_by_role("group", name="Photos of the listing")
    expect(strip.locator("[data-photo]")).to_have_count(3)
    first = stage.locator("[data-pane=photo] image").get_attribute("href")
    visit.page.keyboard.press(".")
    expect(strip.locator("[data-photo]").nth(1)).to_have_attribute("aria-pressed", "true")
    assert stage.locator("[data-pane=photo] image").get_attribute("href") != first
    expect(stage.locator(".outline").first).to_be_hidden()
    expect(stage).to_contain_text("not compared with this photo by itself")
    visit.page.keyboard.press(",")
    expect(stage.locator(".outline").first).to_be_visible()
    stage = show(visit, compared, case_of(database, compared, "B00000"))
    expect(stage.locator("svg image:visible")).to_have_count(2)
    expect(stage.locator("img.thumbnail:visible")).to_have_count(0)


def test_the_full_window_is_the_photos_and_the_decision(
    visit: Visit, compared: ReviewScene, database: Database
) -> None:
    stage = show(visit, compared, case_of(database, compared, "B00003"))
    drawing = stage.locator("[data-pane=photo] svg")
    small = drawing.evaluate("one => one.getBoundingClientRect().width")
    visit.page.keyboard.press("f")
    assert drawing.evaluate("one => one.getBoundingClientRect().width") > 1.3 * small
    decide = visit.page.get_by_role("button", name="Infringing i", exact=True)
    decide.click(trial=True)
    assert violations(visit) == []
    visit.page.keyboard.press("Escape")
    assert drawing.evaluate("one => one.getBoundingClientRect().width") == small


def test_a_phone_shows_photos_then_reasons_then_the_rest(
    open_visit: OpenVisit, compared: ReviewScene, database: Database, operator: str
) -> None:
    visit = open_visit(width_px=360)
    visit.log_in("", operator)
    show(visit, compared, case_of(database, compared, "B00003"))
    tops = [
        visit.page.get_by_role("region", name=name, exact=True).evaluate("one => one.offsetTop")
        for name in ("Photos", "Why it was flagged", "Listing", "History")
    ]
    assert tops == sorted(tops)
    for name in ("Infringing", "Not infringing", "Unsure"):
        expect(visit.page.get_by_role("button", name=name).first).to_be_in_viewport(ratio=1)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(visit) == []
