"""A made-up market in which a few people sell under many names, with the truth of who repeats what.

A *line* is one thing that one person sells again and again: one product, one way to word the title,
one photo. All listings of a line are near-identical and belong into one group. What makes that
hard is drawn too: photos that suppliers hand to everybody, titles copied by strangers, dealers who
all show the client's own photo under the official title, photos edited, lines under many names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from io import BytesIO

import numpy as np
from PIL import Image

from infringement_dagster.cli.matching.drawn_edits.table import drawn
from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from tests.support.photos import encoded, product

PROVIDERS = ("amazon", "ebay", "walmart", "google_shopping")
SCANS = 6
_SIDE_PX = 240
_GOODS = (
    "bottle",
    "tumbler",
    "mug",
    "jug",
    "flask",
    "cooler",
    "cup",
    "growler",
    "carafe",
    "pitcher",
)
_MODELS = ("Ridgeback", "Trailjug", "Glacier", "Harbour")
_TRIM = (
    "insulated", "vacuum", "leakproof", "steel", "double", "wall", "travel", "outdoor", "camping",
    "lid", "straw", "handle", "premium", "original", "genuine", "gift", "office", "sport", "gym",
    "cold", "hot", "hours", "large", "wide", "mouth", "powder", "coated", "stainless", "thermal",
    "portable", "reusable", "school", "car", "holder", "set", "limited", "edition", "classic",
)  # fmt: skip
_COLOURS = ("black", "navy", "olive", "sand", "coral", "teal", "white", "rose")
_FILLERS = ("NEW", "sale", "hot", "fast", "ship", "best", "top")
_BRAND_AS = ("Kelvarra", "Kelvarra", "Kelvara", "Kеlvarra", "KELVARRA")
# How a seller changes the photo of its line; one in ten takes another one.
_EDITS = (
    (None, 0.46), ("white pad", 0.1), ("watermark", 0.1), ("mirror", 0.07), ("border", 0.05),
    ("banner", 0.05), ("badge", 0.04), ("crop 10%", 0.05), ("lettering", 0.03), ("other", 0.05),
)  # fmt: skip
_BRAND = Brand(
    "Kelvarra",
    misspellings=("Kelvara",),
    models=_MODELS,
    categories=_GOODS,
    price_floor=PriceFloor(Decimal(29), "USD"),
)
CONFIG = ClientConfig(1, (_BRAND,), {})


@dataclass(frozen=True, slots=True)
class DrawnPhoto:
    """A photo of the market and its real hashes."""

    sha256: str
    hashed: HashedPhoto


@dataclass(frozen=True, slots=True)
class Offered:
    """A listing, the scan that found it first (from 0), and the line that it belongs to."""

    listing: Listing
    photo: DrawnPhoto
    scan: int
    line: int
    is_infringing: bool


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    sellers: tuple[str, ...]
    title: tuple[str, ...]
    photo_seed: int
    price: float
    is_edited: bool = True
    is_infringing: bool = True


@dataclass(frozen=True, slots=True)
class MarketSize:
    """How many people there are, under how many names, with how many listings."""

    sellers: int
    actors: int
    listings: int


FULL = MarketSize(sellers=500, actors=60, listings=20_000)
SMALL = MarketSize(sellers=40, actors=6, listings=400)


@dataclass
class ActorMarket:
    """One market; the same seed and size give the same one."""

    seed: int
    size: MarketSize
    listings: list[Offered] = field(init=False)  # in the order in which scans find them

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng((self.seed, 20))
        lines = list(self._lines())
        offered = [self._offered(line, number) for number, line in enumerate(self._spread(lines))]
        self.listings = sorted(offered, key=lambda item: item.scan)

    @property
    def references(self) -> list[DrawnPhoto]:
        """The client's own photos, one of each product."""
        return [drawn_photo(seed, None) for seed in range(len(_GOODS) * len(_MODELS))]

    def _lines(self) -> Iterator[_Line]:
        names = [f"shop {number}" for number in range(self.size.sellers)]
        self._rng.shuffle(names)
        of_actors = names[: int(0.6 * len(names))]
        known: list[_Line] = []
        for sellers in np.array_split(np.array(of_actors), self.size.actors):
            for _ in range(int(self._rng.integers(2, 7))):
                known.append(self._line(len(known), tuple(map(str, sellers))))
        yield from known
        count = len(known)
        for name in names[len(of_actors) :]:
            for line in self._of_independent(name, known, count):
                yield line
                count += 1

    def _line(self, number: int, sellers: Sequence[str]) -> _Line:
        """A line of an actor, under some of its names."""
        rng = self._rng
        under = tuple(name for name in sellers if rng.random() < 0.7) or tuple(sellers[:1])
        kind = rng.random()
        good = int(rng.integers(len(_GOODS) * len(_MODELS)))
        photo = 10_000 + number  # its own
        if kind < 0.15:
            photo = good  # the client's
        elif kind < 0.3:
            photo = 5_000 + int(rng.integers(30))  # a supplier's, which many have
        return _Line(number, under, self._wording(good), photo, float(rng.uniform(6, 25)))

    def _wording(self, good: int) -> tuple[str, ...]:
        words = [self._any(_BRAND_AS), _MODELS[good % len(_MODELS)], _GOODS[good // len(_MODELS)]]
        trim = self._rng.choice(_TRIM, int(self._rng.integers(4, 9)), replace=False)
        return (*words, *map(str, trim))

    def _of_independent(self, name: str, known: Sequence[_Line], number: int) -> Iterator[_Line]:
        """What somebody sells by themselves: a dealer, a copier of titles or photos, anybody."""
        rng, kind = self._rng, self._rng.random()
        for extra in range(int(rng.integers(1, 6))):
            good = int(rng.integers(len(_GOODS) * len(_MODELS)))
            other = known[int(rng.integers(len(known)))]
            line = _Line(number + extra, (name,), self._wording(good), 50_000 + number + extra, 20)
            if kind < 0.5:  # a dealer: official title, the client's photo
                yield _Line(line.number, (name,), _official(good), good, 35.0, False, False)
            elif kind < 0.65:  # copies a title, shows its own photo
                yield _Line(line.number, (name,), other.title, line.photo_seed, other.price)
            elif kind < 0.8:  # copies a photo, or takes the supplier's, words it anew
                yield _Line(line.number, (name,), line.title, other.photo_seed, 20)
            else:
                yield replace(line, is_infringing=False)

    def _spread(self, lines: Sequence[_Line]) -> list[_Line]:
        """The line of each listing: each line has one, a few have very many."""
        weights = self._rng.pareto(1.5, len(lines)) + 0.1
        weights = np.minimum(weights, 12) * [len(line.sellers) ** 0.5 for line in lines]
        left = max(0, self.size.listings - len(lines))
        more = self._rng.choice(len(lines), left, p=weights / weights.sum())
        return [*lines, *(lines[at] for at in more)]

    def _offered(self, line: _Line, number: int) -> Offered:
        rng = self._rng
        seller = self._any(line.sellers)
        provider = self._any(PROVIDERS)
        price = Decimal(f"{line.price * rng.uniform(0.9, 1.1):.2f}")
        listing = Listing(
            provider,
            f"L{number:06}",
            self._title(line),
            f"https://marketplace.example/{number}",
            price=Price(price, price, "USD"),
            seller=Seller(seller) if rng.random() < 0.93 else None,
        )
        photo, scan = self._photo(line), int(rng.integers(SCANS))
        return Offered(listing, photo, scan, line.number, line.is_infringing)

    def _title(self, line: _Line) -> str:
        rng, words = self._rng, list(line.title)
        if rng.random() < 0.1 and len(words) > 7:
            words.pop(int(rng.integers(3, len(words))))
        if rng.random() < 0.3:
            words.append(self._any(_FILLERS))
        if rng.random() < 0.15:
            rng.shuffle(words)
        size = f"{int(rng.choice([12, 16, 20, 24, 32, 40, 64]))} oz"
        return " ".join([*words, size, self._any(_COLOURS)])

    def _photo(self, line: _Line) -> DrawnPhoto:
        if not line.is_edited:
            return drawn_photo(line.photo_seed, None)
        edits, shares = zip(*_EDITS, strict=True)
        edit = edits[int(self._rng.choice(len(edits), p=shares))]
        if edit == "other":
            return drawn_photo(100_000 + 7 * line.number + int(self._rng.integers(2)), None)
        return drawn_photo(line.photo_seed, edit)

    def _any(self, words: Sequence[str]) -> str:
        return words[int(self._rng.integers(len(words)))]


@lru_cache(maxsize=20_000)
def drawn_photo(seed: int, edit: str | None) -> DrawnPhoto:
    """The photo as drawn or edited, through the product's own hashing."""
    content = _bytes_of(seed)
    if edit is not None:
        content = drawn(edit, Image.open(BytesIO(content)).convert("RGB"), (), seed)
    hashed = hash_photo(content)
    assert isinstance(hashed, HashedPhoto), f"photo {seed} {edit}: {hashed}"
    return DrawnPhoto(sha256(content).hexdigest(), hashed)


@lru_cache(maxsize=2_000)
def _bytes_of(seed: int) -> bytes:
    return encoded(product(seed, _SIDE_PX))


def _official(good: int) -> tuple[str, ...]:
    """The client's own title of a product."""
    rng = np.random.default_rng((good, 21))
    words = ("Kelvarra", _MODELS[good % len(_MODELS)], _GOODS[good // len(_MODELS)])
    return (*words, *map(str, rng.choice(_TRIM, 5, replace=False)))
