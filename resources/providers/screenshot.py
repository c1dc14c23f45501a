"""A screenshot of any listing's page, rendered by ScraperAPI at the listing's own address.

`screenshot=true` renders the page, so it costs as a rendered one does: 15 credits at Amazon and
Walmart, 35 at Google, 10 elsewhere, as documented. The screenshot is a PNG at an address of the
vendor's that the header `sa-screenshot` names.
"""

from __future__ import annotations

from infringement_dagster.domain.provider import Marketplace
from resources.providers.plug_in import SCRAPERAPI, Question, Vendor

RENDERER: Vendor = SCRAPERAPI
ENDPOINT = "screenshot"  # in the books; the vendor is asked at its root


def screenshot_question(address: str, place: Marketplace | None, credits_most: int) -> Question:
    """The question, as asked from the site's country, at no more than those credits."""
    params = {"url": address, "screenshot": "true"}
    if place is not None:
        params["country_code"] = place.country_code
    return Question(ENDPOINT, params, credits_most, is_rendered=True)
