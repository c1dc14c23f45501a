"""Rows of a CSV of listings, read as a scan would have found them.

A cell that cannot be read counts as not given and is named; no row is lost for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from infringement_dagster.domain.listing import (
    CONDITIONS,
    Listing,
    Price,
    Provider,
    Seller,
)
from resources.providers.registry import installed

_PRICE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)(?:\s*[-–]\s*(\d{1,12}(?:\.\d{1,6})?))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Values for cells that a row leaves out."""

    provider: Provider
    currency: str | None  # None: a price without a currency is no price


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One row as a listing with its photo files, and the cells that could not be read."""

    cells: Mapping[str, str]
    listing: Listing
    photos: tuple[Path, ...]
    problems: tuple[str, ...]


def listing_row(number: int, cells: Mapping[str, str], folder: Path, unsaid: Unsaid) -> ListingRow:
    """The row's listing; `number` names it in problems and where it has no id."""
    problems: list[str] = []
    listing = Listing(
        provider=_one_of(cells, "provider", installed().names, problems) or unsaid.provider,
        listing_id=_cell(cells, "listing_id") or f"row-{number}",
        title=_cell(cells, "title"),
        url="",
        price=_price(cells, unsaid.currency, problems),
        seller=Seller(name) if (name := _cell(cells, "seller")) else None,
        brand=_cell(cells, "brand_field") or None,
        condition=_one_of(cells, "condition", CONDITIONS, problems),
        description=_cell(cells, "description") or None,
    )
    paths = (path.strip() for path in _cell(cells, "photos").split(";"))
    photos = tuple(folder / path for path in paths if path)
    named = tuple(f"row {number} ({listing.listing_id}): {problem}" for problem in problems)
    return ListingRow(cells, listing, photos, named)


def _cell(cells: Mapping[str, str], name: str) -> str:
    return cells.get(name, "").strip()


def _one_of(
    cells: Mapping[str, str], name: str, known: tuple[Word, ...], problems: list[str]
) -> Word | None:
    given = _cell(cells, name)
    word = next((word for word in known if word == given.lower()), None)
    if given and word is None:
        problems.append(f"{name} {given!r} is none of {', '.join(known)}; read as not given")
    return word


def _price(
    cells: Mapping[str, str], unsaid_currency: str | None, problems: list[str]
) -> Price | None:
    given = _cell(cells, "price")
    currency = _cell(cells, "currency").upper() or unsaid_currency or ""
    if not given:
        return None
    amounts = _PRICE.fullmatch(given)
    if amounts is None:
        problems.append(f"price {given!r} is no number and no range low-high; read as not given")
        return None
    if not _CURRENCY.fullmatch(currency):
        given_currency = f"{currency!r}, not a currency" if currency else "no currency"
        problems.append(f"price {given} has {given_currency} such as USD; read as not given")
        return None
    low, high = sorted((Decimal(amounts[1]), Decimal(amounts[2] or amounts[1])))
    return Price(low, high, currency)
