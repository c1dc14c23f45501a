"""Whether a listing can be kept as a plug-in told it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from infringement_dagster.domain.listing import CONDITIONS, Listing, Price
from infringement_dagster.domain.listing_pages.details import (
    BULLETS_MAX,
    SPECIFICS_MAX,
    ListingDetails,
    gtin_of,
)
from infringement_dagster.domain.provider import ProviderDescription
from resources.providers.reading import COUNT_MAX, NUMBER_MAX, TITLE_MAX_CHARS
from resources.text import URL_MAX_CHARS, is_plain_line

ID_MAX_CHARS = 500  # as the database checks it
TEXT_MAX_CHARS = 4000
DETAIL_MAX_CHARS = 500
RATING_MAX = 5
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def fault_of(listing: Listing, provider: ProviderDescription) -> str | None:
    """The first reason why the listing cannot be kept, None where there is none."""
    try:
        return next(_faults(listing, provider), None)
    except (TypeError, ValueError, AttributeError) as error:
        return f"a value of the wrong kind ({error})"


def _faults(listing: Listing, provider: ProviderDescription) -> Iterator[str]:
    if listing.provider != provider.name:
        yield f"it is a listing of {listing.provider!r}"
    if not 0 < len(listing.listing_id) <= ID_MAX_CHARS:
        yield f"its id has {len(listing.listing_id)} characters, not 1 to {ID_MAX_CHARS}"
    if not 0 < len(listing.title) <= TITLE_MAX_CHARS:
        yield f"its title has {len(listing.title)} characters, not 1 to {TITLE_MAX_CHARS}"
    yield from _text_faults(listing)
    if listing.price is not None:
        yield from _price_faults(listing.price)
    yield from _number_faults(listing)
    if listing.details is not None:
        yield from _detail_faults(listing.details)


def _text_faults(listing: Listing) -> Iterator[str]:
    for name, text in _texts(listing).items():
        if not is_plain_line(text) or len(text) > TEXT_MAX_CHARS:
            yield f"its {name} holds controls, or more than {TEXT_MAX_CHARS} characters"
    for url in (listing.url, *listing.image_urls):
        if not is_plain_line(url) or len(url) > URL_MAX_CHARS or not _ADDRESS.fullmatch(url):
            yield f"{url[:80]!r} is no http(s) address of at most {URL_MAX_CHARS} characters"


def _texts(listing: Listing) -> dict[str, str]:
    seller = listing.seller
    texts = {
        "id": listing.listing_id,
        "title": listing.title,
        "seller": seller.name if seller else None,
        "seller's id": seller.seller_id if seller else None,
        "brand": listing.brand,
        "category": listing.category,
        "description": listing.description,
        "shipping place": listing.ships_from,
    }
    return {name: text for name, text in texts.items() if text is not None}


def _detail_faults(details: ListingDetails) -> Iterator[str]:
    told = (details.gtin, details.mpn, details.availability)
    labelled = (text for pair in details.specifics for text in pair)
    for text in (*filter(None, told), *details.bullets, *labelled):
        if not is_plain_line(text) or not 0 < len(text) <= DETAIL_MAX_CHARS:
            yield f"a detail holds controls, nothing, or more than {DETAIL_MAX_CHARS} characters"
    if len(details.bullets) > BULLETS_MAX or len(details.specifics) > SPECIFICS_MAX:
        yield f"it has more than {BULLETS_MAX} points or {SPECIFICS_MAX} specifics"
    if details.gtin is not None and gtin_of(details.gtin) != details.gtin:
        yield f"its GTIN {details.gtin!r} has no right check digit"
    percent = details.seller_rating_percent
    if percent is not None and not 0 <= percent <= 100:
        yield f"its seller's rating {percent} is not within 0 and 100 %"
    for count in (details.item_count, details.seller_review_count):
        if count is not None and not 0 <= count <= COUNT_MAX:
            yield f"its {count} items or reviews cannot be counted"


def _price_faults(price: Price) -> Iterator[str]:
    bounds = (price.low, price.high)
    if not all(isinstance(bound, Decimal) and bound.is_finite() for bound in bounds):
        yield "its price is no finite Decimal"
    elif not 0 < price.low <= price.high <= NUMBER_MAX:
        yield f"its price {price.low} to {price.high} is no range above 0"
    if not re.fullmatch(r"[A-Z]{3}", price.currency):
        yield f"its currency {price.currency!r} is no ISO 4217 code"


def _number_faults(listing: Listing) -> Iterator[str]:
    if listing.rating is not None and not 0 <= listing.rating <= RATING_MAX:
        yield f"its rating {listing.rating} is not within 0 and {RATING_MAX}"
    if listing.review_count is not None and not 0 <= listing.review_count <= COUNT_MAX:
        yield f"its {listing.review_count} reviews cannot be counted"
    if listing.condition is not None and listing.condition not in CONDITIONS:
        yield f"its condition {listing.condition!r} is none of {', '.join(CONDITIONS)}"
