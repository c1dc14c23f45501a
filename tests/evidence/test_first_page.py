"""The first page: what it says, what it shows, and that it needs nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from infringement_dagster.domain.score import Region
from infringement_dagster.evidence.captures import ShownCapture, ShownReference
from infringement_dagster.evidence.first_page import (
    Decided,
    FirstPage,
    NoPhoto,
    PagePhotos,
    first_page,
    plain,
    wanted_photos,
)
from infringement_dagster.evidence.signal_sentences import SENTENCES
from infringement_dagster.evidence.summary import summary_content
from infringement_dagster.matching.signal_table import SIGNALS
from infringement_dagster.reviewing.first_page_pdf import pdf_of
from tests.evidence.bundles import CASE, NOON, a_case_file
from tests.support.photos import encoded, product

PHOTO, REFERENCE, LOST = "photos/copied.png", "references/ours.jpg", "photos/lost.png"
JPEG = encoded(product(1), "JPEG")
PHOTOS: PagePhotos = {
    PHOTO: JPEG,
    REFERENCE: JPEG,
    LOST: NoPhoto("not_decodable: it is no photo"),
}
TITLE = "<b>Kеlvarra</b> \u202e日本 bottle"
ANN = Decided(
    datetime(2026, 3, 2, 9, tzinfo=UTC), "infringing", "ann@kelvarra.example", "Copy.", False
)


def signal(name: str, value: float | None, contribution: float, said: str) -> dict[str, object]:
    return {"name": name, "value": value, "contribution": contribution, "explanation": said}


def capture(*references: ShownReference) -> ShownCapture:
    price = {"low": "9.90", "high": "12.50", "currency": "EUR"}
    return ShownCapture(
        chain_no=1,
        link_sha256="ab" * 32,
        manifest_name="manifests/x.json",
        listing={"title": TITLE, "price": price, "seller": {"name": "Cheap & Co"}},
        facts={
            "captured_at": "2026-03-01T12:00:00.000000Z",
            "software": "tests 1",
            "config_version": 1,
            "scan_id": str(UUID(int=8)),
            "listing_id": "B01",
            "url": "https://shop.example/B01",
            "request": {"endpoint": "amazon/search"},
            "score": {
                "probability": 0.97,
                "model": "tests/1",
                "signals": [
                    signal("low_price", 0.9, 2.5, "a third of the floor"),
                    signal("image_local", 0.8, 3.0, "41 of 60 points"),
                    signal("misspelling", 0.3, 0.4, "an edit away"),
                    signal("clean_history", 0.9, -0.5, "2 lawful"),
                    signal("grey_market", 0.0, 0.0, "none"),
                ],
            },
        },
        photos=[PHOTO, LOST],
        references=references,
        brand=None,
        words=[],
    )


MATCH = ShownReference("r-1", "cd" * 32, REFERENCE, PHOTO, True, Region(0.25, 0.0, 0.75, 0.5))


@pytest.fixture
def page() -> FirstPage:
    captures = [capture(MATCH, replace(MATCH, region=None))]
    assert wanted_photos(captures) == [PHOTO, REFERENCE, LOST]
    return first_page(a_case_file(ANN), captures, PHOTOS)


def test_it_says_who_what_where_when_and_by_which_right(page: FirstPage) -> None:
    facts = dict(page.facts)
    assert facts["Rights holder"] == "Kelvarra GmbH"
    assert facts["Right"] == "trademark Kelvarra, EUIPO 1234567; copyright in photos of 2024"
    assert facts["Where"] == "Amazon, listing B01"
    assert facts["Seen"] == "1 March 2026, 12:00:00 UTC"
    assert facts["Price"] == "9.90 to 12.50 EUR"
    assert facts["Why looked at"] == "an estimated probability of 97.0% that it infringes"
    assert "a reason to look, not a finding" in page.in_short
    assert page.decisions == [
        "Decided: infringing, by ann@kelvarra.example on 2 March 2026, 09:00:00 UTC. "
        "Reason given: “Copy.”"
    ]


def test_the_comparison_is_told_in_sentences_the_strongest_first(page: FirstPage) -> None:
    assert page.speaks_for == [
        "One of the client's own photos is part of a photo of the listing.",
        "The price is far below what the genuine product costs. (a third of the floor)",
        "Less surely: the title writes the client's brand misspelt or in look-alike letters. "
        "(an edit away)",
    ]
    assert page.speaks_against == ["Decided listings of the same seller were lawful. (2 lawful)"]


def test_each_signal_has_a_sentence() -> None:
    assert {rule.name for rule in SIGNALS} == set(SENTENCES)


def test_our_photo_and_theirs_stand_side_by_side_with_the_region(page: FirstPage) -> None:
    ((ours, theirs),) = page.compared
    assert (ours.name, theirs.name, theirs.region) == (REFERENCE, PHOTO, MATCH.region)
    assert [photo.missing for photo in page.others] == ["not_decodable: it is no photo"]


def test_the_page_asks_for_nothing_and_shows_no_raw_document(page: FirstPage) -> None:
    html = summary_content(str(CASE), page, [capture()], "summary.pdf").decode()
    assert html.startswith("<!doctype html>")
    first, _record = html.split("Record of the captures")
    assert "left:25.00%;top:0.00%;width:50.00%;height:50.00%" in first
    assert set(re.findall(r'(?:src|href)="([^"]{5})', first)) == {"data:"}
    assert "{" not in first.split("</style>")[1]
    assert "&lt;b&gt;Kеlvarra" in first
    assert "<b>" not in html


def test_a_case_without_matches_rights_and_decisions_says_so() -> None:
    case = replace(a_case_file(), rights_holder=None)
    page = first_page(case, [capture()], {PHOTO: JPEG, LOST: NoPhoto("gone")})
    assert page.compared == []
    assert dict(page.facts)["Right"] == "none is named in the client's settings"
    html = summary_content(str(CASE), page, [capture()], "none").decode()
    assert "Nobody has decided on the case yet." in html


def test_letters_that_turn_the_text_around_them_are_left_out() -> None:
    assert plain("a\u202eb\nc\x1b[2J") == "abc[2J"
    assert plain(None) == ""


def test_the_pdf_is_the_same_each_time_and_names_what_its_font_lacks(page: FirstPage) -> None:
    made = pdf_of(page)
    assert made.startswith(b"%PDF-")
    assert made == pdf_of(page)
    assert made != pdf_of(replace(page, decisions=[]))
    assert page.made_at == NOON
