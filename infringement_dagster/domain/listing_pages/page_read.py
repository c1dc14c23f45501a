"""A listing's own page: what it added to the row of a search, and how long that holds; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.listing_pages.photo_sizes import unsized_url

RowPart = Literal["title", "price", "photo", "seller"]

# What a page may add; the id, title and address of a listing are those of its row.
ADDED_BY_PAGES: Final = (
    "price",
    "seller",
    "brand",
    "condition",
    "category",
    "rating",
    "review_count",
    "description",
    "ships_from",
    "details",
)
# Another title or seller may be another product: what was read of the old one says nothing of it.
_ENDS_IT: Final[frozenset[RowPart]] = frozenset({"title", "seller"})


@dataclass(frozen=True, slots=True)
class PageRead:
    """A listing's page as it was read once; `read` is `row` with what the page added."""

    row: Listing
    read: Listing

    @property
    def added(self) -> Mapping[str, Any]:
        """The facts that the page added or put in the place of the row's, by name."""
        facts = {name: getattr(self.read, name) for name in ADDED_BY_PAGES}
        return {name: fact for name, fact in facts.items() if fact != getattr(self.row, name)}

    @property
    def photos_added(self) -> tuple[str, ...]:
        """The addresses of photos that only the page named."""
        return tuple(url for url in self.read.image_urls if url not in self.row.image_urls)

    def changes(self, row: Listing) -> frozenset[RowPart]:
        """The parts of the row that are others than when the page was read."""
        before, now = _shown(self.row), _shown(row)
        return frozenset(part for part in now if now[part] != before[part])

    def carried_by(self, row: Listing) -> Listing:
        """The row of a later search with what still holds of the page.

        Nothing does once title or seller are others; photos do not once the row's photo is another.
        """
        changed = self.changes(row)
        if changed & _ENDS_IT:
            return row
        facts = {
            name: fact
            for name, fact in self.added.items()
            if _replaces(name, self.row) or getattr(row, name) is None
        }
        photos = () if "photo" in changed else self.photos_added
        return replace(row, image_urls=tuple(dict.fromkeys((*row.image_urls, *photos))), **facts)


def _replaces(name: str, row: Listing) -> bool:
    """Whether the page's fact took the place of one that the row had."""
    return getattr(row, name) is not None


def _shown(row: Listing) -> dict[RowPart, object]:
    return {
        "title": row.title,
        "price": row.price,
        # The same photo is shown in several sizes.
        "photo": unsized_url(row.image_urls[0]) if row.image_urls else None,
        "seller": row.seller,
    }
