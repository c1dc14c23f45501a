from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.providers.files.columns import Fault, read_row
from resources.providers.files.rows import (
    LINE_MAX_BYTES,
    FileRow,
    ListingFile,
    UnreadableListings,
)
from tests.support.listing_files import HOST, offers, write_csv, write_json_lines


def documents(path: Path) -> list[dict[str, object] | Fault]:
    return [
        row if isinstance(row, Fault) else read_row(row.line, row.values)
        for row in ListingFile(path).rows()
    ]


def only(path: Path) -> dict[str, object] | Fault:
    (document,) = documents(path)
    return document


def one_row(tmp_path: Path, **values: object) -> dict[str, object] | Fault:
    row = {"title": "Mug", "url": f"https://www.{HOST}/o/1", **values}
    return only(write_json_lines(tmp_path / "one.jsonl", [row]))


def without_line(documents: list[dict[str, object] | Fault]) -> list[dict[str, object]]:
    assert not any(isinstance(document, Fault) for document in documents)
    return [{**document, "line": 0} for document in documents if isinstance(document, dict)]


def test_all_three_forms_of_a_file_say_the_same(tmp_path: Path) -> None:
    rows = offers("kelvarra")[:20]
    as_json = documents(write_json_lines(tmp_path / "a.jsonl", rows))
    pl.DataFrame(rows).write_parquet(tmp_path / "a.parquet")
    as_csv = [
        without_line(documents(write_csv(tmp_path / "a.csv", rows, delimiter)))
        for delimiter in (",", ";", "\t")
    ]
    expected = without_line(as_json)
    assert len(expected) == 20
    assert as_csv == [expected] * 3
    assert without_line(documents(tmp_path / "a.parquet")) == expected


def test_a_row_is_read_as_its_marketplace_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes(
        "\ufeffListing ID;Title;URL;Image URLs;Price;Currency;Condition;Rating;Colour\r\n"
        f'17;"Becher &amp; Deckel";https://www.{HOST}/o/17;'
        "https://a.example/1.jpg|https://a.example/2.jpg;1.249,00 \u20ac;EUR;Brand new;4,5;blau\r\n"
        f'18;"Zwei\nZeilen";https://{HOST}/o/18;;;;;;\r\n'.encode()
    )
    file = ListingFile(path)
    first, second = file.rows()
    assert isinstance(first, FileRow)
    assert isinstance(second, FileRow)
    assert read_row(first.line, first.values) == {
        "line": 2,
        "listing_id": f"{HOST}:17",
        "title": "Becher & Deckel",
        "url": f"https://www.{HOST}/o/17",
        "image_urls": ["https://a.example/1.jpg", "https://a.example/2.jpg"],
        "price_low": "1249.00",
        "price_high": "1249.00",
        "currency": "EUR",
        "condition": "new",
        "rating": 4.5,
    }
    assert read_row(second.line, second.values) == {
        "line": 3,
        "listing_id": f"{HOST}:18",
        "title": "Zwei Zeilen",
        "url": f"https://{HOST}/o/18",
    }
    assert list(file.unread_columns) == ["colour"]


def test_the_same_number_elsewhere_is_another_listing(tmp_path: Path) -> None:
    ids = [
        dict_of(one_row(tmp_path, listing_id=number, url=url))["listing_id"]
        for number, url in (
            (1, "https://www.a.example/1"),
            ("1", "https://a.example/other"),
            (1, "https://b.example/1"),
            (None, "https://a.example/1"),
            (None, "https://a.example/1"),
        )
    ]
    assert ids[:3] == ["a.example:1", "a.example:1", "b.example:1"]
    assert ids[3] == ids[4]
    assert str(ids[3]).startswith("a.example:url-")


def dict_of(document: dict[str, object] | Fault) -> dict[str, object]:
    assert isinstance(document, dict)
    return document


def test_a_price_may_be_a_range_in_either_order(tmp_path: Path) -> None:
    read = dict_of(one_row(tmp_path, price_low="20", price_high=9.5, currency="US $"))
    assert (read["price_low"], read["price_high"], read["currency"]) == ("9.50", "20.00", "USD")
    assert "price_low" not in dict_of(one_row(tmp_path, price=0))


@pytest.mark.parametrize(
    ("values", "reason", "detail"),
    [
        ({"title": None}, "missing_value", "title: there is none"),
        ({"title": "", "url": ""}, "missing_value", "title and url: there is none"),
        ({"title": "\u202e"}, "bad_value", "title '\\u202e' is no readable text"),
        ({"url": "javascript:alert(1)"}, "bad_value", "url 'javascript:alert(1)' is no http or"),
        ({"url": "http://@/x"}, "bad_value", "names no host"),
        ({"price": "free"}, "bad_value", "price 'free' is no number"),
        ({"price": -1}, "bad_value", "price '-1' is no number"),
        ({"currency": "dollars"}, "bad_value", "currency 'dollars' is no currency such as EUR"),
        ({"rating": 11}, "bad_value", "rating '11' is no rating"),
        ({"review_count": 10**11}, "bad_value", "review_count '100000000000' is no whole"),
        ({"image_urls": ["https://a.example/1", "x"]}, "bad_value", "image_urls"),
        ({"seller_name": ["a"]}, "bad_value", "seller_name"),
    ],
)
def test_a_value_that_cannot_be_read_makes_its_row_a_bad_one(
    tmp_path: Path, values: dict[str, object], reason: str, detail: str
) -> None:
    fault = one_row(tmp_path, **values)
    assert isinstance(fault, Fault)
    assert (fault.line, fault.reason) == (1, reason)
    assert detail in fault.detail


def test_lines_that_are_no_rows_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    good = f"Mug,https://{HOST}/o/"
    path.write_text(
        f"title,url\n{good}1\n\nonly one cell\n{good}2,3\n{good}4\n"
        + f'"{"x" * 200_000}",y\n{good}6\n'
    )
    told = [
        (found.line, found.reason) if isinstance(found, Fault) else dict_of(found)["line"]
        for found in documents(path)
    ]
    unreadable = "unreadable_line"
    assert told == [2, (4, unreadable), (5, unreadable), 6, (7, unreadable), 8]


def test_lines_of_json_that_are_none_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps({"title": "Mug", "url": f"https://{HOST}/o/1"})
    huge = json.dumps({"title": "x" * (LINE_MAX_BYTES * 2)})
    path.write_text("\n".join([good, "{", "", "[1]", huge, good]))
    told = [
        (found.line, found.detail[:12]) if isinstance(found, Fault) else dict_of(found)["line"]
        for found in documents(path)
    ]
    assert told == [1, (2, "no JSON: Exp"), (4, "no JSON obje"), (5, "longer than "), 6]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no column title and url"),
        (b"name,link\na,b\n", "no column title and url; what is read: listing_id, title, url"),
        (b"title,url,Title\na,b,c\n", "the column 'title' stands twice"),
        (b"\x1f\x8b\x08\x00", "compressed by gzip"),
        (b"PK\x03\x04rest", "save the sheet as CSV"),
        ("title,url".encode("utf-16"), "in UTF-16: save it as UTF-8"),
        (b"PAR1 and nothing more", "no whole Parquet"),
    ],
)
def test_what_is_no_table_of_listings_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UnreadableListings, match=told):
        list(ListingFile(path).rows())


def test_a_file_as_spreadsheets_of_the_west_save_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        f"title,url\nThermobecher f\u00fcr M\u00fctter,https://{HOST}/1\n".encode("cp1252")
    )
    assert dict_of(only(path))["title"] == "Thermobecher f\u00fcr M\u00fctter"


def test_a_table_whose_lines_end_as_on_old_macs_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"title,url\rMug,https://{HOST}/1\r".encode())
    with pytest.raises(UnreadableListings, match="no header of a table"):
        documents(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), start=st.sampled_from([b"", b"title,url\n", b"{", b"PAR1"]))
def test_whatever_a_file_holds_each_row_is_a_listing_or_a_fault(
    tmp_path: Path, content: bytes, start: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(start + content)
    try:
        found = documents(path)
    except UnreadableListings:
        return
    assert all(isinstance(document, Fault | dict) for document in found)
