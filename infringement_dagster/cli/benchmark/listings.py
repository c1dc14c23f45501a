"""The task of listings as a lawyer sees them: offers beside a made-up client and its photos."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from infringement_dagster.cli.benchmark.items import Item, new_id
from infringement_dagster.cli.benchmark.photos import EDITS, other_photo, reference_photo, save
from infringement_dagster.cli.benchmark.titles import PRODUCTS, SPELLINGS, made_up_name

FOLDER: Final = "listings"
FLOOR: Final = 60


@dataclass(frozen=True, slots=True)
class _Case:
    """One kind of listing; `{b}` is the brand, `{p}` the product, `{m}` a misspelt brand."""

    kind: str
    is_infringing: bool
    title: str
    share_of_floor: tuple[float, float]
    photo: str  # "client" as it is, "edited", "other"
    condition: str = "new"
    description: str = ""
    brand_field: str = "{b}"


_CASES: tuple[_Case, ...] = (
    _Case("copy_cheap", True, "{b} {p} black", (0.15, 0.4), "client"),
    _Case("stolen_photo", True, "practical {p} for every day", (0.2, 1.5), "edited",
          brand_field=""),
    _Case("misspelt_cheap", True, "{m} {p} black", (0.2, 0.4), "other", brand_field=""),
    _Case("admits_copy", True, "{b} {p} 1:1 replica AAA", (0.3, 0.8), "other"),
    _Case("dupe", True, "{p}, {b} dupe, same look", (0.3, 0.6), "other", brand_field=""),
    _Case("hidden_brand", True, "premium {p}", (0.2, 0.4), "other", description="same as {b}",
          brand_field="Generic"),
    _Case("denied_brand", True, "{b} {p} large", (0.3, 0.6), "other", brand_field="Unbranded"),
    _Case("genuine", False, "{b} {p} black", (1.0, 1.3), "client"),
    _Case("genuine_own_photo", False, "{b} {p}, new in box", (1.0, 1.3), "other"),
    _Case("used", False, "{b} {p} used, light scratches", (0.2, 0.6), "other", "used"),
    _Case("used_abroad", False, "{b} {p} gebraucht, guter Zustand", (0.2, 0.6), "other", ""),
    _Case("accessory", False, "strap compatible with {b} {p}", (0.1, 0.3), "other",
          brand_field="Fitwell"),
    _Case("other_maker", False, "Fitwell {p} black", (0.3, 1.2), "other", brand_field="Fitwell"),
    _Case("for_parts", False, "{b} {p} broken, for parts", (0.1, 0.3), "other", "parts"),
    _Case("plain", False, "plain {p} without logo", (0.1, 0.5), "other", brand_field=""),
)  # fmt: skip


def make_listings(folder: Path, seed: int, size: int) -> list[Item]:
    """The items, with config, references and photos in the folder; `size` of each kind."""
    rng = np.random.default_rng([seed, 3])
    brand = made_up_name(rng).title()
    own = folder / FOLDER
    for number in range(size):
        save(reference_photo(number, seed + 1), own / "references" / f"r{number:03}.jpg")
    config = json.dumps(_config(brand), ensure_ascii=False, indent=1)
    (own / "config.json").write_text(config, encoding="utf-8")
    items = list(_items(own, brand, seed + 1, size, rng))
    return [items[at] for at in rng.permutation(len(items))]


def _config(brand: str) -> dict[str, object]:
    floor = {"amount": str(FLOOR), "currency": "EUR"}
    product = {"name": brand, "categories": list(PRODUCTS), "price_floor": floor}
    return {
        "brands": [product],
        "searches": {"ebay": {"queries": [brand], "marketplace": "de"}},
    }


def _items(own: Path, brand: str, seed: int, size: int, rng: np.random.Generator) -> Iterator[Item]:
    spellings = [spell for kind, spell in SPELLINGS.items() if kind not in ("plain", "glued")]
    for case in _CASES:
        for number in range(size):
            item_id = new_id(rng)
            place = int(rng.integers(1, len(brand) - 1))
            spelt = spellings[number % len(spellings)](brand, place)
            words = {"b": brand, "p": str(rng.choice(PRODUCTS)), "m": spelt}
            photo = f"photos/{new_id(rng)}.jpg"
            _save_photo(own / photo, case, number, seed)
            price = f"{FLOOR * rng.uniform(*case.share_of_floor):.2f}"
            cells = _cells(case, words, item_id, photo, price)
            yield Item("listings", item_id, case.is_infringing, case.kind, cells)


def _save_photo(path: Path, case: _Case, number: int, seed: int) -> None:
    photo = other_photo(number + 500, seed)
    if case.photo != "other":
        photo = reference_photo(number, seed)
    if case.photo == "edited":
        photo = list(EDITS.values())[number % len(EDITS)](photo)
    save(photo, path)


def _cells(
    case: _Case, words: Mapping[str, str], item_id: str, photo: str, price: str
) -> dict[str, str]:
    return {
        "listing_id": item_id,
        "provider": "ebay",
        "title": case.title.format(**words),
        "description": case.description.format(**words),
        "photos": photo,
        "price": price,
        "currency": "EUR",
        "seller": f"shop-{item_id}",
        "condition": case.condition,
        "brand_field": case.brand_field.format(**words),
    }
