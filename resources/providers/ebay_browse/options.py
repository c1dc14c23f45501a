"""Options of a search under the names that they have at the other vendor, in eBay's own syntax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from infringement_dagster.domain.provider import SearchOption
from resources.providers.plug_in import Question

# Without it eBay leaves auctions out.
BOTH_WAYS_TO_BUY: Final = "buyingOptions:{FIXED_PRICE|AUCTION|BEST_OFFER}"
_SORTS: Final = {
    "newly_listed": "newlyListed",
    "ending_soonest": "endingSoonest",
    "price_lowest": "price",
    "price_highest": "-price",
}
SEARCH_OPTIONS: Final = {
    "seller_id": SearchOption("Only of this seller", pattern=r"[\w.*-]{1,64}"),
    "condition": SearchOption("Only in this condition", ("new", "used", "unspecified")),
    "sort_by": SearchOption("In this order", tuple(_SORTS)),
    "items_per_page": SearchOption("Rows a page", ("60", "120", "200")),
    "category_ids": SearchOption("Only in these categories", pattern=r"\d{1,12}(,\d{1,12}){0,9}"),
}


def with_options(question: Question, options: Mapping[str, str]) -> Question:
    """The question narrowed and ordered; another page length moves where its page begins."""
    params = {**question.params}
    filters = [params["filter"]]
    if "seller_id" in options:
        filters.append(f"sellers:{{{options['seller_id']}}}")
    if "condition" in options:
        filters.append(f"conditions:{{{options['condition'].upper()}}}")
    params["filter"] = ",".join(filters)
    if options.get("sort_by") in _SORTS:
        params["sort"] = _SORTS[options["sort_by"]]
    if "category_ids" in options:
        params["category_ids"] = options["category_ids"]
    if "items_per_page" in options:
        pages_before = int(params["offset"]) // int(params["limit"])
        params["limit"] = options["items_per_page"]
        params["offset"] = str(pages_before * int(params["limit"]))
    return replace(question, params=params)
