"""The table of listings that assets hand over, made and read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl
from pydantic import TypeAdapter

from infringement_dagster.domain.listing import (
    LISTING_COLUMNS,
    FoundListing,
    Listing,
    ListingColumns,
    columns_of,
)
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.snapshots.rows import RowLookup

Columns: TypeAlias = dict[str, pl.DataType | type[pl.DataType]]

_TYPES: dict[type, pl.DataType | type[pl.DataType]] = {
    str: pl.String,
    Decimal: pl.Decimal(14, 2),
    float: pl.Float64,
    int: pl.Int64,
    tuple: pl.List(pl.String),
}
LISTINGS_SCHEMA: Columns = {name: _TYPES[kind] for name, kind in LISTING_COLUMNS.items()}
LISTINGS_SCHEMA["page_key"] = pl.String  # the object that holds the provider's page as it was sent
# Read for scoring; Postgres keeps them with the listing's own page.
LISTINGS_SCHEMA |= dict.fromkeys(("description", "ships_from", "details"), pl.String)
LISTINGS_SCHEMA["own_page_keys"] = pl.List(pl.String)
_DETAILS = TypeAdapter(ListingDetails)


def listings_frame(found: Sequence[FoundListing]) -> pl.DataFrame:
    """One row a listing, in the order given."""
    return pl.DataFrame([_listing_row(listing) for listing in found], schema=LISTINGS_SCHEMA)


def _listing_row(found: FoundListing) -> dict[str, object]:
    details = found.listing.details
    return {
        **asdict(columns_of(found.listing)),
        "page_key": found.page_key,
        "description": found.listing.description,
        "ships_from": found.listing.ships_from,
        "details": _DETAILS.dump_json(details).decode() if details else None,
        "own_page_keys": found.own_page_keys,
    }


def listings_of(frame: pl.DataFrame) -> Iterator[Listing]:
    """The listings of a frame, in its order."""
    return (found.listing for found in found_listings_of(frame))


def listings_in(rows: RowLookup) -> Iterator[Listing]:
    """All listings of a snapshot, of which few are read at a time."""
    return (listing for frame in rows.portions() for listing in listings_of(frame))


def found_listings_of(frame: pl.DataFrame) -> Iterator[FoundListing]:
    """The listings of a frame with their pages, in its order."""
    for row in frame.iter_rows(named=True):
        # Snapshots of earlier versions lack columns of later ones.
        values: dict[str, Any] = {name: row.get(name) for name in LISTING_COLUMNS}
        details = row.get("details")
        listing = replace(
            ListingColumns(**values).listing(),
            description=row.get("description"),
            details=_DETAILS.validate_json(details) if details else None,
            ships_from=row.get("ships_from"),
        )
        yield FoundListing(listing, row["page_key"], tuple(row.get("own_page_keys") or ()))
