"""Names, amounts, times and percentages as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Protocol

PROVIDERS: Final = {
    "amazon": "Amazon",
    "ebay": "eBay",
    "walmart": "Walmart",
    "google_shopping": "Google Shopping",
}
VIOLATIONS: Final = {
    "counterfeit_suspicion": "Suspected counterfeit",
    "keyword_squat": "Brand name misused",
    "stolen_photo": "Copied photo",
    "grey_market": "Unauthorised resale",
    "accessory": "Accessory",
}
RELATIONS: Final = {"same_seller": "the same seller", "same_photo": "the same photo"}
DECISIONS: Final = {
    "infringing": "Infringing",
    "not_infringing": "Not infringing",
    "unsure": "Unsure",
}


class Priced(Protocol):
    """Whatever has a price, as listings and cases do."""

    @property
    def price_low(self) -> Decimal | None:
        """The lowest price."""
        ...

    @property
    def price_high(self) -> Decimal | None:
        """The highest price."""
        ...

    @property
    def currency(self) -> str | None:
        """ISO 4217."""
        ...


def provider_name(provider: str) -> str:
    """The marketplace's name."""
    return PROVIDERS.get(provider, provider)


def violation_name(violation_type: str | None) -> str:
    """The kind of violation."""
    return VIOLATIONS.get(violation_type or "", violation_type or "Unclassified")


def decision_name(decision: str) -> str:
    """The decision."""
    return DECISIONS.get(decision, decision)


def price(priced: Priced) -> str:
    """The price or price range; "no price" where the provider gave none."""
    if priced.price_low is None or priced.price_high is None:
        return "no price"
    if priced.price_low == priced.price_high:
        return f"{amount(priced.price_low)} {priced.currency}"
    return f"{amount(priced.price_low)}\N{EN DASH}{amount(priced.price_high)} {priced.currency}"


def amount(value: Decimal) -> str:
    """Money with its cents; amounts that no shop asks for as powers of ten."""
    return f"{value:,.2f}" if value < 10**9 else f"{value:.2e}"


def percent(share: float) -> str:
    """A share as whole per cent, never rounded to a certainty that it is not."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def day(moment: date) -> str:
    """The day, UTC."""
    return f"{moment:%-d %b %Y}"


def minute(moment: datetime) -> str:
    """The minute, UTC."""
    return f"{moment:%-d %b %Y, %H:%M} UTC"


def count(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}"


def shortened(text: str, most: int) -> str:
    """The text, cut where it is longer than so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def web_address(url: str) -> str:
    """The address when a browser may follow it: http or https; empty otherwise."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def json_text(value: object) -> str:
    """The value as it stands in a document; "nothing" for an absent one."""
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "provider_name": provider_name,
    "violation_name": violation_name,
    "decision_name": decision_name,
    "price": price,
    "amount": amount,
    "percent": percent,
    "day": day,
    "minute": minute,
    "count": count,
    "shortened": shortened,
    "web_address": web_address,
    "json_text": json_text,
}
