"""Everything that is for sale in the sandbox, made from one seed, and which of it infringes.

Ids and photo names are hashes: only titles, photos, prices and sellers tell a copy from the rest.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from infringement_dagster.domain.listing import Provider
from resources.providers.sandbox.demo_brands import DEMO_BRANDS, DemoBrand
from resources.providers.sandbox.drafts import Draft, drafts_around, filler
from resources.providers.sandbox.drawing import ProductShot
from resources.providers.sandbox.photos import PhotoBook

SOLD_AT: Final[tuple[Provider, ...]] = ("amazon", "ebay", "walmart", "google_shopping")
_ID_DIGITS: Final = {"ebay": 12, "walmart": 10, "google_shopping": 19}
_ID_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing for sale at one provider."""

    provider: Provider
    listing_id: str
    title: str
    price_usd: Decimal | None
    seller: str
    brand: str
    condition: str
    photos: tuple[str, ...]
    stars: float
    review_count: int


class Catalogue:
    """Offers of each provider for each query."""

    def __init__(self, seed: int = 0, filler_rows: int = 40, filler_photos: int = 100) -> None:
        self.seed = seed
        self.photo_book = PhotoBook(seed)
        self._filler_rows = filler_rows
        self._filler_photos = filler_photos
        self._planted: dict[str, set[str]] = {}
        self._items: dict[tuple[Provider, str], Item] = {}
        self._fillers: dict[tuple[Provider, str], tuple[Item, ...]] = {}
        self._pools = {
            (provider, brand.client_id): self._pool(provider, brand)
            for brand in DEMO_BRANDS
            for provider in SOLD_AT
        }

    def planted(self, client_id: str) -> frozenset[str]:
        """The listing ids that infringe this demo client: the right answer, for checks only."""
        return frozenset(self._planted.get(client_id, ()))

    def find(self, provider: Provider, query: str) -> tuple[Item, ...]:
        """Items that a query finds, each once, best first."""
        words = set(query.lower().split())
        pools = [
            self._pools[provider, brand.client_id]
            for brand in DEMO_BRANDS
            if words & {brand.name.lower(), *brand.category_words}
        ]
        if not pools:
            return self._filler(provider, query)
        found = [item for pool in pools for item in pool]
        self.chance("order", provider, query).shuffle(found)
        return tuple(found)

    def item(self, provider: Provider, listing_id: str) -> Item | None:
        """The item with this id, as far as a search could have named it."""
        return self._items.get((provider, listing_id))

    def showing(self, provider: Provider, shot: ProductShot) -> tuple[Item, ...]:
        """Items with a photo that was made from the shot, however it was edited since."""
        names = self.photo_book.names_of(shot)
        pools = [pool for (seller, _), pool in self._pools.items() if seller == provider]
        found = (item for pool in pools for item in pool if not names.isdisjoint(item.photos))
        return tuple(found)

    def chance(self, *parts: object) -> random.Random:
        """Chance that falls the same way each time for the same parts."""
        return random.Random(repr((self.seed, *parts)))  # noqa: S311 - repeatable on purpose

    def _pool(self, provider: Provider, brand: DemoBrand) -> tuple[Item, ...]:
        rng = self.chance("pool", provider, brand.client_id)
        items = []
        drafts = drafts_around(brand, provider, rng, self.seed)
        for number, draft in enumerate(drafts):
            item = self._publish(provider, f"{brand.client_id}|{number}", draft, rng)
            items.append(item)
            if draft.infringes:
                self._planted.setdefault(brand.client_id, set()).add(item.listing_id)
        return tuple(items)

    def _filler(self, provider: Provider, query: str) -> tuple[Item, ...]:
        if (provider, query) not in self._fillers:
            rng = self.chance("filler", provider, query)
            drafts = (filler(at, self._filler_photos, rng) for at in range(self._filler_rows))
            self._fillers[provider, query] = tuple(
                self._publish(provider, f"{query}|{number}", draft, rng)
                for number, draft in enumerate(drafts)
            )
        return self._fillers[provider, query]

    def _publish(self, provider: Provider, key: str, draft: Draft, rng: random.Random) -> Item:
        item = Item(
            provider=provider,
            listing_id=_listing_id(provider, f"{self.seed}|{key}"),
            title=draft.title,
            price_usd=draft.price_usd,
            seller=draft.seller,
            brand=draft.brand,
            condition=draft.condition,
            photos=tuple(self.photo_book.add(photo) for photo in draft.photos),
            stars=round(rng.uniform(3.4, 4.9), 1),
            review_count=int(rng.lognormvariate(4, 1.3)),
        )
        self._items[provider, item.listing_id] = item
        return item


def _listing_id(provider: Provider, key: str) -> str:
    """An id in the provider's own shape that says nothing about the listing."""
    number = int.from_bytes(hashlib.sha256(f"{provider}|{key}".encode()).digest())
    if provider == "amazon":
        letters = (_ID_LETTERS[number // 36**place % 36] for place in range(8))
        return "B0" + "".join(letters)
    digits = _ID_DIGITS[provider]
    return str(10 ** (digits - 1) + number % (9 * 10 ** (digits - 1)))
