"""One listing in the terminal: all that is known of it, each fact with where it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from infringement_dagster.domain.listing import Provider
from infringement_dagster.reviewing.whole_listing import WholeListing, read_whole_listing
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.postgres.listings.records import ListingRow

_TEXT_CHARS = 300


def find_listing(
    database: Database, client_id: str, provider: Provider, listing_id: str
) -> tuple[ListingRow, WholeListing]:
    """The listing as it was last seen; raises `UnknownClient` and `UnknownListing`."""
    with database.client(client_id) as c:
        client_store.get_client(c, client_id)
        row = listing_store.get_listing(c, client_id, provider, listing_id)
        return row, read_whole_listing(c, client_id, row)


def listing_document(row: ListingRow, whole: WholeListing) -> dict[str, object]:
    """The listing as programs read it."""
    return asdict(row) | asdict(whole)


def listing_table(row: ListingRow, whole: WholeListing) -> Table:
    """One row a fact: what, how much, and where it was read."""
    table = Table("fact", "", "read in")
    for label, value, source in listing_lines(row, whole):
        table.add_row(label, Text(value, overflow="fold"), source)
    return table


def listing_lines(row: ListingRow, whole: WholeListing) -> Iterator[tuple[str, str, str]]:
    """Each fact: what it is, what it says, and where it was read."""
    first = next((fact.source_in_words for fact in whole.facts), "")
    yield "Title", row.title, first
    yield "Address", row.url, first
    for fact in whole.facts:
        value = _price(row) if fact.name == "price" else fact.value
        yield fact.label, value, fact.source_in_words
    told = whole.text_source_in_words
    yield from (("Point", point[:_TEXT_CHARS], told) for point in whole.bullets)
    yield from ((label, value[:_TEXT_CHARS], told) for label, value in whole.specifics)
    if whole.description:
        yield "Description", whole.description[:_TEXT_CHARS], told


def _price(row: ListingRow) -> str:
    amounts = dict.fromkeys(f"{amount}" for amount in (row.price_low, row.price_high) if amount)
    return f"{' to '.join(amounts)} {row.currency}"
