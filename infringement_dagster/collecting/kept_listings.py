"""The listings of one run, kept page by page as they are read.

What is kept goes on as a frame: as objects, 10,000 listings take 30 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import polars as pl

from infringement_dagster.collecting.page_requests import PageRequest, keep_page_request
from infringement_dagster.collecting.resume import PagesSeen
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import FoundListing, Listing, PhotoRank, Rank
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import Progress
from infringement_dagster.snapshots.listings import listings_frame, listings_of
from resources.objects.keys import page_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import listing_store
from resources.providers.plug_in import ProviderPlugIn, Question, search_page_question
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
    _frames: list[pl.DataFrame] = field(init=False)
    _described: dict[str, FoundListing] = field(default_factory=dict)
    _found: int = field(init=False)
    _progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self._frames = [self.earlier]
        self._found = self.earlier.height
        self._progress = Progress(self.run, "raw_listings", self.earlier.height)

    def frame(self) -> pl.DataFrame:
        """All listings, each once, those with their own page first."""
        listings = pl.concat(self._frames)
        undescribed = listings.filter(~pl.col("listing_id").is_in(list(self._described)))
        return pl.concat([listings_frame(list(self._described.values())), undescribed])

    def listing_ids(self) -> list[str]:
        """The ids of all listings that are kept."""
        return [item for frame in self._frames for item in frame["listing_id"].to_list()]

    def undescribed(self) -> Iterator[Listing]:
        """The listings whose own page no attempt has read."""
        listings = (listing for frame in self._frames for listing in listings_of(frame))
        return (kept for kept in listings if kept.listing_id not in self.seen.described)

    def page_keys(self, listings: Iterable[Listing]) -> Mapping[str, str]:
        """The key of the page that each listing was read from, by its id."""
        wanted = pl.col("listing_id").is_in([listing.listing_id for listing in listings])
        pairs = (frame.filter(wanted).select("listing_id", "page_key") for frame in self._frames)
        return dict(row for frame in pairs for row in frame.iter_rows())

    def add_pages(self, search: Search, pages: Sequence[PageResult]) -> None:
        """Keeps the pages as they were sent, then their listings in one transaction."""
        found: list[FoundListing] = []
        ranks: dict[str, Rank | PhotoRank] = {}
        for page in pages:
            key = self._keep_page(page.content)
            self._note_request(key, page, search)
            found += [FoundListing(listing, key) for listing in page.listings]
            if not self.provider.description.reads_whole:
                ranks |= page.ranks
            self._note_seen(page)
        if found:
            self._found += len(found)
            self._keep([kept.listing for kept in found], ranks)
            self._frames.append(listings_frame(found))

    def _note_seen(self, page: PageResult) -> None:
        if page.reference_id is None:
            seen = self.seen.failed if page.failed else self.seen.read
            seen.add((page.query, page.page))
        elif not page.failed:
            self.seen.photos.add(str(page.reference_id))

    def add_details(self, found: FoundListing, content: bytes) -> None:
        """Keeps a listing's own page, then what the page adds to the listing."""
        self._keep_page(content)
        self._keep([found.listing], {})
        self._described[found.listing.listing_id] = found

    def _keep(self, listings: Sequence[Listing], ranks: Mapping[str, Rank | PhotoRank]) -> None:
        run = self.run
        with run.transaction(self.database) as connection:
            listing_store.put_listings(connection, run.client_id, run.scan_id, listings, ranks)
            events = self._progress.events(self._found, None, found=self._found)
            event_store.append_events(connection, run.client_id, events)

    def _keep_page(self, content: bytes) -> str:
        run = self.run
        key = page_key(run.client_id, run.scan_id, run.provider, sha256_hex(content))
        if content:
            self.objects.put_once(key, content)
        return key

    def _note_request(self, key: str, page: PageResult, search: Search) -> None:
        if page.content:
            question = self._question(page, search)
            request = PageRequest(
                vendor=self.vendor,
                endpoint=question.endpoint,
                params=question.told,
                answered_at=page.charges[-1].at if page.charges else datetime.now(UTC),
            )
            keep_page_request(self.objects, key, request)

    def _question(self, page: PageResult, search: Search) -> Question:
        """The question that the page answers, as evidence tells it: of a photo its id."""
        by_photo = self.provider.photo_search
        if page.reference_id is None or by_photo is None:
            return search_page_question(self.provider, search, page.query, page.page)
        place = self.provider.description.marketplace(search.marketplace)
        question = by_photo.question(place, b"")
        told = {**question.params, "reference_id": str(page.reference_id)}
        return replace(question, params=told)
