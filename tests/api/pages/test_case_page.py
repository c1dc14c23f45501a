"""One case in the browser: what it shows, deciding by keyboard, taking back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from playwright.sync_api import expect

from infringement_dagster.domain.score import (
    BrandRead,
    NotRecorded,
    PhotoRead,
    Region,
    Shown,
    Signal,
)
from infringement_dagster.reviewing.decide import decide
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_lists, decision_store
from resources.postgres.database import Database
from resources.postgres.listings import photo_store, score_store
from resources.postgres.listings.records import StoredPhoto
from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.scene import NASTY_TITLES, ReviewScene, set_scene

UNSURE = {2, 7}  # of the ten cases
LAWFUL = {4}


def shown_case(visit: Visit) -> UUID:
    return UUID(visit.page.url.partition("/cases/")[2].partition("?")[0])


def decisions(database: Database, scene: ReviewScene, number: int) -> list[tuple[str, str]]:
    case_id = scene.case_ids[number]
    with database.client(scene.client_id) as c:
        rows = decision_store.decisions_of(c, scene.client_id, case_id)
    return [(row.decision, row.reason) for row in rows]


def press_and_wait(visit: Visit, key: str) -> None:
    before = visit.page.url
    visit.page.keyboard.press(key)
    visit.page.wait_for_url(lambda url: url != before)
    visit.page.wait_for_load_state()


def test_ten_cases_are_reviewed_by_keyboard_and_one_is_undone(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show("cases")
    ann.page.keyboard.press("j")
    press_and_wait(ann, "Enter")
    for number in range(10):
        assert shown_case(ann) == scene.case_ids[number]
        press_and_wait(ann, "u" if number in UNSURE else "n" if number in LAWFUL else "i")
    press_and_wait(ann, "z")
    assert shown_case(ann) == scene.case_ids[9]
    expect(ann.page.locator(".history")).to_contain_text("taking the decision before back")
    kept = [
        [decision for decision, _ in decisions(database, scene, number)] for number in range(11)
    ]
    assert kept[:9] == [
        ["unsure" if number in UNSURE else "not_infringing" if number in LAWFUL else "infringing"]
        for number in range(9)
    ]
    assert kept[9:11] == [["infringing", "unsure"], []]
    ann.show("cases")
    expect(ann.page.get_by_role("link", name="To review 5")).to_be_visible()
    expect(ann.page.get_by_role("link", name="Unsure 2")).to_be_visible()


def test_a_reason_is_typed_without_its_letters_deciding(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show(f"cases/{scene.case_ids[0]}")
    ann.page.keyboard.press("r")
    ann.page.keyboard.type("injunction (run 2)?")
    ann.page.keyboard.press("Escape")
    press_and_wait(ann, "n")
    assert decisions(database, scene, 0) == [("not_infringing", "injunction (run 2)?")]


def test_a_usual_reason_is_given_with_one_key(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show(f"cases/{scene.case_ids[0]}")
    ann.page.keyboard.press("5")
    ann.page.keyboard.press("3")
    expect(ann.page.get_by_placeholder("Reason", exact=True)).to_have_value(
        "Our photo is used without our permission."
    )
    press_and_wait(ann, "i")
    assert decisions(database, scene, 0) == [
        ("infringing", "Our photo is used without our permission.")
    ]


def test_the_last_case_leads_back_to_the_queue(ann: Visit, scene: ReviewScene) -> None:
    ann.show(f"cases/{scene.case_ids[-1]}")
    press_and_wait(ann, "i")
    expect(ann.page.get_by_role("heading", name="Queue")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Undo z")).to_be_visible()


def test_keys_move_through_the_list_and_explain_themselves(ann: Visit, scene: ReviewScene) -> None:
    ann.show(f"cases/{scene.case_ids[3]}?tab=all&sort=most_probable")
    press_and_wait(ann, "j")
    assert shown_case(ann) == scene.case_ids[4]
    press_and_wait(ann, "k")
    press_and_wait(ann, "k")
    assert shown_case(ann) == scene.case_ids[2]
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_role("dialog", name="Keys")).to_be_visible()
    ann.page.keyboard.press("i")  # means nothing while the list is open
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert shown_case(ann) == scene.case_ids[2]
    press_and_wait(ann, "q")
    assert ann.page.url.endswith("cases?tab=all&sort=most_probable")


def test_a_case_decided_meanwhile_is_not_decided_again(
    open_visit: OpenVisit, scene: ReviewScene, database: Database
) -> None:
    visit = open_visit()
    visit.log_in(scene.client_id)
    visit.show(f"cases/{scene.case_ids[0]}")
    with database.client(scene.client_id) as c:
        decide(c, scene.client_id, scene.case_ids[0], "not_infringing", "first", "user:bob", 1)
    visit.page.keyboard.press("i")
    notice = visit.page.locator("#notice")
    expect(notice).to_contain_text(re.compile(r"Not infringing by .+ on \d+ \w+ \d{4}, .*: first"))
    expect(notice).to_contain_text("Your decision was not kept.")
    assert decisions(database, scene, 0) == [("not_infringing", "first")]
    notice.get_by_role("link", name="Reload the case").click()
    expect(visit.page.locator(".history")).to_contain_text("first")
    expect(notice).to_be_empty()
    assert [complaint for complaint in visit.complaints if "409" not in complaint] == []
    visit.complaints.clear()  # the browser itself reports an answer of 409


def test_the_page_shows_why(ann: Visit, scene: ReviewScene) -> None:
    ann.show("cases?text=Trailjug 3 oz")
    ann.page.get_by_role("link", name="Trailjug 3 oz").click()
    page = ann.page
    expect(page.locator(".title mark")).to_have_text(["K", "\u0435", "lvarra"])
    expect(page.locator(".note")).to_contain_text("it is Cyrillic small letter ie")
    outline = page.locator(".photo .outline").first
    assert float(outline.get_attribute("x") or 0) == pytest.approx(320, abs=16)
    assert float(outline.get_attribute("width") or 0) == pytest.approx(288, abs=16)
    expect(page.get_by_role("region", name="Listing", exact=True)).to_contain_text(
        "44% of your floor of €29.00"
    )
    expect(page.get_by_role("region", name="Listing", exact=True)).to_contain_text(
        "Copied photo, if the photo were the ground"
    )
    expect(page.locator(".signals").first).to_contain_text("The listing itself admits a copy.")
    expect(page.locator(".others li")).to_have_count(6)


def store_again(database: Database, scene: ReviewScene, changed: Callable[[Signal], Signal]) -> str:
    """The path of the case of listing 3 after its stored signals were changed."""
    with database.client(scene.client_id) as c:
        score = score_store.score_of(c, scene.client_id, scene.scan_id, "amazon", "B00003")
        assert score is not None
        signals = tuple(changed(signal) for signal in score.signals)
        scores = {"B00003": replace(score, signals=signals)}
        score_store.put_scores(c, scene.client_id, scene.scan_id, "amazon", 1, scores)
        for case_id in scene.case_ids:
            case = case_lists.get_case(c, scene.client_id, case_id)
            if case is not None and case.listing_id == "B00003":
                return f"cases/{case_id}"
    raise AssertionError("listing 3 has no case")


def test_below_the_match_threshold_nothing_is_outlined_or_called_yours(
    open_visit: OpenVisit, database: Database, objects: ObjectStore, operator: str
) -> None:
    scene = set_scene(database, objects, "nearest", cases=4)

    def less_sure(signal: Signal) -> Signal:
        return replace(signal, value=0.0) if isinstance(signal.basis, Shown) else signal

    path = store_again(database, scene, less_sure)
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto(f"/clients/{scene.client_id}/{path}")
    photos = visit.page.get_by_role("region", name="Photos")
    expect(photos).to_contain_text("Nearest reference")
    expect(photos).not_to_contain_text(re.compile("your photo|outlined", re.IGNORECASE))
    expect(photos.locator(".outline:visible")).to_have_count(0)
    expect(photos.get_by_label("The nearest reference photo")).to_be_hidden()
    photos.get_by_text("No match. Nearest reference").click()
    expect(photos.get_by_label("The nearest reference photo")).to_be_visible()
    expect(photos).to_contain_text("below the threshold for a match")


def test_words_read_in_a_photo_are_outlined_there(
    open_visit: OpenVisit, database: Database, objects: ObjectStore, operator: str
) -> None:
    scene = set_scene(database, objects, "read", cases=4)
    with database.client(scene.client_id) as c:
        (row,) = photo_store.listing_photos(c, scene.client_id, "amazon", ["B00003"])
    assert isinstance(row.photo, StoredPhoto)
    photo_id = row.photo.sha256
    region = Region(0.25, 0.5, 0.5, 0.6)
    read = PhotoRead("Kelvarra", "exact", "KELVARRA", 0.97, photo_id, region, photo_id)

    def with_words(signal: Signal) -> Signal:
        if signal.name == "brand_in_photo":
            return replace(signal, value=0.95, contribution=0.6, basis=read)
        return signal

    path = store_again(database, scene, with_words)
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto(f"/clients/{scene.client_id}/{path}")
    photos = visit.page.get_by_role("region", name="Photos")
    expect(photos).to_contain_text("Read as Kelvarra: “KELVARRA”, 97% sure")
    photos.get_by_role("button", name="Read as Kelvarra").click()
    marked = photos.get_by_label("The listing's photo, your mark outlined")
    outline = marked.locator(".outline")
    assert float(outline.get_attribute("x") or 0) == pytest.approx(160)
    assert float(outline.get_attribute("width") or 0) == pytest.approx(160)
    expect(visit.page.locator(".signals").first).to_contain_text(
        "A photo shows your brand, of which the title keeps quiet."
    )


def test_a_score_of_before_says_that_what_it_compared_was_not_recorded(
    open_visit: OpenVisit, database: Database, objects: ObjectStore, operator: str
) -> None:
    scene = set_scene(database, objects, "before", cases=4)
    path = store_again(database, scene, lambda signal: replace(signal, basis=NotRecorded()))
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto(f"/clients/{scene.client_id}/{path}")
    expect(visit.page.get_by_role("region", name="Photos")).to_contain_text(
        "It was not recorded which of your photos these were compared with."
    )
    facts = visit.page.get_by_role("region", name="Listing", exact=True)
    expect(facts).to_contain_text("the floor was not recorded with this score")
    expect(facts).to_contain_text("not recorded with this score")
    expect(facts.locator("mark")).to_have_count(0)


def test_the_page_shows_what_was_stored_whatever_the_config_says_now(
    open_visit: OpenVisit, database: Database, objects: ObjectStore, operator: str
) -> None:
    scene = set_scene(database, objects, "stored", cases=4)

    def read_otherwise(signal: Signal) -> Signal:
        if signal.name == "brand_use":
            return replace(signal, basis=BrandRead("Otherbrand", "exact", "Trailjug", 9))
        return signal

    path = store_again(database, scene, read_otherwise)
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto(f"/clients/{scene.client_id}/{path}")
    expect(visit.page.locator(".title mark")).to_have_text("Trailjug")
    expect(visit.page.get_by_role("region", name="Listing", exact=True)).to_contain_text(
        "Otherbrand in the title: “Trailjug”"
    )


def test_a_viewer_sees_no_way_to_decide(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit()
    visit.log_in(scene.client_id, VIEWER)
    visit.show(f"cases/{scene.case_ids[0]}")
    expect(visit.page.get_by_role("heading", name="Why it was flagged")).to_be_visible()
    expect(visit.page.get_by_role("heading", name="Decide")).to_have_count(0)


@pytest.mark.parametrize("width_px", [360, 1280])
def test_hostile_titles_break_nothing(
    open_visit: OpenVisit, database: Database, objects: ObjectStore, width_px: int, operator: str
) -> None:
    scene = set_scene(database, objects, f"hostile-{width_px}", cases=2, titles=NASTY_TITLES)
    visit = open_visit(width_px=width_px)
    visit.log_in("", operator)
    for path in ("cases", *(f"cases/{case_id}" for case_id in scene.case_ids)):
        visit.page.goto(f"/clients/{scene.client_id}/{path}")
        expect(visit.page.locator("main")).to_contain_text(re.compile("Sly Shop|Cheap & Co"))
        assert visit.page.locator("main script, main img[src=x]").count() == 0
        wide = visit.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width_px, path
