from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.listing import Price
from resources.providers.reading import (
    Fields,
    Json,
    NotAPage,
    decode,
    make_price,
    pages_in_urls,
    parse_document,
    read_condition,
    read_number,
    results_of,
)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("$35.99", "35.99"),
        ("$1,299.00", "1299.00"),
        ("1.299,00 €", "1299.00"),
        ("₹53,999", "53999"),
        ("1 299,50 kr", "1299.50"),
        ("12,99", "12.99"),
        ("1.299", "1299"),
        ("0.123", "0.123"),
        ("$39.99$39.99", "39.99"),
        ("$10.00 to $20.00", "10.00"),
        (" 7 ", "7"),
        (7, "7"),
        (Decimal("8.5"), "8.5"),
        (0, "0"),
        ("", None),
        ("free", None),
        ("-5", None),
        (-5, None),
        (Decimal("NaN"), None),
        (Decimal("Infinity"), None),
        (Decimal("1e30"), None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_numbers_are_read_however_they_are_written(written: Json, number: str | None) -> None:
    assert read_number(written) == (None if number is None else Decimal(number))


@given(st.text(max_size=40))
def test_read_number_never_raises(text: str) -> None:
    number = read_number(text)
    assert number is None or number >= 0


def test_the_same_rows_in_cp1252_and_utf8() -> None:
    text = '{"name": "Men’s café – €5"}'
    assert parse_document(text.encode("cp1252")) == parse_document(text.encode())


def test_one_broken_byte_does_not_turn_utf8_into_mojibake() -> None:
    assert decode("é".encode() * 3 + b"\xff") == "ééé\ufffd"


def test_a_byte_order_mark_and_undefined_cp1252_bytes_are_survived() -> None:
    assert parse_document(b"\xef\xbb\xbf[1]") == [1]
    assert decode(b"\x81") == "\ufffd"


def test_numbers_that_are_none_and_numbers_too_long_do_not_sink_the_page() -> None:
    document = parse_document(b'{"a": NaN, "b": -Infinity, "c": 1e999, "d": ' + b"9" * 5000 + b"}")
    assert isinstance(document, dict)
    assert [document["a"], document["b"]] == [None, None]
    assert [read_number(document[name]) for name in "cd"] == [None, None]


def test_prices_stay_exact() -> None:
    assert parse_document(b"[57.83]") == [Decimal("57.83")]


@pytest.mark.parametrize("content", [b"", b"{", b"<html>", b"[" * 200_000])
def test_what_is_not_json_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_document(content)


def test_what_nobody_took_is_counted_by_path() -> None:
    fields = Fields({"name": "x", "rating": {"stars": 4, "votes": 2}, "brand_new": 1, "old": 0})
    assert fields.pop_text("name") == "x"
    rating = fields.pop_fields("rating")
    assert rating.pop_rating("stars") == 4
    fields.ignore(("old", "never_there"))
    assert fields.unread() + rating.unread() == Counter({"brand_new": 1, "rating.votes": 1})


@pytest.mark.parametrize("stars", [6, -1, "many", {}, 10**400])
def test_ratings_and_counts_out_of_range_are_none(stars: Json) -> None:
    fields = Fields({"stars": stars, "count": 2**31})
    assert fields.pop_rating("stars") is None
    assert fields.pop_count("count") is None


def test_prices_are_ordered_in_cents_and_nothing_below_a_cent() -> None:
    price = make_price(Decimal("20.005"), Decimal(10), "USD")
    assert price == Price(Decimal("10.00"), Decimal("20.00"), "USD")
    assert make_price(Decimal(0), None, "USD") is None
    assert make_price(Decimal("1e-300"), None, "USD") is None


def test_later_pages_come_from_the_links() -> None:
    links: list[Json] = [
        "https://a.example/s?k=x&page=3",
        "/s?page=2",
        "https://[bad?page=4",
        "https://a.example/s?page=9999",
        "https://a.example/s?page=-1",
        "https://a.example/s",
        7,
    ]
    assert pages_in_urls(links, "page") == (2, 3)


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("Brand New", "new"),
        ("New (Other)", "new"),
        ("Open box", "new"),
        ("Pre-Owned", "used"),
        ("Used - Like New", "used"),
        ("Very Good - Refurbished", "refurbished"),
        ("Parts Only", "parts"),
        ("For parts or not working", "parts"),
        ("¿?", None),
        (None, None),
    ],
)
def test_conditions_in_a_providers_words(words: str | None, condition: str | None) -> None:
    assert read_condition(words) == condition


def test_an_answer_without_its_list_is_not_an_empty_page() -> None:
    assert results_of({"results": []}, "results")[0] == []
    with pytest.raises(NotAPage, match="results"):
        results_of({"message": "try again"}, "results")
    with pytest.raises(NotAPage):
        results_of({"results": None}, "results")
