"""eBay's names of its sites, which all its APIs share."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

# Where eBay documents both `item_summary` and `item`.
MARKETPLACE_IDS: Final = {
    "com": "EBAY_US",
    "ca": "EBAY_CA",
    "co.uk": "EBAY_GB",
    "ie": "EBAY_IE",
    "de": "EBAY_DE",
    "at": "EBAY_AT",
    "fr": "EBAY_FR",
    "it": "EBAY_IT",
    "es": "EBAY_ES",
    "nl": "EBAY_NL",
    "be": "EBAY_BE",
    "ch": "EBAY_CH",
    "pl": "EBAY_PL",
    "com.au": "EBAY_AU",
    "com.hk": "EBAY_HK",
    "com.sg": "EBAY_SG",
}


def marketplace_id_of(listing_url: str) -> str:
    """The site that shows the listing; that of the United States where its address names none."""
    host = urlsplit(listing_url).hostname or ""
    _, _, tld = host.rpartition("ebay.")
    return MARKETPLACE_IDS.get(tld, MARKETPLACE_IDS["com"])
