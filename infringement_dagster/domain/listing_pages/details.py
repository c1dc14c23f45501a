"""Facts that only a listing's own page tells."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

BULLETS_MAX: Final = 20
SPECIFICS_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class ListingDetails:
    """Facts of a page beside those that every listing has; `None` and empty: it told none."""

    bullets: tuple[str, ...] = ()
    specifics: tuple[tuple[str, str], ...] = ()  # label and value, in the page's order
    gtin: str | None = None  # 8, 12, 13 or 14 digits, its check digit right
    mpn: str | None = None  # the maker's own number or model
    availability: str | None = None  # in the marketplace's words
    item_count: int | None = None  # so many are offered
    seller_rating_percent: float | None = None  # of ratings that are positive
    seller_review_count: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, fact.name) not in (None, ()) for fact in fields(self))


def gtin_of(written: str | None) -> str | None:
    """The GTIN in a text such as "EAN 4006381333931"; None where its check digit is wrong."""
    digits = "".join(letter for letter in (written or "") if letter in "0123456789")
    if len(digits) not in (8, 12, 13, 14) or not int(digits):
        return None
    *body, check = map(int, digits)
    weighed = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body[::-1]))
    return digits if (weighed + check) % 10 == 0 else None
