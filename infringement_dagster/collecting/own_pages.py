"""Listings' own pages in one run: what is known of them, and which are worth asking for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from infringement_dagster.domain.listing import FoundListing, Listing, Rank
from infringement_dagster.domain.listing_pages.page_choice import Prospect
from infringement_dagster.domain.listing_pages.page_read import PageRead
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.listings import history_query, page_store
from resources.postgres.listings.page_store import NewPage

LOOKED_UP_AT_ONCE = 500
Item = TypeVar("Item")


@dataclass(slots=True)
class KnownPages:
    """The own pages of a run's listings that earlier scans have read.

    Its methods block; one thread at a time calls them.
    """

    run: ScanRun
    database: Database
    _rows: dict[str, Listing] = field(default_factory=dict)  # of listings whose page was read
    _pages: dict[str, PageRead] = field(default_factory=dict)

    def carried(self, found: Sequence[FoundListing]) -> list[FoundListing]:
        """The listings with what still holds of their pages, as they were read last."""
        with self.database.client(self.run.client_id) as c:
            known = page_store.pages_of(
                c,
                self.run.client_id,
                self.run.provider,
                [kept.listing.listing_id for kept in found],
            )
        carried: list[FoundListing] = []
        for kept in found:
            page, row = known.get(kept.listing.listing_id), kept.listing
            if page is None:
                carried.append(kept)
                continue
            self._rows[row.listing_id], self._pages[row.listing_id] = row, page.page
            whole = page.page.carried_by(row)
            keys = page.page_keys if whole != row else ()
            carried.append(replace(kept, listing=whole, own_page_keys=keys))
        return carried

    def has(self, listing_id: str) -> bool:
        """Whether an earlier scan has read the page of the listing, which this one found again."""
        return listing_id in self._pages

    def row_of(self, listing: Listing) -> Listing:
        """The listing as the search of this run shows it, without its page."""
        return self._rows.get(listing.listing_id, listing)

    def prospects(
        self, listings: Iterable[Listing], probability: Callable[[Listing], float]
    ) -> Iterator[Prospect]:
        """Each listing as the choice of pages sees it, those that have not changed left out."""
        for some in _some(listings):
            ranks = self._ranks(some)
            for listing in some:
                page = self._pages.get(listing.listing_id)
                row = self.row_of(listing)
                changed = None if page is None else page.changes(row)
                if changed != frozenset():
                    rank = ranks.get(listing.listing_id)
                    yield Prospect(row, probability(listing), changed, rank)

    def recall(self, listing_ids: Iterable[str]) -> None:
        """Guarantees that the rows of those that had their page read are known.

        For listings of an earlier attempt: whether their pages are to be read again it has decided.
        """
        for ids in _some(listing_ids):
            with self.database.client(self.run.client_id) as c:
                known = page_store.pages_of(c, self.run.client_id, self.run.provider, ids)
            self._rows |= {listing_id: page.page.row for listing_id, page in known.items()}

    def knows_row(self, listing_id: str) -> bool:
        """Whether a scan before, or an earlier attempt at this, has read the listing's page."""
        return listing_id in self._rows

    def read_by_this_scan(self) -> int:
        """How many pages the attempts at this run have read so far."""
        run = self.run
        with self.database.client(run.client_id) as c:
            return page_store.count_pages(c, run.client_id, run.provider, run.scan_id)

    def _ranks(self, listings: Sequence[Listing]) -> dict[str, Rank]:
        ids = [listing.listing_id for listing in listings]
        with self.database.client(self.run.client_id) as c:
            return history_query.ranks_of(c, self.run.client_id, self.run.provider, ids)


def _some(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, LOOKED_UP_AT_ONCE)):
        yield some


def told_by_rows(listings: Sequence[Listing]) -> list[NewPage]:
    """The facts of rows of files beyond those of a search, to be kept as their listings' pages."""
    bare = [(replace(told, description=None, details=None), told) for told in listings]
    return [NewPage(PageRead(row, told)) for row, told in bare if row != told]
