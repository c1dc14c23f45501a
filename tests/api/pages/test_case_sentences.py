"""Sentences of a case page: none says what another one denies, none turns a 0 into a fact."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from resources.objects.store import ObjectStore
from resources.postgres.cases import case_lists
from resources.postgres.database import Database
from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.scene import ReviewScene, set_scene

IS_YOURS = re.compile(
    r"your photo outlined|without its border, is one of yours\.|is part of a photo\."
    r"|Your (own )?photo sells|the client's photo (without|sells|advertises)"
)
IS_NOT_YOURS = re.compile(
    r"No match|below the threshold for a match|No photo of yours was found in them"
    r"|could not be compared with your photos"
)
DENIED = re.compile(r"\b(no|not|nothing|neither|none)\b", re.IGNORECASE)
ROW = re.compile(r"^(?P<sentence>.+[.!?]) (?P<value>[<>]?\d+)%$")


@pytest.fixture(scope="module")
def photos_scene(database: Database, objects: ObjectStore) -> ReviewScene:
    """Cases whose listings show: our photo, two other products, our photo within another."""
    return set_scene(database, objects, "sentences", cases=4)


def case_of(database: Database, scene: ReviewScene, listing_id: str) -> UUID:
    with database.client(scene.client_id) as c:
        for case_id in scene.case_ids:
            case = case_lists.get_case(c, scene.client_id, case_id)
            if case is not None and case.listing_id == listing_id:
                return case_id
    raise AssertionError(f"{listing_id} has no case")


def show_all(visit: Visit, path: str) -> None:
    """Goes to the page and unfolds all that it has folded away."""
    visit.page.goto(path)
    visit.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    for folded in visit.page.get_by_role("button", name="No match. Nearest reference").all():
        folded.click()


def rows_of(visit: Visit) -> list[tuple[str, int, str]]:
    """Of each available signal the sentence, its value in per cent and the explanation."""
    rows = []
    for row in visit.page.locator(".signals > li").all():
        meaning = row.locator("p").first.inner_text()
        said = row.locator("bdi").inner_text().strip()
        if (found := ROW.match(" ".join(meaning.split()))) is not None:
            rows.append((found["sentence"], int(found["value"].strip("<>")), said))
    return rows


@pytest.mark.parametrize(
    ("listing_id", "is_yours"), [("B00000", True), ("B00001", False), ("B00003", True)]
)
def test_all_sentences_of_a_case_agree(
    open_visit: OpenVisit,
    database: Database,
    photos_scene: ReviewScene,
    operator: str,
    listing_id: str,
    is_yours: bool,
) -> None:
    visit = open_visit()
    visit.log_in("", operator)
    case_id = case_of(database, photos_scene, listing_id)
    show_all(visit, f"/clients/{photos_scene.client_id}/cases/{case_id}")
    text = " ".join(visit.page.locator("main").inner_text().split())
    assert bool(IS_YOURS.search(text)) is is_yours
    assert bool(IS_NOT_YOURS.search(text)) is not is_yours
    rows = rows_of(visit)
    assert len([value for _, value, _ in rows if not value]) >= 5
    assert ("your photo outlined" in text) is (listing_id == "B00003")
    for sentence, value, said in rows:
        if value == 0:
            assert DENIED.search(sentence), sentence
            assert DENIED.search(said), said
        if value >= 50:
            assert not DENIED.match(sentence), sentence
