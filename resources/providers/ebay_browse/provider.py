"""The provider `ebay` as eBay's own Browse API reads it.

A call costs no credits: eBay counts calls, 5,000 a day unless it has raised them. So what a page
costs is 0, and the books have a row for each call.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Final

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.providers.ebay_browse.items import item_endpoint, read_item
from resources.providers.ebay_browse.marketplace_ids import MARKETPLACE_IDS
from resources.providers.ebay_browse.options import BOTH_WAYS_TO_BUY, SEARCH_OPTIONS, with_options
from resources.providers.ebay_browse.refusals import read_refusal
from resources.providers.ebay_browse.summaries import PAGE_ROWS, PROVIDER_NAME, read_page
from resources.providers.marketplaces import marketplaces
from resources.providers.plug_in import (
    ListingPages,
    PhotoSearch,
    ProviderPlugIn,
    Question,
    TokenEndpoint,
    Vendor,
)
from resources.providers.scraperapi import ebay

TOKENS_AT: Final = "/identity/v1/oauth2/token"  # of all of eBay's APIs
SEARCH_ENDPOINT: Final = "item_summary/search"
PHOTO_ENDPOINT: Final = "item_summary/search_by_image"
_SEARCHED_BY_PHOTO: Final = frozenset({"com", "co.uk", "de", "com.au"})

DESCRIPTION = ProviderDescription(
    name=PROVIDER_NAME,
    title=ebay.DESCRIPTION.title,
    marketplaces=marketplaces(*MARKETPLACE_IDS),
    search_page_credits=0,
    listing_page_credits=0,
    search_options=SEARCH_OPTIONS,
    listing_urls=ebay.DESCRIPTION.listing_urls,
)
EBAY_BROWSE = Vendor(
    "ebay_browse",
    "https://api.ebay.com",
    path="/buy/browse/v1",
    url_setting="EBAY_URL",
    tokens=TokenEndpoint(
        TOKENS_AT,
        "https://api.ebay.com/oauth/api_scope",
        "EBAY_CLIENT_ID",
        "EBAY_CLIENT_SECRET",
    ),
    read_refusal=read_refusal,
    in_sandbox=True,
)


def search_question(place: Marketplace, query: str, page: int) -> Question:
    """The question for one page of words; its offset is a multiple of its limit, as it must be."""
    params = {
        "q": query,
        "limit": str(PAGE_ROWS),
        "offset": str((page - 1) * PAGE_ROWS),
        "filter": BOTH_WAYS_TO_BUY,
    }
    return Question(SEARCH_ENDPOINT, params, 0, _headers(place))


def photo_question(place: Marketplace, photo: bytes) -> Question:
    """The question for listings that look like the photo."""
    body = json.dumps({"image": base64.b64encode(photo).decode()}).encode()
    params = {"limit": str(PAGE_ROWS), "filter": BOTH_WAYS_TO_BUY}
    return Question(PHOTO_ENDPOINT, params, 0, _headers(place), body)


def item_questions(listing: Listing, place: Marketplace) -> Sequence[Question]:
    """The one question for a listing's item."""
    return [Question(item_endpoint(listing), {}, 0, _headers(place))]


def _headers(place: Marketplace) -> dict[str, str]:
    return {"X-EBAY-C-MARKETPLACE-ID": MARKETPLACE_IDS[place.tld]}


PROVIDER = ProviderPlugIn(
    DESCRIPTION,
    search_question=search_question,
    read_search_page=read_page,
    listing_pages=ListingPages(item_questions, read_item),
    vendor=EBAY_BROWSE,
    photo_search=PhotoSearch(photo_question, _SEARCHED_BY_PHOTO),
    with_options=with_options,
)
