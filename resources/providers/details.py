"""Fetching what a search row does not say, for the few listings that are worth its price."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from infringement_dagster.domain.listing import Listing
from resources.batching import read_ahead
from resources.providers.amazon_details import (
    OFFERS_ENDPOINT,
    PRODUCT_ENDPOINT,
    enrich,
    read_offers,
    read_product,
)
from resources.providers.marketplaces import Marketplace, marketplace
from resources.providers.search import Failed
from resources.providers.vendor import (
    AccountRefused,
    Answer,
    Charge,
    ScraperApi,
    VendorError,
)


@dataclass(frozen=True, slots=True)
class Details:
    """A listing with whatever its pages added, and the pages that could not be read."""

    listing: Listing
    failed: tuple[Failed, ...] = ()
    charges: tuple[Charge, ...] = ()
    contents: tuple[bytes, ...] = ()  # as the vendor sent them
    unread_fields: Counter[str] = field(default_factory=Counter)


async def fetch_amazon_details(
    vendor: ScraperApi, candidates: Iterable[Listing], *, tld: str = "com", listings_max: int = 20
) -> AsyncGenerator[Details, None]:
    """The first `listings_max` candidates with brand, seller and further photos, in their order.

    Each costs two requests. Once the account was refused, nothing more is asked and the rest fails.
    """
    place = marketplace(tld)
    refusals: list[AccountRefused] = []
    pending: deque[Callable[[], Coroutine[Any, Any, Details]]] = deque(
        partial(_details, vendor, refusals, listing, place)
        for listing in islice(candidates, listings_max)
    )
    async with aclosing(read_ahead(pending, vendor.concurrency)) as results:
        async for details in results:
            yield details


async def _details(
    vendor: ScraperApi, refusals: list[AccountRefused], listing: Listing, place: Marketplace
) -> Details:
    answers = [
        await _ask(vendor, refusals, end, listing, place)
        for end in (PRODUCT_ENDPOINT, OFFERS_ENDPOINT)
    ]
    documents = [answer.document if isinstance(answer, Answer) else None for answer in answers]
    product, offers = read_product(documents[0], place), read_offers(documents[1], place)
    return Details(
        listing=enrich(listing, product, offers),
        failed=tuple(_failures(listing, answers)),
        charges=tuple(charge for answer in answers for charge in answer.charges),
        contents=tuple(answer.content for answer in answers if isinstance(answer, Answer)),
        unread_fields=product.unread_fields + offers.unread_fields,
    )


async def _ask(
    vendor: ScraperApi,
    refusals: list[AccountRefused],
    endpoint: str,
    listing: Listing,
    place: Marketplace,
) -> Answer | VendorError:
    if refusals:
        return AccountRefused(refusals[0].reason, f"not asked: {refusals[0]}")
    params = {"asin": listing.listing_id, "tld": place.tld, "country_code": place.country_code}
    try:
        return await vendor.structured(endpoint, params)
    except AccountRefused as error:
        refusals.append(error)
        return error
    except VendorError as error:
        return error


def _failures(listing: Listing, answers: Iterable[Answer | VendorError]) -> Iterable[Failed]:
    for endpoint, answer in zip((PRODUCT_ENDPOINT, OFFERS_ENDPOINT), answers, strict=True):
        key = f"{endpoint} of {listing.listing_id}"
        if isinstance(answer, VendorError):
            yield Failed(key, answer.reason, str(answer))
        elif answer.status == 404:
            yield Failed(key, "not_found", "the provider knows no such page")
