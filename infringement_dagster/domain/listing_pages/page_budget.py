"""How many listings' own pages a scan may read at one provider; pure."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.domain.client import Search


@dataclass(frozen=True, slots=True)
class PageBudget:
    """So many pages of listings, and so many credits for them, a scan may spend at one provider."""

    pages_max: int
    credits_max: int
    page_credits: int  # for all pages of one listing

    @property
    def pages(self) -> int:
        """How many listings' pages may be read."""
        if self.page_credits <= 0:
            return max(0, self.pages_max)
        return max(0, min(self.pages_max, self.credits_max // self.page_credits))

    @property
    def credits(self) -> int:
        """The most that they cost together."""
        return self.pages * self.page_credits

    def after(self, pages_read: int) -> PageBudget:
        """The rest of it once the scan has read so many of the listings' pages."""
        credits_left = max(0, self.credits_max - pages_read * self.page_credits)
        return PageBudget(max(0, self.pages_max - pages_read), credits_left, self.page_credits)

    def within(self, credits_left: int) -> PageBudget:
        """The same where the scan has so many credits left for all that it still asks."""
        return PageBudget(
            self.pages_max, min(self.credits_max, max(0, credits_left)), self.page_credits
        )


def page_budget(search: Search, page_credits: int | None) -> PageBudget:
    """The budget of the search for listings' own pages; nothing where they have no price."""
    if page_credits is None:
        return PageBudget(0, 0, 0)
    most = search.details_credits_max
    unbounded = search.details_max * page_credits
    return PageBudget(search.details_max, unbounded if most is None else most, page_credits)
