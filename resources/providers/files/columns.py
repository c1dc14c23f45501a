"""The columns of a file of listings, and reading one row of it strictly.

A provider's page is read for what it says; a file is somebody's to correct, so a value that is
given and cannot be read makes its row a bad one, with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

from resources.providers.listing_faults import ID_MAX_CHARS, TEXT_MAX_CHARS
from resources.providers.reading import (
    TITLE_MAX_CHARS,
    Fields,
    Json,
    read_condition,
)
from resources.text import clean_url

FaultReason = Literal["unreadable_line", "missing_value", "bad_value", "repeated"]
PHOTOS_MAX: Final = 24
_SHOWN_CHARS = 60
_OWN_ID_MAX_CHARS = 200  # the host before it has up to 253, and 500 are kept

RowDocument: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row of a file is no listing; `line` is where it begins, of Parquet the row's number."""

    line: int
    reason: FaultReason
    detail: str


@dataclass(frozen=True, slots=True)
class _Column:
    read: Callable[[Fields, str], object]
    what: str | None  # a value that is not to be read as it is a fault; None: it is left out


def _text(max_chars: int = 200) -> _Column:
    return _Column(lambda fields, name: fields.pop_text(name, max_chars), "readable text")


def _pop_photos(fields: Fields, name: str) -> list[str] | None:
    """The addresses in a list, or in a text with blanks or bars between them."""
    value = fields.pop(name)
    given = value.replace("|", " ").split() if isinstance(value, str) else value
    if not isinstance(given, list) or not given:
        return None
    urls = [clean_url(url) if isinstance(url, str) else None for url in given[:PHOTOS_MAX]]
    return list(dict.fromkeys(map(str, urls))) if all(urls) else None


_NUMBER = _Column(Fields.pop_number, "number from 0 to 10^12")
_COLUMNS: Final[Mapping[str, _Column]] = {
    "listing_id": _text(_OWN_ID_MAX_CHARS),
    "title": _text(TITLE_MAX_CHARS),
    "url": _Column(Fields.pop_url, "http or https address"),
    "image_urls": _Column(_pop_photos, "list of http or https addresses"),
    "price": _NUMBER,
    "price_low": _NUMBER,
    "price_high": _NUMBER,
    "currency": _Column(Fields.pop_currency, "currency such as EUR"),
    "seller_name": _text(),
    "seller_id": _text(),
    "brand": _text(),
    "condition": _Column(lambda fields, name: read_condition(fields.pop_text(name)), None),
    "category": _text(),
    "rating": _Column(Fields.pop_rating, "rating from 0 to 5"),
    "review_count": _Column(Fields.pop_count, "whole number"),
    "description": _text(TEXT_MAX_CHARS),
}
COLUMN_NAMES: Final = tuple(_COLUMNS)
NEEDED: Final = frozenset({"title", "url"})


def column_name(written: str) -> str:
    """The name of a column however its words are written: `Image URLs` is `image_urls`."""
    return "_".join(written.replace("_", " ").lower().split())


def read_row(line: int, values: Mapping[str, Json]) -> RowDocument | Fault:
    """The row as pages of an import hold it, or what is wrong with it.

    Its id is the marketplace's behind the address's host, for the same number elsewhere is another
    listing; without one, it is made of the address.
    """
    fields = Fields(dict(values))
    read = {name: column.read(fields, name) for name, column in _COLUMNS.items()}
    missing = [name for name in ("title", "url") if not _is_given(values.get(name))]
    if missing:
        return Fault(line, "missing_value", f"{' and '.join(missing)}: there is none")
    for name, column in _COLUMNS.items():
        value = values.get(name)
        if column.what and read[name] is None and _is_given(value):
            return Fault(line, "bad_value", f"{name} {_shown(value)} is no {column.what}")
    host = _host_of(str(read["url"]))
    if host is None:
        return Fault(line, "bad_value", f"url {_shown(values['url'])} names no host")
    own_id = read.pop("listing_id") or _made_of(str(read["url"]))
    prices = [read.pop(name) for name in ("price", "price_low", "price_high")]
    return {
        "line": line,
        "listing_id": f"{host}:{own_id}"[:ID_MAX_CHARS],
        **_price(prices),
        **{name: value for name, value in read.items() if value is not None},
    }


def _price(prices: list[object]) -> RowDocument:
    given = [price for price in prices if isinstance(price, Decimal) and price]
    if not given:
        return {}
    return {"price_low": f"{min(given):.2f}", "price_high": f"{max(given):.2f}"}


def _host_of(url: str) -> str | None:
    host = urlsplit(url).hostname
    return host.removeprefix("www.") if host else None


def _made_of(url: str) -> str:
    return f"url-{hashlib.sha256(url.encode()).hexdigest()[:24]}"


def _is_given(value: Json) -> bool:
    return value is not None and value != [] and (not isinstance(value, str) or bool(value.strip()))


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else str(value)
    return repr(text[:_SHOWN_CHARS])
