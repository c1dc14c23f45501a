"""Country, language and currency of a provider's top-level domain."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.domain.errors import PermanentError


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One national site of a provider."""

    tld: str
    currency: str  # ISO 4217
    country_code: str  # as the vendor's geotargeting spells it


class UnknownMarketplace(PermanentError):
    """A top-level domain whose currency is not known."""


_CURRENCY_AND_COUNTRY = {
    "com": ("USD", "us"),
    "ca": ("CAD", "ca"),
    "com.mx": ("MXN", "mx"),
    "com.br": ("BRL", "br"),
    "co.uk": ("GBP", "uk"),
    "ie": ("EUR", "ie"),
    "de": ("EUR", "de"),
    "at": ("EUR", "at"),
    "fr": ("EUR", "fr"),
    "it": ("EUR", "it"),
    "es": ("EUR", "es"),
    "nl": ("EUR", "nl"),
    "be": ("EUR", "be"),
    "com.be": ("EUR", "be"),
    "ch": ("CHF", "ch"),
    "se": ("SEK", "se"),
    "pl": ("PLN", "pl"),
    "com.tr": ("TRY", "tr"),
    "ae": ("AED", "ae"),
    "sa": ("SAR", "sa"),
    "eg": ("EGP", "eg"),
    "co.za": ("ZAR", "za"),
    "in": ("INR", "in"),
    "co.in": ("INR", "in"),
    "co.jp": ("JPY", "jp"),
    "cn": ("CNY", "cn"),
    "sg": ("SGD", "sg"),
    "com.sg": ("SGD", "sg"),
    "com.hk": ("HKD", "hk"),
    "com.my": ("MYR", "my"),
    "ph": ("PHP", "ph"),
    "com.au": ("AUD", "au"),
}


def marketplace(tld: str) -> Marketplace:
    """The marketplace under a top-level domain.

    Raises `UnknownMarketplace`.
    """
    found = _CURRENCY_AND_COUNTRY.get(tld)
    if found is None:
        known = ", ".join(_CURRENCY_AND_COUNTRY)
        raise UnknownMarketplace(f"marketplace {tld!r} is not known; use one of: {known}")
    currency, country_code = found
    return Marketplace(tld, currency, country_code)
