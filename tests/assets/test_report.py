import polars as pl
import pytest

from infringement_dagster.assets.report import markdown_table, most_probable, step_line
from infringement_dagster.domain.counts import ItemCounts


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_row_keeps_its_cells_whatever_a_title_holds() -> None:
    frame = pl.DataFrame({"title": ["a|b\nc", "[x](javascript:0) `<b>`"], "listing_id": ["1", "2"]})

    head, rule, first, second = markdown_table(frame).splitlines()

    assert cells(head) == ["title", "listing_id"]
    assert cells(rule) == ["---", "---"]
    assert cells(first) == ["a&#124;b c", "1"]
    assert cells(second) == ["&#91;x&#93;(javascript:0) &#96;&#60;b>&#96;", "2"]


def test_long_titles_are_cut_and_numbers_rounded() -> None:
    row = markdown_table(pl.DataFrame({"title": ["x" * 61], "probability": [0.97285476]}))

    assert cells(row.splitlines()[-1]) == ["x" * 59 + "…", "0.973"]


def test_a_long_address_is_shown_short_but_leads_to_the_whole() -> None:
    address = "https://shop.test/" + "a" * 80 + "?q=1&v=2"

    row = markdown_table(pl.DataFrame({"url": [address]})).splitlines()[-1]

    assert row.endswith(f"…](<{address}>) |")
    assert len(row) < len(address) + 80


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://shop.test/a|b", "https://shop.test/a%7Cb"),
        ("https://shop.test/>) [x](<y", "https://shop.test/%3E)%20%5Bx%5D(%3Cy"),
    ],
)
def test_an_address_cannot_end_its_link_or_cell(address: str, linked: str) -> None:
    row = markdown_table(pl.DataFrame({"url": [address]})).splitlines()[-1]

    assert len(cells(row)) == 1
    assert row.endswith(f"](<{linked}>) |")


def test_other_schemes_are_no_links() -> None:
    row = markdown_table(pl.DataFrame({"url": ["javascript:alert(1)"]})).splitlines()[-1]

    assert cells(row) == ["javascript:alert(1)"]


def test_an_empty_frame_says_so() -> None:
    assert markdown_table(pl.DataFrame({"title": []})) == "(no rows)"


def test_most_probable_first_with_title_and_address() -> None:
    scored = pl.DataFrame({"listing_id": ["1", "2"], "probability": [0.2, 0.9]})
    listings = pl.DataFrame({"listing_id": ["2", "1"], "title": ["b", "a"], "url": ["u2", "u1"]})

    shown = most_probable(scored, listings, ("title", "probability", "url"))

    assert shown.rows() == [("b", 0.9, "u2"), ("a", 0.2, "u1")]


def test_a_step_is_one_line_for_people() -> None:
    counts = ItemCounts(found=1199, stored=1091, skipped=108, failed=0)
    assert step_line("raw_listings", counts, credits=125) == (
        "1,091 listings, 108 skipped, 125 credits"
    )
    assert step_line("flagged_cases", ItemCounts(12, 12, 0, 0), new=0) == "12 cases, 0 new"
