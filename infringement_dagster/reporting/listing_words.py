"""Marketplaces, kinds of violation, prices and probabilities as people read them, on any page."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, Protocol

from babel.numbers import format_currency, get_currency_symbol

from resources.providers.registry import installed

VIOLATIONS: Final = {
    "counterfeit_suspicion": "Suspected counterfeit",
    "keyword_squat": "Brand name misused",
    "stolen_photo": "Copied photo",
    "grey_market": "Unauthorised resale",
    "accessory": "Accessory",
}
_LOCALE: Final = "en"
_APART: Final = "¤\N{NO-BREAK SPACE}#,##0.00"  # CHF 12.00, but €12.00
_AMOUNT_MAX: Final = 10**9


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
    return installed().title(provider)


def violation_name(violation_type: str | None) -> str:
    """The kind of violation."""
    return VIOLATIONS.get(violation_type or "", violation_type or "Unclassified")


def price(priced: Priced) -> str:
    """The price or price range; "no price" where the provider gave none."""
    return price_given(priced, _LOCALE) or "no price"


def price_given(priced: Priced, language: str) -> str | None:
    """The price or price range that the provider gave, if it gave one."""
    if priced.price_low is None or priced.price_high is None:
        return None
    low = money(priced.price_low, priced.currency, language)
    if priced.price_low == priced.price_high:
        return low
    return f"{low}\N{EN DASH}{money(priced.price_high, priced.currency, language)}"


def money(value: Decimal, currency: str | None, language: str = _LOCALE) -> str:
    """Money as people write it, such as €9.90 or ¥1,200; what no shop asks for as powers of ten."""
    if value >= _AMOUNT_MAX or currency is None:
        return f"{value:.2e} {currency or ''}".rstrip()
    is_word = get_currency_symbol(currency, locale=language)[-1].isalpha()
    apart = _APART if is_word and language == _LOCALE else None  # elsewhere it is set apart anyway
    return format_currency(value, currency, apart, locale=language)


def whole_percent(share: float) -> str:
    """A share as whole per cent, rounded."""
    return f"{share:.0%}"


def percent(share: float, rounded: Callable[[float], str] = whole_percent) -> str:
    """A share as whole per cent, never rounded to a certainty that it is not."""
    if 0 < share < 0.01:
        return f"<{rounded(0.01)}"
    return f">{rounded(0.99)}" if 0.99 < share < 1 else rounded(share)


def shortened(text: str, most: int) -> str:
    """The text, cut where it is longer than so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
