"""The columns of the tables that assets hand over, as Dagster's catalogue shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import dagster as dg

from infringement_dagster.snapshots.listings import LISTINGS_SCHEMA, Columns
from infringement_dagster.snapshots.photos import PHOTOS_SCHEMA
from infringement_dagster.snapshots.scores import CASES_SCHEMA, SCORES_SCHEMA

WORDS: Final[Mapping[str, str]] = {
    "provider": "The marketplace.",
    "listing_id": "The marketplace's own id of the listing.",
    "title": "The title as it was shown.",
    "url": "The address, of the listing or of the photo.",
    "price_low": "The price, or the lowest of several.",
    "price_high": "The highest of several prices.",
    "currency": "ISO 4217.",
    "seller_name": "The seller as shown.",
    "seller_id": "The marketplace's own id of the seller.",
    "brand": "The brand that the listing names.",
    "condition": "New, used or refurbished.",
    "category": "The marketplace's own category.",
    "rating": "Of the article, in stars.",
    "review_count": "How many reviews the rating rests on.",
    "image_urls": "The addresses of its photos, the main one first.",
    "page_key": "The object that holds the provider's page as it was sent.",
    "description": "The seller's own text.",
    "ships_from": "The place that it ships from, as the search tells it.",
    "details": "What only the listing's own page tells, a JSON document.",
    "own_page_keys": "The objects that hold the listing's own pages as they were sent.",
    "position": "0 is the listing's main photo.",
    "outcome": "stored, skipped or failed.",
    "reason": "Why it was not stored.",
    "detail": "The same for people.",
    "sha256": "Of the photo's bytes, by which it is kept.",
    "media_type": "What the bytes are.",
    "width_px": "As it was sent.",
    "height_px": "As it was sent.",
    "hashes": "Every hash of every view, a JSON document.",
    "probability": "That the listing infringes, 0 to 1.",
    "calibrated": "False: a score that only orders.",
    "model": "The name and version of the model.",
    "config_version": "The version of the client's config.",
    "violation_type": "What kind of infringement it looks like.",
    "signals": "Each signal with value, weight and reason, a JSON document.",
    "other_types": "Kinds that nearly fitted, a JSON document.",
    "case_id": "The case.",
    "sampled": "True: drawn below the threshold, which accuses nobody.",
    "created": "True: this run opened the case.",
}


def _metadata(schema: Columns) -> dict[str, dg.TableSchema]:
    columns = [
        dg.TableColumn(name, str(type_).lower(), WORDS[name]) for name, type_ in schema.items()
    ]
    return {"dagster/column_schema": dg.TableSchema(columns)}


LISTINGS: Final = _metadata(LISTINGS_SCHEMA)
PHOTOS: Final = _metadata(PHOTOS_SCHEMA)
SCORES: Final = _metadata(SCORES_SCHEMA)
CASES: Final = _metadata(CASES_SCHEMA)
