"""Questions that ScraperAPI's search endpoints share."""

from __future__ import annotations

from collections.abc import Callable

from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.providers.plug_in import Question


def search_question(
    endpoint: str, described: ProviderDescription
) -> Callable[[Marketplace, str, int], Question]:
    """How one page of a query is asked for at the endpoint."""

    def question(place: Marketplace, query: str, page: int) -> Question:
        params = {
            "query": query,
            "page": str(page),
            "tld": place.tld,
            "country_code": place.country_code,
        }
        return Question(endpoint, params, described.search_page_credits)

    return question
