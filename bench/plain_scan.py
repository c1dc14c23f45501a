"""The script that one writes first: one request, one photo, one row after the other.

It does less than the product: no PDQ, no key points, one signal for text.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import imagehash
import psycopg
from PIL import Image, ImageChops, ImageOps
from rapidfuzz import fuzz

from resources.providers.sandbox.demo import demo_clients

_TABLES = """
    CREATE TABLE plain_listings (id text PRIMARY KEY, title text, url text, price numeric,
        seller text, image_url text, seen_at timestamptz DEFAULT now());
    CREATE TABLE plain_photos (id text PRIMARY KEY, file text, hashes text[]);
    CREATE TABLE plain_scores (id text PRIMARY KEY, photo_score real, brand_score real);
    CREATE TABLE plain_cases (id text PRIMARY KEY, flagged_at timestamptz DEFAULT now());
"""
_HASHES = (imagehash.average_hash, imagehash.dhash, imagehash.phash)

Row = dict[str, str]
Hashes = tuple[imagehash.ImageHash, ...]


def plain_scan(sandbox_url: str, query: str, database_url: str, directory: Path) -> float:
    """The seconds it took, set-up and reference photos excluded."""
    directory.mkdir()
    client = demo_clients()[0]
    references = [_hashed(content) for content in client.reference_photos.values()]
    brands = [client.client_id]
    with psycopg.connect(database_url, autocommit=True) as db, httpx.Client(timeout=90) as http:
        db.execute(_TABLES)
        began = time.perf_counter()
        rows = {_listing_id(row): row for row in _search(http, sandbox_url, query)}
        for listing_id, row in rows.items():
            _store_listing(db, listing_id, row)
            photo = http.get(row["image"]).raise_for_status().content
            (directory / listing_id).write_bytes(photo)
            hashed = _hashed(photo)
            db.execute(
                "INSERT INTO plain_photos VALUES (%s, %s, %s)",
                (
                    listing_id,
                    str(directory / listing_id),
                    [str(h) for view in hashed for h in view],
                ),
            )
            alike = max(_likeness(hashed, reference) for reference in references)
            named = max(fuzz.partial_ratio(brand, row["product_title"].lower()) for brand in brands)
            db.execute(
                "INSERT INTO plain_scores VALUES (%s, %s, %s)", (listing_id, alike, named / 100)
            )
            if max(alike, named / 100) > 0.85:
                db.execute("INSERT INTO plain_cases (id) VALUES (%s)", (listing_id,))
        return time.perf_counter() - began


def _search(http: httpx.Client, sandbox_url: str, query: str) -> Iterator[Row]:
    page = 1
    while True:
        params = {"api_key": "plain", "query": query, "page": str(page), "tld": "com"}
        answer = http.get(f"{sandbox_url}/structured/ebay/search/v2", params=params)
        document = answer.raise_for_status().json()
        yield from document["results"]
        if not document["next_pages"]:
            return
        page += 1


def _listing_id(row: Row) -> str:
    return row["product_url"].rpartition("/")[2]


def _store_listing(db: psycopg.Connection, listing_id: str, row: Row) -> None:
    price = row.get("item_price")
    amount = price.get("value") if isinstance(price, dict) else None
    db.execute(
        "INSERT INTO plain_listings (id, title, url, price, seller, image_url) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (
            listing_id,
            row["product_title"],
            row["product_url"],
            amount,
            row["seller_name"],
            row["image"],
        ),
    )


def _hashed(content: bytes) -> list[Hashes]:
    """The hashes of each view, those of the photo as it is first."""
    photo = Image.open(io.BytesIO(content)).convert("RGB")
    trimmed = _trimmed(photo)
    views = (photo, ImageOps.mirror(photo), trimmed, ImageOps.mirror(trimmed))
    return [tuple(hash_of(view) for hash_of in _HASHES) for view in views]


def _trimmed(photo: Image.Image) -> Image.Image:
    """The photo without a border of the colour of its corner."""
    border = Image.new("RGB", photo.size, photo.getpixel((0, 0)))
    differs = ImageChops.difference(photo, border).convert("L").point(lambda level: level > 14)
    return photo.crop(differs.getbbox())


def _likeness(views: Sequence[Hashes], reference: Sequence[Hashes]) -> float:
    """How like the nearest two are: a mirror image has its twin among the photo's own views."""
    raw, _, trimmed, _ = reference
    pairs = ((view, other) for view in views for other in (raw, trimmed))
    return max(1 - (a - b) / 64 for view, other in pairs for a, b in zip(view, other, strict=True))
