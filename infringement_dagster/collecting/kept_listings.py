"""The listings of one run, kept page by page as they are read.

What is kept goes on as a packed frame: as objects, 10,000 listings take 10 MB, as a frame 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import polars as pl

from infringement_dagster.collecting.kept_pages import KeptPages
from infringement_dagster.collecting.own_pages import KnownPages, told_by_rows
from infringement_dagster.collecting.resume import PagesSeen
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import FoundListing, Listing, PhotoRank, Rank
from infringement_dagster.domain.listing_pages.page_read import PageRead
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import Progress
from infringement_dagster.snapshots.listings import listings_frame, listings_of
from infringement_dagster.snapshots.spool import Spool
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import listing_store, page_store
from resources.postgres.listings.page_store import NewPage
from resources.providers.details import Details
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.search import PageResult


@dataclass(slots=True)
class KeptListings:
    """Pages and listings of one run in Postgres, the object store and a frame.

    Its methods block; one thread at a time calls them.
    """

    run: ScanRun
    database: Database
    objects: ObjectStore
    provider: ProviderPlugIn
    vendor: str
    earlier: pl.DataFrame  # listings that an earlier attempt has kept
    seen: PagesSeen
    known: KnownPages = field(init=False)
    _pages: KeptPages = field(init=False)
    _added: Spool = field(init=False)
    _described: dict[str, FoundListing] = field(default_factory=dict)
    _found: int = field(init=False)
    _progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.known = KnownPages(self.run, self.database)
        self._pages = KeptPages(self.run, self.objects, self.provider, self.vendor)
        self._added = Spool(listings_frame([]))
        self._found = self.earlier.height
        self._progress = Progress(self.run, "raw_listings", self.earlier.height)

    @property
    def count(self) -> int:
        """How many listings are kept."""
        return self._found

    def frame(self) -> pl.LazyFrame:
        """All listings, each once, those with their own page first."""
        # An earlier attempt may be of a version that wrote fewer columns.
        listings = pl.concat([self.earlier.lazy(), self._added.unpacked()], how="diagonal")
        undescribed = listings.filter(~pl.col("listing_id").is_in(list(self._described)))
        described = listings_frame(list(self._described.values())).lazy()
        return pl.concat([described, undescribed], how="diagonal")

    def listing_ids(self) -> list[str]:
        """The ids of all listings that are kept."""
        return [item for frame in self._frames() for item in frame["listing_id"].to_list()]

    def _frames(self) -> Iterator[pl.DataFrame]:
        return chain([self.earlier], self._added.portions())

    def undescribed(self) -> Iterator[Listing]:
        """The listings whose own page no attempt has read.

        Of an earlier attempt's, those that no scan has: whether others changed it has looked at.
        """
        knows = self.known.knows_row
        earlier = (kept for kept in listings_of(self.earlier) if not knows(kept.listing_id))
        listings = chain(earlier, self._listings(self._added.portions()))
        return (kept for kept in listings if kept.listing_id not in self.seen.described)

    def rows(self) -> Iterator[Listing]:
        """All listings as a search showed them, those of earlier attempts too."""
        return map(self.known.row_of, self._listings(self._frames()))

    def recall(self) -> None:
        """Guarantees that it is known whose pages of an earlier attempt's listings were read."""
        self.known.recall(self.earlier["listing_id"].to_list())

    @staticmethod
    def _listings(frames: Iterable[pl.DataFrame]) -> Iterator[Listing]:
        return (listing for frame in frames for listing in listings_of(frame))

    def page_keys(self, listings: Iterable[Listing]) -> Mapping[str, str]:
        """The key of the page that each listing was read from, by its id."""
        wanted = pl.col("listing_id").is_in([listing.listing_id for listing in listings])
        pairs = (frame.filter(wanted).select("listing_id", "page_key") for frame in self._frames())
        return dict(row for frame in pairs for row in frame.iter_rows())

    def add_pages(self, search: Search, pages: Sequence[PageResult]) -> None:
        """Keeps the pages as they were sent, then their listings in one transaction."""
        found: list[FoundListing] = []
        ranks: dict[str, Rank | PhotoRank] = {}
        for page in pages:
            key = self._pages.keep_results(search, page)
            found += [FoundListing(listing, key) for listing in page.listings]
            if not self.provider.description.reads_whole:
                ranks |= page.ranks
            self._note_seen(page)
        if found:
            self._found += len(found)
            whole = self.provider.description.reads_whole
            told = told_by_rows([kept.listing for kept in found]) if whole else []
            found = self.known.carried(found) if self.provider.listing_pages else found
            self._keep([kept.listing for kept in found], ranks, told)
            self._added.add(listings_frame(found))

    def _note_seen(self, page: PageResult) -> None:
        if page.reference_id is None:
            seen = self.seen.failed if page.failed else self.seen.read
            seen.add((page.query, page.page))
        elif not page.failed:
            self.seen.photos.add(str(page.reference_id))

    def add_details(self, details: Details, page_key: str) -> None:
        """Keeps a listing's own pages as they were sent, then what they add to the listing."""
        keys = [self._pages.keep_own_page(asked, answer) for asked, answer in details.answered]
        found = FoundListing(details.listing, page_key, tuple(filter(None, keys)))
        page = NewPage(PageRead(details.found, details.listing), found.own_page_keys)
        self._keep([found.listing], {}, [page] if details.is_whole else [])
        self._described[found.listing.listing_id] = found

    def _keep(
        self,
        listings: Sequence[Listing],
        ranks: Mapping[str, Rank | PhotoRank],
        pages: Sequence[NewPage],
    ) -> None:
        run = self.run
        with run.transaction(self.database) as connection:
            listing_store.put_listings(connection, run.client_id, run.scan_id, listings, ranks)
            page_store.put_pages(connection, run.client_id, run.scan_id, pages)
            events = self._progress.events(self._found, None, found=self._found)
            event_store.append_events(connection, run.client_id, events)
