"""The demo's two clients: their settings and the product photos that they own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from resources.providers.sandbox.catalogue import SOLD_AT
from resources.providers.sandbox.demo_brands import DEMO_BRANDS, DemoBrand
from resources.providers.sandbox.drafts import product_shots
from resources.providers.sandbox.photos import Photo

ConfigValue: TypeAlias = "str | int | float | bool | list[ConfigValue] | dict[str, ConfigValue]"
PAGES_MAX = 3


@dataclass(frozen=True, slots=True)
class DemoClient:
    """One client as `clients add` would be told about it; photos by file name."""

    client_id: str
    display_name: str
    config: dict[str, ConfigValue]
    reference_photos: Mapping[str, bytes]


def demo_clients(seed: int = 0) -> tuple[DemoClient, ...]:
    """Both demo clients, for the catalogue of the same seed."""
    return tuple(
        DemoClient(brand.client_id, brand.display_name, _config(brand), _photos(brand, seed))
        for brand in DEMO_BRANDS
    )


def _photos(brand: DemoBrand, seed: int) -> dict[str, bytes]:
    return {
        f"{product.model.lower().replace(' ', '-')}-{number}.jpg": Photo(shot, None, 92).encode()
        for product in brand.products
        for number, shot in enumerate(product_shots(brand, product, seed), start=1)
    }


def _config(brand: DemoBrand) -> dict[str, ConfigValue]:
    return {
        "brands": [
            {
                "name": brand.name,
                "aliases": [],
                "misspellings": list(brand.known_misspellings),
                "models": [product.model for product in brand.products],
                "categories": list(brand.category_words),
                "common_word": False,
                "price_floor": {"amount": f"{brand.price_floor_usd}.00", "currency": "USD"},
            }
        ],
        "searches": {provider: _search(brand) for provider in SOLD_AT},
        "fraud_terms": ["replica", "dupe", "AAA quality"],
        "false_hits": list(brand.false_hits),
        "allowed_sellers": [brand.official_seller, *brand.resellers],
        "allowed_listing_ids": [],
        "weights": {},
        "thresholds": {"review": 0.5, "notice_ready": 0.9},
        "rights_holder": _rights_holder(brand),
    }


def _rights_holder(brand: DemoBrand) -> ConfigValue:
    """In whose name notices are drafted, so that the demo's can be submitted to the sandbox."""
    return {
        "name": brand.display_name,
        "address": "1 Demo Street, Portland",
        "email": f"rights@{brand.client_id}.example",
        "phone": "+1 202 555 0100",
        "signatory": f"Brand protection, {brand.display_name}",
        "trademarks": [{"name": brand.name, "number": "1234567", "office": "USPTO"}],
        "copyright_works": [f"product photos of {brand.display_name}"],
    }


def _search(brand: DemoBrand) -> ConfigValue:
    return {"queries": list(brand.queries), "marketplace": "com", "pages_max": PAGES_MAX}
