"""Listings of a client's other scans and marketplaces, as they bear on the listings of one scan."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from infringement_dagster.domain.listing import Listing, Provider

Verdict = Literal["infringing", "lawful"]

_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class KnownListing:
    """A listing that some scan of the client has seen; a verdict is people's."""

    provider: Provider
    listing_id: str
    title: str
    seller: str | None
    verdict: Verdict | None

    def __str__(self) -> str:
        return f"{self.provider} {self.listing_id}"


@dataclass(frozen=True, slots=True)
class Relisting:
    """Decided listings that this one repeats; at least one of them is infringing."""

    infringing: tuple[KnownListing, ...]
    lawful_count: int
    is_same_seller: bool  # of the infringing ones; else only the photo is the same
    is_same_photo: bool


class Elsewhere:
    """Known listings by their photos, and decided ones by seller and words."""

    def __init__(
        self,
        by_photo: Iterable[tuple[str, KnownListing]] = (),
        decided: Iterable[KnownListing] = (),
    ) -> None:
        """`by_photo` pairs a photo's content hash with a listing that shows it."""
        self._by_photo: defaultdict[str, list[KnownListing]] = defaultdict(list)
        for photo_id, known in by_photo:
            self._by_photo[photo_id].append(known)
        self._by_words: defaultdict[tuple[str, str], list[KnownListing]] = defaultdict(list)
        for known in decided:
            if known.seller is not None:
                self._by_words[known.seller.casefold(), words_of_offer(known.title)].append(known)

    def showing(self, by_photo: Iterable[tuple[str, KnownListing]]) -> Elsewhere:
        """The same decided listings, beside those that show these photos."""
        other = Elsewhere(by_photo)
        other._by_words = self._by_words
        return other

    def sellers_with(self, listing: Listing, photo_ids: Sequence[str]) -> set[str]:
        """Other sellers that show one of the photos, except where people found that lawful."""
        return {
            known.seller
            for known in self._showing(listing, photo_ids)
            if known.seller is not None and known.verdict != "lawful"
        }

    def lawful_with(self, listing: Listing, photo_ids: Sequence[str]) -> set[str]:
        """Other sellers that people found to show one of the photos lawfully."""
        return {
            known.seller
            for known in self._showing(listing, photo_ids)
            if known.seller is not None and known.verdict == "lawful"
        }

    def relisting(self, listing: Listing, photo_ids: Sequence[str]) -> Relisting | None:
        """The decided listings that this one repeats; None where none of them is infringing.

        Those of the same seller, by photo or words, are the stronger reason and come alone.
        """
        with_photo = list(dict.fromkeys(self._showing(listing, photo_ids)))
        seller = None if listing.seller is None else listing.seller.name.casefold()
        own = [item for item in with_photo if item.seller and item.seller.casefold() == seller]
        worded = self._repeated(listing, seller)
        return _relisting([*own, *worded], with_photo, is_same_seller=True) or _relisting(
            with_photo, with_photo, is_same_seller=False
        )

    def _repeated(self, listing: Listing, seller: str | None) -> list[KnownListing]:
        if seller is None:
            return []
        same = self._by_words.get((seller, words_of_offer(listing.title)), [])
        return [known for known in same if not _is_itself(known, listing)]

    def _showing(self, listing: Listing, photo_ids: Sequence[str]) -> Iterator[KnownListing]:
        for photo_id in photo_ids:
            for known in self._by_photo.get(photo_id, ()):
                if not _is_itself(known, listing):
                    yield known


NOWHERE = Elsewhere()


def words_of_offer(title: str) -> str:
    """The title's words alone: a relisted offer changes signs and case before it changes words."""
    return " ".join(_SIGNS.sub(" ", title).casefold().split())


def _relisting(
    alike: Sequence[KnownListing], with_photo: Sequence[KnownListing], *, is_same_seller: bool
) -> Relisting | None:
    known = list(dict.fromkeys(alike))
    infringing = tuple(item for item in known if item.verdict == "infringing")
    if not infringing:
        return None
    lawful_count = sum(item.verdict == "lawful" for item in known)
    return Relisting(infringing, lawful_count, is_same_seller, infringing[0] in with_photo)


def _is_itself(known: KnownListing, listing: Listing) -> bool:
    return (known.provider, known.listing_id) == (listing.provider, listing.listing_id)
