"""Facts of listings' own pages that vendors write alike for all marketplaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.listing_pages.details import (
    BULLETS_MAX,
    SPECIFICS_MAX,
    gtin_of,
)
from infringement_dagster.domain.listing_pages.photo_sizes import unsized_url
from infringement_dagster.matching.text.store_line import brand_of_store_line
from resources.providers.reading import NAME_MAX_CHARS, Fields, Json, read_number
from resources.text import clean_markup, clean_url

PHOTOS_MAX: Final = 24
DESCRIPTION_MAX_CHARS: Final = 4000
BULLET_MAX_CHARS: Final = 500
SPECIFIC_MAX_CHARS: Final = 300

_PLACEHOLDER_IMAGE = "transparent-pixel.gif"  # 2021-22: on every product
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s{0,2}%")
_COUNTED = re.compile(r"\((\d[\d.,]{0,12})\)")
_BRAND_LABELS = frozenset({"brand", "marke", "marque", "marca", "merk", "marka", "varumärke"})
_GTIN_LABELS = frozenset({"gtin", "ean", "upc", "isbn", "isbn-13", "gtin13", "gtin12"})
_MPN_LABELS = frozenset(
    {
        "mpn",
        "model",
        "model number",
        "item model number",
        "part number",
        "manufacturer part number",
        "herstellernummer",
        "numéro de pièce fabricant",
    }
)
Specifics = tuple[tuple[str, str], ...]


def photo_urls(urls: Iterable[Json]) -> tuple[str, ...]:
    """The addresses that show something, each photo once."""
    cleaned = (clean_url(url) for url in urls if isinstance(url, str))
    return distinct_photos(url for url in cleaned if url and _PLACEHOLDER_IMAGE not in url)


def distinct_photos(urls: Iterable[str]) -> tuple[str, ...]:
    """At most `PHOTOS_MAX` addresses; of several sizes of one photo the first that is named."""
    first: dict[str, str] = {}
    for url in urls:
        first.setdefault(unsized_url(url), url)
    return tuple(first.values())[:PHOTOS_MAX]


def all_photos(listing: Listing, page: Iterable[str]) -> tuple[str, ...]:
    """The listing's photos, those of its search row first, then those of its page."""
    return distinct_photos((*listing.image_urls, *page))


def bullets(points: Iterable[Json]) -> tuple[str, ...]:
    """The page's own points about the product that hold anything to read."""
    texts = (clean_markup(point, BULLET_MAX_CHARS) for point in points if isinstance(point, str))
    return tuple(dict.fromkeys(filter(None, texts)))[:BULLETS_MAX]


def labelled(rows: Iterable[Json], label: str = "label") -> Specifics:
    """Label and value of rows such as `{"label": "Colour", "value": "blue"}`."""
    pairs = ((row.get(label), row.get("value")) for row in rows if isinstance(row, dict))
    return _specifics(pairs)


def specifics_of(table: Fields) -> Specifics:
    """Label and value of an object that has its labels as names; nothing of it is left unread."""
    return _specifics((name, table.pop(name)) for name in table.names())


def _specifics(pairs: Iterable[tuple[Json, Json]]) -> Specifics:
    read = ((_text(label, NAME_MAX_CHARS), _text(value)) for label, value in pairs)
    kept = {label.removesuffix(":").strip(): value for label, value in read if label and value}
    return tuple((label, value) for label, value in kept.items() if label)[:SPECIFICS_MAX]


def _text(value: Json, max_chars: int = SPECIFIC_MAX_CHARS) -> str:
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), None)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return clean_markup(str(value), max_chars)


def brand_in(specifics: Specifics) -> str | None:
    """The brand that the specifics name."""
    return clean_brand(_named(specifics, _BRAND_LABELS))


def gtin_in(specifics: Specifics) -> str | None:
    """The GTIN that the specifics name, where its check digit is right."""
    return gtin_of(_named(specifics, _GTIN_LABELS))


def mpn_in(specifics: Specifics) -> str | None:
    """The maker's number that the specifics name; "Does not apply" is none."""
    found = _named(specifics, _MPN_LABELS)
    return None if found is None or "apply" in found.lower() else found


def _named(specifics: Specifics, labels: frozenset[str]) -> str | None:
    return next((value for label, value in specifics if label.lower() in labels), None)


def clean_brand(written: str | None) -> str | None:
    """The brand in "Visit the X Store" or "Brand: X", in every marketplace's language."""
    return brand_of_store_line(written or "") or None


def percent_in(written: Json) -> float | None:
    """The share in a text such as "99.2% positive feedback (1,204)", or a number up to 100."""
    if isinstance(written, str):
        found = _PERCENT.search(written[:200])
        number = None if found is None else read_number(found[1].replace(",", "."))
    else:
        number = read_number(written)
    return None if number is None or number > 100 else float(number)


def count_in(written: Json) -> int | None:
    """The number in brackets of a text such as "99.2% positive feedback (1,204)"."""
    found = _COUNTED.search(written[:200]) if isinstance(written, str) else None
    return None if found is None else Fields({"count": found[1]}).pop_count("count")


def first_text(fields: Fields, names: Sequence[str], max_chars: int = NAME_MAX_CHARS) -> str | None:
    """The first of these fields that holds a text; all of them are taken."""
    found = [fields.pop_text(name, max_chars) for name in names]
    return next(filter(None, found), None)
