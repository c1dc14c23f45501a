from __future__ import annotations

import polars as pl
import pytest

from infringement_dagster.assets.preview import (
    markdown_table,
    most_probable,
    with_own_photos,
    with_photos,
)
from infringement_dagster.domain.photo import HashedPhoto, KeptPhoto, ListingPhoto, MissedPhoto
from resources.settings import PageLinks

SOMEWHERE = PageLinks("https://pages.test/")


def table(frame: pl.DataFrame, links: PageLinks = SOMEWHERE) -> str:
    return markdown_table(frame, "acme", links)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_row_keeps_its_cells_whatever_a_title_holds() -> None:
    frame = pl.DataFrame({"title": ["a|b\nc", "[x](javascript:0) `<b>`"], "listing_id": ["1", "2"]})

    head, rule, first, second = table(frame).splitlines()

    assert cells(head) == ["title", "listing_id"]
    assert cells(rule) == ["---", "---"]
    assert cells(first) == ["a&#124;b c", "1"]
    assert cells(second) == ["&#91;x&#93;(javascript:0) &#96;&#60;b>&#96;", "2"]


def test_long_titles_are_cut_and_numbers_rounded() -> None:
    row = table(pl.DataFrame({"title": ["x" * 61], "probability": [0.97285476]}))

    assert cells(row.splitlines()[-1]) == ["x" * 59 + "…", "0.973"]


def test_a_listings_id_leads_to_the_listing() -> None:
    address = "https://shop.test/" + "a" * 80 + "?q=1&v=2"

    head, _, row = table(pl.DataFrame({"listing_id": ["B01"], "url": [address]})).splitlines()

    assert (head, row) == ("| listing_id |", f"| [B01](<{address}>) |")


def test_a_photos_address_is_shown_by_its_host_and_leads_to_the_photo() -> None:
    row = table(pl.DataFrame({"photo_url": ["https://cdn.test/a/b.jpg"]})).splitlines()[-1]

    assert row == "| [cdn.test](<https://cdn.test/a/b.jpg>) |"


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://shop.test/a|b", "https://shop.test/a%7Cb"),
        ("https://shop.test/>) [x](<y", "https://shop.test/%3E)%20%5Bx%5D(%3Cy"),
    ],
)
def test_an_address_cannot_end_its_link_or_cell(address: str, linked: str) -> None:
    row = table(pl.DataFrame({"listing_id": ["B01"], "url": [address]})).splitlines()[-1]

    assert len(cells(row)) == 1
    assert row.endswith(f"](<{linked}>) |")


def test_other_schemes_are_no_links() -> None:
    frame = pl.DataFrame({"listing_id": ["B01"], "url": ["javascript:alert(1)"]})

    assert cells(table(frame).splitlines()[-1]) == ["B01"]


def test_an_empty_frame_says_so() -> None:
    assert table(pl.DataFrame({"title": []})) == "(no rows)"


def test_most_probable_first_with_title_and_address() -> None:
    scored = pl.DataFrame({"listing_id": ["1", "2"], "probability": [0.2, 0.9]})
    listings = pl.DataFrame({"listing_id": ["2", "1"], "title": ["b", "a"], "url": ["u2", "u1"]})

    shown = most_probable(scored, listings, ("title", "probability", "url"))

    assert shown.rows() == [("b", 0.9, "u2"), ("a", 0.2, "u1")]


def test_a_case_leads_to_its_page_where_the_pages_address_is_known() -> None:
    case_id = "5b1f0c9e-3a52-4c1b-9a43-2f6f1d1c7b10"
    frame = pl.DataFrame({"case_id": [case_id]})

    linked, plain = (table(frame, links).splitlines()[-1] for links in (SOMEWHERE, PageLinks(None)))

    assert linked == f"| [5b1f0c9e](<https://pages.test/clients/acme/cases/{case_id}>) |"
    assert plain == f"| {case_id} |"


def kept(listing_id: str, sha256: str) -> ListingPhoto:
    return ListingPhoto(listing_id, 1, "u", KeptPhoto(sha256, HashedPhoto(9, 9, "image/png", ())))


URL = "data:image/jpeg;base64,aaaa"


def test_rows_show_the_first_photo_that_is_kept_and_nothing_where_none_is() -> None:
    frame = pl.DataFrame({"listing_id": ["1", "2", "3"]})
    missed = ListingPhoto("1", 0, "u", MissedPhoto("timed_out"))
    photos = {"1": [missed, kept("1", "a")], "2": [missed], "3": [kept("3", "unshowable")]}

    rows = table(with_photos(frame, photos, {"a": URL}.get)).splitlines()

    assert rows[0] == "| photo | listing_id |"
    assert rows[2:] == [f"| ![]({URL}) | 1 |", "|  | 2 |", "|  | 3 |"]


def test_rows_of_photos_show_each() -> None:
    frame = pl.DataFrame({"position": [0, 1], "sha256": ["a", None]})

    rows = table(with_own_photos(frame, {"a": URL}.get)).splitlines()

    assert rows[0] == "| photo | position |"
    assert rows[2:] == [f"| ![]({URL}) | 0 |", "|  | 1 |"]


def test_a_title_that_looks_like_a_photo_is_text() -> None:
    row = table(pl.DataFrame({"title": [URL, f"![]({URL})"]})).splitlines()

    assert row[2] == f"| {URL} |"
    assert row[3] == f"| !&#91;&#93;({URL}) |"
