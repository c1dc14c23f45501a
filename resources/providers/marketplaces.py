"""Currency and country of the sites that shops have under national top-level domains."""

from __future__ import annotations

from collections.abc import Mapping

from infringement_dagster.domain.provider import Marketplace

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
CURRENCIES = frozenset(currency for currency, _ in _CURRENCY_AND_COUNTRY.values())


def marketplaces(*tlds: str) -> Mapping[str, Marketplace]:
    """The sites under these top-level domains, under all known ones where none is named."""
    named = tlds or tuple(_CURRENCY_AND_COUNTRY)
    return {tld: Marketplace(tld, *_CURRENCY_AND_COUNTRY[tld]) for tld in named}
