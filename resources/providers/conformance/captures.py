"""Saved answers of a provider, as a folder holds them.

A page of results is `NAME-search-WORDS-pageN.json`. The answers about one listing's own pages are
`NAME-listing-ID-K.json`, K counting the questions from 1. Underscores of NAME are hyphens.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from resources.providers.reading import Json, parse_document

_PAGE = re.compile(r"page(\d{1,4})")


class NoCaptures(PermanentError):
    """There is no saved page of results of the provider, or one that cannot be read."""


@dataclass(frozen=True, slots=True)
class SearchCapture:
    """One saved page of results."""

    file: str
    page: int
    document: Json


@dataclass(frozen=True, slots=True)
class ListingCapture:
    """The saved answers about one listing, by the number of their question."""

    listing_id: str
    documents: dict[int, Json]


@dataclass(frozen=True, slots=True)
class Captures:
    """All that a folder holds of one provider."""

    pages: tuple[SearchCapture, ...]
    listings: tuple[ListingCapture, ...] = ()


def captures_in(folder: Path, provider: Provider) -> Captures:
    """The saved answers of the provider; raises `NoCaptures`."""
    prefix = provider.replace("_", "-")
    pages = tuple(_pages(folder, f"{prefix}-search-"))
    if not pages:
        raise NoCaptures(
            f"{folder} holds no page of {provider}: save at least one answer there as "
            f"{prefix}-search-WORDS-page1.json"
        )
    return Captures(pages, tuple(_listings(folder, f"{prefix}-listing-")))


def _pages(folder: Path, prefix: str) -> Iterator[SearchCapture]:
    for path in _files(folder, prefix):
        numbered = _PAGE.search(path.name)
        yield SearchCapture(path.name, int(numbered[1]) if numbered else 1, _document(path))


def _listings(folder: Path, prefix: str) -> Iterator[ListingCapture]:
    found: dict[str, dict[int, Json]] = defaultdict(dict)
    for path in _files(folder, prefix):
        listing_id, _, number = path.stem.removeprefix(prefix).rpartition("-")
        if not listing_id or not number.isdecimal():
            raise NoCaptures(f"{path.name} is not named {prefix}ID-K.json, K its question's number")
        found[listing_id][int(number)] = _document(path)
    return (ListingCapture(listing_id, documents) for listing_id, documents in found.items())


def _files(folder: Path, prefix: str) -> Iterator[Path]:
    for path in sorted(folder.glob(f"{prefix}*.json")):
        twin = path.with_name(path.name.replace(".utf8.json", ".json"))
        if twin == path or not twin.exists():  # of two, the one byte for byte
            yield path


def _document(path: Path) -> Json:
    try:
        return parse_document(path.read_bytes())
    except ValueError as error:
        raise NoCaptures(f"{path.name} is not JSON ({error}): save the answer as it came") from None
