"""Files of listings as clients bring them: the sandbox's offers as another marketplace has them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from resources.providers.sandbox.catalogue import Catalogue, Item

HOST = "kelmarkt.example"
Row = Mapping[str, object]


def offers(query: str, photos_url: str = "https://img.kelmarkt.example") -> list[dict[str, object]]:
    """Rows of a file: all that eBay's part of the sandbox finds for the query; photos are there."""
    return [_row(item, photos_url) for item in Catalogue().find("ebay", query)]


def _row(item: Item, photos_url: str) -> dict[str, object]:
    return {
        "listing_id": item.listing_id,
        "title": item.title,
        "url": f"https://www.{HOST}/offers/{item.listing_id}",
        "image_urls": [f"{photos_url}/photos/{name}" for name in item.photos],
        "price": None if item.price_usd is None else float(item.price_usd),
        "currency": "USD",
        "seller_name": item.seller,
        "condition": item.condition,
    }


def write_json_lines(path: Path, rows: Iterable[Row]) -> Path:
    """The same path; a line for each row."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def write_csv(path: Path, rows: Sequence[Row], delimiter: str = ",") -> Path:
    """The same path; lists are written with blanks between their items."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, delimiter=delimiter)
        lines.writerow(rows[0])
        lines.writerows(map(_cell, row.values()) for row in rows)
    return path


def _cell(value: object) -> object:
    return " ".join(value) if isinstance(value, list) else value
