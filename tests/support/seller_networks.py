"""A made-up market of sellers, with the truth of who is behind whom, for tests and benchmarks.

A few people sell under several names at four marketplaces; the others are on their own. What makes
them hard to tell is drawn too: suppliers whose photos, titles and city many honest sellers share,
thieves of photos and titles, dealers with the client's own photos, names that sound alike, numbers
of carriers in everybody's text, and careful people who leave next to nothing behind.
Photos are hashes of 256 bits; edits turn as many bits as edits of real photos do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

import numpy as np

from infringement_dagster.domain.listing import Listing, Price, Provider, Seller
from infringement_dagster.domain.photo import HashedPhoto, PerceptualHash
from tests.support.actor_market import FULL, PROVIDERS, SCANS, SMALL, MarketSize

__all__ = ["FULL", "SMALL", "Offer", "SellerMarket"]

T = TypeVar("T")
_SPLIT = re.compile(r"\w+")
_CITIES = (
    ("Yiwu, China", 0.2), ("Shenzhen, China", 0.22), ("Guangzhou, China", 0.12), ("Hong Kong", 0.1),
    ("Los Angeles, United States", 0.07), ("New York, United States", 0.05), ("Istanbul", 0.05),
    ("London", 0.05), ("Leipzig, Germany", 0.03), ("Hanoi, Vietnam", 0.03), ("Lodz, Poland", 0.03),
    ("Ontario, Canada", 0.02), ("Naples, Italy", 0.02), ("Mumbai, India", 0.01),
)  # fmt: skip
_CLIENT_GOODS = 40
_WORDS = _SPLIT.findall(
    "insulated vacuum leakproof steel double wall travel outdoor camping lid straw handle "
    "premium original genuine gift office sport gym cold hot hours large wide mouth powder "
    "coated stainless thermal portable reusable school car holder set limited edition classic "
    "sealed slim matte rugged trail quiet light spare bundle twin city alpine"
)
_GOODS = _SPLIT.findall("bottle tumbler mug jug flask cooler cup growler carafe pitcher")
_NAME_WORDS = _SPLIT.findall(
    "sunrise bottle harbor silver mountain bright river eagle prime garden blue lake golden "
    "urban forest pacific crystal royal dragon ocean summit pine cedar maple comet kitchen "
    "outdoor trail"
)
_NAME_TAILS = ("store", "shop", "official", "trading", "direct", "outlet", "deals", "mall", "goods")
_SYLLABLES = _SPLIT.findall(
    "ka zo mi ren tal vor lin shu bex dor quo nai fel pra yun tek sol gri wen hax lum dry ost vik"
)
_PUBLIC_LINES = (
    "Fast delivery by DHL, see www.dhl.com. Support hotline +49 228 4333112",
    "Track your parcel at 17track.net with the number we send.",
    "Questions? Write to us through eBay messages. 30 days return.",
    "Please note: colours may differ from the photo. Thank you for shopping!",
    "New in box. Ships within 24 hours. Customer line 1-800-463-3339",
)
_CENTS = ("99", "95", "90", "00", "49", "50")
# How a seller changes the photo of a line, and the range of bits that this turns.
_EDITS = (((0, 4), 0.5), ((4, 20), 0.2), ((10, 45), 0.15), ((10, 80), 0.1), ((128, 129), 0.05))


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing with its main photo, the scan that found it first, from 0, and its person."""

    listing: Listing
    photo_sha256: str
    hashed: HashedPhoto
    scan: int
    person: int


@dataclass(frozen=True, slots=True)
class _Line:
    good: int
    title: tuple[str, ...]
    photo: int
    price: float
    is_official: bool = False


@dataclass(frozen=True, slots=True)
class _Shop:
    person: int
    provider: Provider
    seller: Seller
    lines: tuple[_Line, ...]
    city: str | None
    contacts: tuple[str, ...]
    cents: str | None  # its habit, if any
    says_contact: float


@dataclass
class SellerMarket:
    """One market; the same seed and size give the same one."""

    seed: int
    size: MarketSize
    offers: list[Offer] = field(init=False)  # in the order in which scans find them

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng((self.seed, 43))
        self._names: set[str] = set()
        self._suppliers = [self._supplier(at) for at in range(max(2, self.size.sellers // 80))]
        shops = list(self._shops())
        offered = [self._offer(shop, at) for at, shop in enumerate(self._spread(shops))]
        self.offers = sorted(offered, key=lambda item: item.scan)

    @property
    def references(self) -> list[tuple[str, HashedPhoto]]:
        """The client's own photos: their SHA-256 and hashes."""
        return [photo_of(good, 0) for good in range(_CLIENT_GOODS)]

    def _shops(self) -> Iterator[_Shop]:
        rng, linked = self._rng, int(0.6 * self.size.sellers)
        sizes = np.ones(self.size.actors, dtype=int) * 2
        shares = rng.gamma(1.0, 1.0, self.size.actors)
        for _ in range(linked - 2 * self.size.actors):
            at = int(rng.choice(self.size.actors, p=shares / shares.sum()))
            sizes[at if sizes[at] < 10 else int(np.argmin(sizes))] += 1
        self._known: list[_Line] = []
        for person, count in enumerate(sizes):
            yield from self._of_actor(person, int(count))
        for person in range(self.size.actors, self.size.actors + self.size.sellers - linked):
            yield self._alone(person)

    def _of_actor(self, person: int, count: int) -> Iterator[_Shop]:
        rng = self._rng
        care = rng.beta(1.0, 3.0)  # of leaving nothing behind
        lines = [self._own_line(20_000 + 50 * person + at) for at in range(rng.integers(3, 9))]
        self._known += lines
        supplier = self._any(self._suppliers)
        stem, city, contacts = self._stem(), self._city(), self._contacts(person)
        cents = self._cents(0.75)
        for shop in range(count):
            own = [line for line in lines if rng.random() > 0.3 + 0.4 * care]
            own += [self._own_line(500_000 + 1_000 * person + 20 * shop)] * (rng.random() < care)
            bought = [line for line in supplier if rng.random() < 0.15]
            sold = (*own, *bought) or (lines[shop % len(lines)],)
            name = self._alias(stem) if rng.random() > 0.3 + 0.6 * care else self._name()
            says = tuple(text for text in contacts if rng.random() < 0.8)
            yield _Shop(
                person,
                self._any(PROVIDERS),
                self._seller(name),
                sold,
                city if rng.random() < 0.85 - 0.4 * care else self._city(),
                says if rng.random() > 0.2 + 0.7 * care else (),
                cents if rng.random() < 0.8 else self._cents(0.5),
                0.5,
            )

    def _alone(self, person: int) -> _Shop:
        """An honest buyer of a supplier, a dealer, a thief of photos or titles, or anybody."""
        rng, kind, city = self._rng, self._rng.random(), self._city()
        own = [self._own_line(900_000 + 20 * person + at) for at in range(rng.integers(1, 5))]
        if kind < 0.3:
            at = int(rng.integers(len(self._suppliers)))
            own = [line for line in self._suppliers[at] if rng.random() < 0.5] or own
            city = _CITIES[at % 4][0] if rng.random() < 0.7 else city
        elif kind < 0.55:
            own = [_official(int(good)) for good in rng.integers(0, _CLIENT_GOODS, 4)]
        elif kind < 0.75 and self._known:
            stolen = [self._any(self._known) for _ in range(int(rng.integers(1, 4)))]
            own += [self._stolen(line, line.photo) for line in stolen]
        elif kind < 0.85 and self._known:
            line = self._any(self._known)
            own.append(_Line(line.good, line.title, own[0].photo, line.price))
        return _Shop(
            person,
            self._any(PROVIDERS),
            self._seller(self._name()),
            tuple(own),
            city,
            self._contacts(person) if rng.random() < 0.4 else (),
            self._cents(0.5),
            0.5,
        )

    def _stolen(self, line: _Line, photo: int) -> _Line:
        title = line.title if self._rng.random() < 0.3 else self._wording(line.good)
        return _Line(line.good, title, photo, line.price)

    def _supplier(self, at: int) -> list[_Line]:
        """What one supplier hands to all its buyers: photos and titles."""
        return [self._own_line(10_000 + 100 * at + number) for number in range(12)]

    def _own_line(self, photo: int) -> _Line:
        good = int(self._rng.integers(_CLIENT_GOODS))
        shown = good if self._rng.random() < 0.12 else photo  # the client's own
        return _Line(good, self._wording(good), shown, float(self._rng.uniform(6, 25)))

    def _wording(self, good: int) -> tuple[str, ...]:
        trim = self._rng.choice(_WORDS, int(self._rng.integers(4, 9)), replace=False)
        return ("Kelvarra", _GOODS[good % len(_GOODS)], *map(str, trim))

    def _stem(self) -> str:
        if self._rng.random() < 0.5:
            return "".join(self._rng.choice(_SYLLABLES, 3)).title()
        return " ".join(map(str, self._rng.choice(_NAME_WORDS, 2, replace=False)))

    def _name(self) -> str:
        rng = self._rng
        if rng.random() < 0.35:
            return f"{self._any(_NAME_WORDS)} {self._any(_NAME_TAILS)}"
        if rng.random() < 0.1:
            return f"best {self._any(_NAME_TAILS)} {rng.integers(1, 99)}"
        return f"{self._stem()} {self._any(_NAME_TAILS)}"

    def _alias(self, stem: str) -> str:
        """Another name of the same stem, as people make them up."""
        rng, kind = self._rng, self._rng.random()
        if kind < 0.3:
            return f"{stem} {self._any(_NAME_TAILS)}"
        if kind < 0.5:
            return f"{stem.replace(' ', '')}_{rng.integers(1, 99)}"
        if kind < 0.65:
            return f"{self._any(_NAME_TAILS).title()} {stem.upper()}"
        at = int(rng.integers(1, len(stem) - 1))
        return f"{stem[:at]}{stem[at]}{stem[at:]}-{self._any(_NAME_TAILS)}"

    def _seller(self, name: str) -> Seller:
        while name in self._names:
            name += str(self._rng.integers(1, 9))
        self._names.add(name)
        has_id = self._rng.random() < 0.5
        number = "".join(self._rng.choice(list("ABCDEFGHJK23456789"), 12))
        return Seller(name, f"A{number}" if has_id else None)

    def _city(self) -> str:
        names, shares = zip(*_CITIES, strict=True)
        return str(self._rng.choice(names, p=np.array(shares) / sum(shares)))

    def _contacts(self, person: int) -> tuple[str, ...]:
        rng, digits = self._rng, int(self._rng.integers(10**8, 10**9))
        name = "".join(rng.choice(_SYLLABLES, 3)) + str(person)
        every = (
            f"WhatsApp: +86 13{digits}",
            f"mail {name}@gmail.com",
            f"Telegram @{name}_sales",
            f"more at www.{name}.shop",
        )
        return tuple(text for text in every if rng.random() < 0.4)

    def _cents(self, habit: float) -> str | None:
        if self._rng.random() > habit:
            return None
        if self._rng.random() < 0.6:
            return self._any(_CENTS)
        return f"{self._rng.integers(1, 99):02}"

    def _spread(self, shops: Sequence[_Shop]) -> list[_Shop]:
        """The shop of each listing: each has three, a few have very many."""
        weights = np.minimum(self._rng.pareto(1.3, len(shops)) + 0.3, 10)
        first = [shop for shop in shops for _ in range(3)][: self.size.listings]
        left = self.size.listings - len(first)
        more = self._rng.choice(len(shops), left, p=weights / weights.sum())
        return [*first, *(shops[at] for at in more)]

    def _offer(self, shop: _Shop, number: int) -> Offer:
        rng, line = self._rng, self._any(shop.lines)
        cents = shop.cents if shop.cents and rng.random() < 0.85 else f"{rng.integers(0, 100):02}"
        price = Decimal(f"{int(line.price * rng.uniform(0.9, 1.1))}.{cents}")
        sha, hashed = photo_of(line.photo, 0 if line.is_official else self._edit())
        listing = Listing(
            shop.provider,
            f"S{number:06}",
            self._title(line),
            f"https://marketplace.example/{number}",
            price=Price(price, price, "USD"),
            seller=shop.seller,
            description=self._description(shop),
            ships_from=shop.city if rng.random() < 0.8 else None,
        )
        return Offer(listing, sha, hashed, int(rng.integers(SCANS)), shop.person)

    def _title(self, line: _Line) -> str:
        rng, words = self._rng, list(line.title)
        if rng.random() < 0.15 and len(words) > 5:
            words.pop(int(rng.integers(2, len(words))))
        if rng.random() < 0.3:
            words.append(self._any(("NEW", "sale", "hot", "fast", "top")))
        return f"{' '.join(words)} {int(rng.choice([12, 16, 20, 24, 32]))} oz"

    def _description(self, shop: _Shop) -> str | None:
        rng = self._rng
        if rng.random() < 0.4:
            return None
        said = [self._any(_PUBLIC_LINES)] if rng.random() < 0.6 else []
        if shop.contacts and rng.random() < shop.says_contact:
            said.append(self._any(shop.contacts))
        return " ".join(said) or "as shown"

    def _edit(self) -> int:
        """How many bits the edit of a photo turns; one edit in three is its own."""
        shares = [share for _, share in _EDITS]
        low, high = _EDITS[int(self._rng.choice(len(_EDITS), p=shares))][0]
        return int(self._rng.integers(low, high))

    def _any(self, among: Sequence[T]) -> T:
        return among[int(self._rng.integers(len(among)))]


@lru_cache(maxsize=50_000)
def photo_of(seed: int, turned: int) -> tuple[str, HashedPhoto]:
    """The photo of this number with so many bits of its hash turned by an edit."""
    rng = np.random.default_rng((seed, 44))
    value = int.from_bytes(rng.bytes(32), "big")
    places = np.random.default_rng((seed, turned, 45)).choice(256, turned, replace=False)
    for place in places:
        value ^= 1 << int(place)
    mirrored = int(f"{value:0256b}"[::-1], 2)
    hashes = (
        PerceptualHash("pdq", 2, "raw", f"{value:064x}"),
        PerceptualHash("pdq", 2, "mirrored", f"{mirrored:064x}"),
    )
    hashed = HashedPhoto(640, 640, "image/jpeg", hashes)
    return sha256(f"{seed} {turned}".encode()).hexdigest(), hashed


def _official(good: int) -> _Line:
    """What an honest dealer shows of a product: the client's own title and photo."""
    rng = np.random.default_rng((good, 46))
    trim = map(str, rng.choice(_WORDS, 5, replace=False))
    return _Line(
        good, ("Kelvarra", _GOODS[good % len(_GOODS)], *trim), good, 35.0, is_official=True
    )
