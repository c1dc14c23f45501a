"""A plug-in under the kit, with what it reads and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace
from resources.providers.conformance.captures import Captures
from resources.providers.listing_faults import fault_of
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.reading import Json, NotAPage, Page


@dataclass(frozen=True, slots=True)
class Subject:
    """A plug-in with saved answers of one of its marketplaces."""

    plug_in: ProviderPlugIn
    captures: Captures
    place: Marketplace

    def read(self, document: Json, page: int = 1) -> Page:
        """The page as the plug-in reads it; without a row where it says that it is none."""
        try:
            return self.plug_in.read_search_page(document, self.place, page)
        except NotAPage:
            return Page(())

    def listings(self, document: Json, page: int = 1) -> list[Listing]:
        """The listings on the page."""
        return [row for row in self.read(document, page).rows if isinstance(row, Listing)]

    def faults(self, listings: Iterable[Listing]) -> Iterator[str]:
        """Why some of the listings could not be kept."""
        for listing in listings:
            fault = fault_of(listing, self.plug_in.description)
            if fault is not None:
                yield f"listing {listing.listing_id!r}: {fault}"
