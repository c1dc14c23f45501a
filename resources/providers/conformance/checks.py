"""The checks of pages of results, each a question to a plug-in over saved answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from infringement_dagster.domain.listing import Listing, Price
from resources.providers.conformance.altered import (
    HOSTILE,
    NO_PAGES,
    NO_ROWS,
    UNHEARD_OF,
    Place,
    changed,
    first_rows,
    places_in,
    rows_of,
    with_unknown_fields,
    with_value,
)
from resources.providers.conformance.captures import SearchCapture
from resources.providers.conformance.subject import Subject
from resources.providers.plug_in import Question
from resources.providers.reading import Json

_ROWS_ALTERED = 3  # each costs fields x hostile values readings of a page
_WRITTEN: Final = ("$1,299.00", "1.299,00 \u20ac")
_WRITTEN_AMOUNT: Final = Decimal(1299)


def questions(subject: Subject) -> Iterator[str]:
    """Pages, queries and marketplaces are asked for apart, at the price that is described."""
    plug_in, place = subject.plug_in, subject.place
    first = plug_in.search_question(place, "mug & cup", 1)
    yield from question_faults(first)
    if first.credits != plug_in.description.search_page_credits:
        yield f"a page is asked for {first.credits} credits, not what the description says"
    clashing = sorted(set(first.params) & set(plug_in.description.search_options))
    if clashing:
        yield f"its options {', '.join(clashing)} are parameters of its questions already"
    others = {"another query": plug_in.search_question(place, "bottle", 1)}
    if plug_in.description.search_pages_max != 1:
        others["page 2"] = plug_in.search_question(place, "mug & cup", 2)
    for site in plug_in.description.marketplaces.values():
        if site != place:
            others[f"marketplace {site.tld}"] = plug_in.search_question(site, "mug & cup", 1)
    for what, other in others.items():
        if (first.endpoint, first.told) == (other.endpoint, other.told):
            yield f"{what} is asked for by the same question"


def question_faults(question: Question) -> Iterator[str]:
    """Why a question could not be asked."""
    if not question.endpoint or question.endpoint.startswith("/"):
        yield f"its endpoint {question.endpoint!r} is empty or begins with a slash"
    wrong = [name for name, value in question.params.items() if not isinstance(value, str)]
    if wrong:
        yield f"its parameters {', '.join(wrong)} are no text"


def fields(subject: Subject) -> Iterator[str]:
    """Every field is read, ignored by name, or reported as unread."""
    for capture in subject.captures.pages:
        for name, times in subject.read(capture.document, capture.page).unread_fields.items():
            yield f"{capture.file}: {name} ({times} times) is neither read nor ignored by name"
        document, objects = with_unknown_fields(capture.document)
        told = subject.read(document, capture.page).unread_fields
        found = sum(times for name, times in told.items() if name.endswith(UNHEARD_OF))
        if found < objects:
            yield f"{capture.file}: of {objects} unknown fields only {found} are reported"


def rows(subject: Subject) -> Iterator[str]:
    """Every row becomes a listing that can be kept, or is skipped with a reason."""
    for capture in subject.captures.pages:
        page = subject.read(capture.document, capture.page)
        listings = [row for row in page.rows if isinstance(row, Listing)]
        there = len(rows_of(capture.document))
        if not listings:
            yield f"{capture.file}: none of its {there} rows becomes a listing"
        if len(page.rows) < there:
            yield f"{capture.file}: {there - len(page.rows)} of {there} rows are not accounted for"
        for fault in subject.faults(listings):
            yield f"{capture.file}: {fault}"


def paging(subject: Subject) -> Iterator[str]:
    """Later pages are later, each named once and in order."""
    for capture in subject.captures.pages:
        later = subject.read(capture.document, capture.page).later_pages
        if any(second <= first for first, second in pairwise((capture.page, *later))):
            yield f"{capture.file}: page {capture.page} is followed by {list(later)}"


def money(subject: Subject) -> Iterator[str]:
    """Prices are read exactly, however a number is written."""
    prices = [listing.price for listing in _captured(subject)]
    if not any(prices):
        yield "no listing has a price: is it read?"
    for capture in subject.captures.pages:
        for place, row, listing in _altered_rows(subject, capture):
            for written in _WRITTEN:
                read = subject.listings(_alone(capture, with_value(row, place, written)))
                for price in (found.price for found in read):
                    if not _is_exact(price, listing.price):
                        yield f"{capture.file}: {_named(place)} {written!r} is read as {price}"


def _is_exact(price: Price | None, before: Price | None) -> bool:
    """Whether each bound is what was written or what it was."""
    if price is None:
        return True
    known = {_WRITTEN_AMOUNT, *((before.low, before.high) if before else ())}
    return {price.low, price.high} <= known


def identity(subject: Subject) -> Iterator[str]:
    """A listing has one id, whatever page, order or site it is found on."""
    captured = [*_captured(subject)]
    ids = Counter(listing.listing_id for listing in captured)
    if len(ids) * 2 < len(captured):
        yield f"{len(captured)} listings share {len(ids)} ids"
    described = subject.plug_in.description
    for listing in captured:
        named = described.listing_id_in(listing.url)
        if described.listing_urls and named != listing.listing_id:
            yield f"listing {listing.listing_id!r}: its address {listing.url} names {named!r}"
    for capture in subject.captures.pages:
        before = _ids(subject, capture.document, capture.page)
        turned = changed(capture.document, lambda rows: rows.reverse())
        if before != _ids(subject, turned, capture.page):
            yield f"{capture.file}: in another order its listings have other ids"
        if before != _ids(subject, capture.document, capture.page + 6):
            yield f"{capture.file}: as another page its listings have other ids"


def hostile_values(subject: Subject) -> Iterator[str]:
    """Nothing that a page holds makes the plug-in raise, lose a row or tell what cannot be kept."""
    for document in NO_PAGES:
        yield from subject.faults(subject.listings(document))
    for capture in subject.captures.pages:
        yield from _odd_rows(subject, capture)
        for place, row, _ in _altered_rows(subject, capture):
            for value in HOSTILE:
                document = _alone(capture, with_value(row, place, value))
                what = f"{capture.file}: with {_named(place)} {str(value)[:40]!r}"
                page = subject.read(document)
                if not page.rows:
                    yield f"{what} the row is lost"
                listings = [found for found in page.rows if isinstance(found, Listing)]
                yield from (f"{what}: {fault}" for fault in subject.faults(listings))


def _odd_rows(subject: Subject, capture: SearchCapture) -> Iterator[str]:
    few = first_rows(capture.document, _ROWS_ALTERED)
    before = len(subject.read(few).rows)
    odd = changed(few, lambda rows: rows.extend(NO_ROWS))
    lost = before + len(NO_ROWS) - len(subject.read(odd).rows)
    if lost:
        yield f"{capture.file}: of {len(NO_ROWS)} rows that are none, {lost} are not accounted for"


def _altered_rows(
    subject: Subject, capture: SearchCapture
) -> Iterator[tuple[Place, Json, Listing]]:
    """Each place of the first rows that become listings, with the row and its listing."""
    taken = 0
    for row in rows_of(capture.document):
        listings = subject.listings(_alone(capture, row))
        if listings and taken < _ROWS_ALTERED:
            taken += 1
            yield from ((place, row, listings[0]) for place in places_in(row))


def _alone(capture: SearchCapture, row: Json) -> Json:
    """The page with this row only."""

    def replace(rows: list[Json]) -> None:
        rows[:] = [row]

    return changed(capture.document, replace)


def _captured(subject: Subject) -> Iterator[Listing]:
    for capture in subject.captures.pages:
        yield from subject.listings(capture.document, capture.page)


def _ids(subject: Subject, document: Json, page: int) -> Counter[str]:
    return Counter(listing.listing_id for listing in subject.listings(document, page))


def _named(place: Sequence[str]) -> str:
    return ".".join(place)
