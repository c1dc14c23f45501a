from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.text import URL_MAX_CHARS, clean_markup, clean_text, clean_url, spreadsheet_cell

ANY_TEXT = st.text(st.characters(codec=None))  # lone surrogates too


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("plain", "plain"),
        ("  a\t b\r\n c\u2028d ", "a b c d"),
        ("nul\x00 and esc\x1b[31m", "nul and esc[31m"),
        ("lone \ud800 half", "lone half"),
        ("\u202eevil\u202c \u2066x\u2069\u200f", "evil x"),
        ("\ufeffBOM", "BOM"),
        ("café 👨‍👩‍👧 हिन्दी", "café 👨‍👩‍👧 हिन्दी"),
        ("\x00\x01", ""),
        ("", ""),
    ],
)
def test_only_the_readable_part_remains(dirty: str, clean: str) -> None:
    assert clean_text(dirty, 100) == clean


def test_text_is_cut_to_its_length_without_a_trailing_blank() -> None:
    assert clean_text("abc def", 4) == "abc"
    assert clean_text("x" * 10**6, 50) == "x" * 50


def test_entities_become_characters_once_and_are_cleaned_too() -> None:
    assert clean_markup("Salt &amp; Pepper&nbsp;&#39;n&#x202E; &amp;lt;", 100) == (
        "Salt & Pepper 'n &lt;"
    )


@given(ANY_TEXT, st.integers(0, 40))
def test_clean_text_is_storable_whatever_comes(text: str, max_chars: int) -> None:
    cleaned = clean_text(text, max_chars)
    assert len(cleaned) <= max_chars
    assert "\x00" not in cleaned
    cleaned.encode()
    assert clean_text(cleaned, max_chars) == cleaned


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://x.example/a.jpg", "https://x.example/a.jpg"),
        (" http://x.example/a.jpg\n", "http://x.example/a.jpg"),
        ("//x.example/a.jpg", "https://x.example/a.jpg"),
        ("https://x.example/?a=1&amp;b=2", "https://x.example/?a=1&b=2"),
        ("data:image/png;base64,AAAA", None),
        ("ftp://x.example/a", None),
        ("https://", None),
        ("https:///a", None),
        ("https://x.example/a b", None),
        ("https://x.example\\@evil.example/", None),
        ("http://[1/a", None),
        ("https://x.example/\x00", None),
        ("https://x.example/" + "a" * URL_MAX_CHARS, None),
        ("/relative.jpg", None),
        ("", None),
    ],
)
def test_only_absolute_web_addresses_pass(written: str, url: str | None) -> None:
    assert clean_url(written) == url


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize(
    "text", ["=1+1", "a;=1+1", 'a;"=1+1', "a; =1", "\t=1", "a\t=1", "a\n=1", '"=1', "-1", "＝1"]
)
def test_no_cell_is_a_formula_however_the_file_is_split(text: str, between: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(["acme", spreadsheet_cell(text), "end"])
    rows = csv.reader(io.StringIO(file.getvalue()), delimiter=between)
    cells = [item for row in rows for item in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))]


def test_plain_cells_stay_as_they_are() -> None:
    for text in ("Acme; the bottle", "a-b;c+d", "3.50", "me@acme.example", ""):
        assert spreadsheet_cell(text) == text
    assert spreadsheet_cell(None) == ""


@given(ANY_TEXT)
def test_clean_url_never_raises(text: str) -> None:
    clean_url(f"http://{text}")
