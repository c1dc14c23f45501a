"""Offers around one brand: the genuine, the copied, and everything else."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infringement_dagster.domain.listing import Provider
from resources.providers.sandbox.demo_brands import (
    MARKET_SELLERS,
    UNRELATED_MAKERS,
    UNRELATED_THINGS,
    DemoBrand,
    DemoProduct,
    Oddity,
)
from resources.providers.sandbox.drawing import ProductShot
from resources.providers.sandbox.edits import EDITS
from resources.providers.sandbox.photos import Format, Photo

GENUINE_PER_POOL = 8
RESOLD_PER_POOL = 6
COPIES_NAMED_PER_POOL = 5
COPIES_UNNAMED_PER_POOL = 3
COPIES_DISGUISED_PER_POOL = 2
LOOK_ALIKES_PER_POOL = 2
USED_PER_POOL = 3  # eBay only
UNRELATED_PER_POOL = 52

_PITCHES = ("New", "Free Shipping", "Hot Sale", "Best Gift", "2026", "Top Rated", "AAA quality", "")
_FORMATS: tuple[Format, ...] = ("jpg",) * 17 + ("webp",) * 2 + ("png",)


@dataclass(frozen=True, slots=True)
class Draft:
    """A listing before a provider gives it an id; `infringes` never leaves the catalogue."""

    title: str
    price_usd: Decimal | None
    seller: str
    brand: str
    photos: tuple[Photo, ...]
    condition: str = "Brand New"
    infringes: bool = False


def product_shots(brand: DemoBrand, product: DemoProduct, seed: int) -> tuple[ProductShot, ...]:
    """The brand's own two photos of a product."""
    look = _stable_int(seed, brand.name, product.model)
    scenes = (_stable_int(seed, brand.name, product.model, view) for view in ("front", "scene"))
    return tuple(ProductShot(product.subject, look, scene) for scene in scenes)


def drafts_around(
    brand: DemoBrand, provider: Provider, rng: random.Random, seed: int
) -> Iterator[Draft]:
    """Every listing that a search for the brand finds at one provider, in no order."""
    yield from _genuine(brand, rng, seed)
    yield from _copies(brand, rng, seed)
    for _ in range(LOOK_ALIKES_PER_POOL):
        yield _look_alike(brand, rng)
    if provider == "ebay":
        for _ in range(USED_PER_POOL):
            yield _used(brand, rng, seed)
    for oddity in (*brand.accessories, *brand.traps):
        yield _lawful(oddity, rng)
    things = UNRELATED_THINGS[brand.client_id]
    for number in range(UNRELATED_PER_POOL):
        yield _unrelated(things[number % len(things)], rng, brand.colours)


def filler(number: int, photos: int, rng: random.Random) -> Draft:
    """A listing that has nothing to do with anybody, for queries that name no brand.

    All fillers share so many distinct `photos`.
    """
    things = [thing for group in UNRELATED_THINGS.values() for thing in group]
    look = number % photos
    thing = things[look % len(things)]
    photo = Photo(ProductShot(thing[1], look, look), copy_no=1 + rng.getrandbits(26))
    maker = rng.choice(UNRELATED_MAKERS)
    price = _usd(rng.uniform(8, 70))
    return Draft(
        f"{maker} {thing[0]} No. {number}", price, rng.choice(MARKET_SELLERS), maker, (photo,)
    )


def _genuine(brand: DemoBrand, rng: random.Random, seed: int) -> Iterator[Draft]:
    sellers = [brand.official_seller] * GENUINE_PER_POOL
    sellers += [rng.choice(brand.resellers) for _ in range(RESOLD_PER_POOL)]
    for number, seller in enumerate(sellers):
        product = brand.products[number % len(brand.products)]
        shots = product_shots(brand, product, seed)
        title = f"{brand.name} {product.model} {product.description}, {rng.choice(brand.colours)}"
        edit = rng.choice((None, "smaller", "recompressed"))
        photos = tuple(Photo(shot, edit, 85, rng.choice(_FORMATS)) for shot in shots)
        yield Draft(
            title, _usd(product.price_usd * rng.uniform(0.95, 1.1)), seller, brand.name, photos
        )


def _copies(brand: DemoBrand, rng: random.Random, seed: int) -> Iterator[Draft]:
    """The brand's photos, edited, cheap, from somebody else: named, unnamed, or in disguise."""
    names = [brand.name] * COPIES_NAMED_PER_POOL + [""] * COPIES_UNNAMED_PER_POOL
    names += rng.sample(brand.disguises, COPIES_DISGUISED_PER_POOL)
    edits = rng.sample(sorted(EDITS), len(names))
    for name, edit in zip(names, edits, strict=True):
        product = rng.choice(brand.products)
        shot = rng.choice(product_shots(brand, product, seed))
        model = product.model if name else ""
        words = (name, model, product.description, rng.choice(_PITCHES))
        photo = Photo(shot, edit, 45 if edit == "recompressed" else 80, rng.choice(_FORMATS))
        yield Draft(
            " ".join(filter(None, words)),
            _cheap(brand, rng),
            rng.choice(MARKET_SELLERS),
            name or rng.choice(UNRELATED_MAKERS),
            (photo,),
            infringes=True,
        )


def _look_alike(brand: DemoBrand, rng: random.Random) -> Draft:
    """A disguised brand name over a photo of the copycat's own."""
    product = rng.choice(brand.products)
    name = rng.choice(brand.disguises)
    title = f"{name} {product.model} {product.description}"
    photos = (_own_photo(product.subject, rng),)
    seller = rng.choice(MARKET_SELLERS)
    return Draft(title, _cheap(brand, rng), seller, name, photos, infringes=True)


def _used(brand: DemoBrand, rng: random.Random, seed: int) -> Draft:
    """A private sale of the genuine thing, photographed on somebody's table."""
    product = rng.choice(brand.products)
    look = product_shots(brand, product, seed)[0]
    photo = Photo(ProductShot(look.subject, look.product_seed, rng.getrandbits(32)))
    title = f"{brand.name} {product.model} {product.description} - gently used"
    price = _usd(product.price_usd * rng.uniform(0.62, 0.75))
    return Draft(title, price, rng.choice(MARKET_SELLERS), brand.name, (photo,), "Pre-Owned")


def _lawful(oddity: Oddity, rng: random.Random) -> Draft:
    price = _usd(oddity.price_usd * rng.uniform(0.9, 1.15))
    photos = (_own_photo(oddity.subject, rng),)
    maker = rng.choice(UNRELATED_MAKERS)
    return Draft(oddity.title, price, rng.choice(MARKET_SELLERS), maker, photos)


def _unrelated(thing: tuple[str, str], rng: random.Random, colours: Sequence[str]) -> Draft:
    maker = rng.choice(UNRELATED_MAKERS)
    title = f"{maker} {thing[0]}, {rng.choice(colours)}"
    price = None if rng.random() < 0.04 else _usd(rng.lognormvariate(3, 0.5))
    photos = (_own_photo(thing[1], rng),)
    return Draft(title, price, rng.choice(MARKET_SELLERS), maker, photos)


def _own_photo(subject: str, rng: random.Random) -> Photo:
    shot = ProductShot(subject, rng.getrandbits(32), rng.getrandbits(32))
    return Photo(shot, None, 85, rng.choice(_FORMATS))


def _cheap(brand: DemoBrand, rng: random.Random) -> Decimal:
    return _usd(brand.price_floor_usd * rng.uniform(0.25, 0.45))


def _usd(amount: float) -> Decimal:
    return Decimal(max(int(amount), 1)) + Decimal("0.99")


def _stable_int(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4])
