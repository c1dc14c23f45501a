"""The checks of listings' own pages."""

from __future__ import annotations

from collections.abc import Iterator

from infringement_dagster.domain.listing import Listing
from resources.providers.conformance.altered import (
    HOSTILE,
    NO_PAGES,
    UNHEARD_OF,
    places_in,
    with_value,
)
from resources.providers.conformance.captures import ListingCapture
from resources.providers.conformance.checks import question_faults
from resources.providers.conformance.subject import Subject
from resources.providers.plug_in import ListingPages
from resources.providers.reading import Json


def listing_pages(subject: Subject) -> Iterator[str]:
    """A listing's own pages add to it, cost what is described, and make no other listing of it."""
    pages, described = subject.plug_in.listing_pages, subject.plug_in.description
    if pages is None:
        if described.listing_page_credits is not None:
            yield "the description has a price for pages of listings, but none are read"
        return
    if described.listing_page_credits is None:
        yield "pages of listings are read, but the description has no price for them"
    yield from _question_faults(subject, pages, _of_a_search(subject))
    yield from _unanswered(subject, pages)
    for capture in subject.captures.listings:
        yield from _captured(subject, pages, capture)


def _question_faults(subject: Subject, pages: ListingPages, listing: Listing) -> Iterator[str]:
    asked = pages.questions(listing, subject.place)
    for question in asked:
        yield from question_faults(question)
    credits = sum(question.credits for question in asked)
    if credits != subject.plug_in.description.listing_page_credits:
        yield f"a listing's pages are asked for {credits} credits, not what the description says"


def _unanswered(subject: Subject, pages: ListingPages) -> Iterator[str]:
    """Pages that were not answered, or are none, change nothing about the listing's identity."""
    listing = _of_a_search(subject)
    number = len(pages.questions(listing, subject.place))
    if pages.read(listing, [None] * number, subject.place).listing != listing:
        yield "pages that were not answered change the listing"
    for document in NO_PAGES:
        read = pages.read(listing, [document] * number, subject.place)
        yield from _kept(subject, listing, read.listing, f"with {document!r} as its pages")


def _captured(subject: Subject, pages: ListingPages, capture: ListingCapture) -> Iterator[str]:
    listing = _listing(subject, capture.listing_id)
    questions = pages.questions(listing, subject.place)
    documents = [capture.documents.get(number) for number in range(1, len(questions) + 1)]
    read = pages.read(listing, documents, subject.place)
    for name, times in read.unread_fields.items():
        yield f"{capture.listing_id}: {name} ({times} times) is neither read nor ignored by name"
    yield from _kept(subject, listing, read.listing, f"{capture.listing_id}: as it was saved")
    for number, document in enumerate(documents):
        yield from _unknown_fields(subject, pages, listing, documents, number)
        for place in places_in(document):
            for value in HOSTILE:
                odd = [*documents]
                odd[number] = with_value(document, place, value)
                found = pages.read(listing, odd, subject.place).listing
                what = f"{capture.listing_id}: with {'.'.join(place)} {str(value)[:40]!r}"
                yield from _kept(subject, listing, found, what)


def _unknown_fields(
    subject: Subject, pages: ListingPages, listing: Listing, documents: list[Json], number: int
) -> Iterator[str]:
    document = documents[number]
    if not isinstance(document, dict):
        return
    told = [*documents]
    told[number] = document | {UNHEARD_OF: "x"}
    unread = pages.read(listing, told, subject.place).unread_fields
    if not any(name.endswith(UNHEARD_OF) for name in unread):
        yield f"an unknown field of the page of question {number + 1} is not reported"


def _kept(subject: Subject, before: Listing, after: Listing, what: str) -> Iterator[str]:
    if (before.provider, before.listing_id) != (after.provider, after.listing_id):
        yield f"{what} it becomes listing {after.listing_id!r}"
    yield from (f"{what}: {fault}" for fault in subject.faults([after]))


def _listing(subject: Subject, listing_id: str) -> Listing:
    """The listing as a search found it, else one of which nothing is known but its id."""
    name = subject.plug_in.description.name
    bare = Listing(name, listing_id, listing_id, f"https://listing.example/{listing_id}")
    found = (listing for listing in _of_searches(subject) if listing.listing_id == listing_id)
    return next(found, bare)


def _of_a_search(subject: Subject) -> Listing:
    return next(_of_searches(subject), _listing(subject, "1"))


def _of_searches(subject: Subject) -> Iterator[Listing]:
    for capture in subject.captures.pages:
        yield from subject.listings(capture.document, capture.page)
