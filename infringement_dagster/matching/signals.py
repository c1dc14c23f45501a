"""The signals: each one explained comparison of a listing with what its client told us."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from infringement_dagster.domain.client import ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import MATCH_MIN, Unavailable
from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.pictures.hash_match import HashMatch
from infringement_dagster.matching.pictures.local_match import LocalMatch
from infringement_dagster.matching.pictures.pair_match import RECOLOURED_MAX, described
from infringement_dagster.matching.text.brand_text import DISGUISES, BrandUse
from infringement_dagster.matching.text.normal_text import normal


@dataclass(frozen=True, slots=True)
class SellerRecord:
    """What is known of a seller beyond this listing."""

    infringing_count: int = 0  # decided so by people
    lawful_count: int = 0
    alike_count: int = 0  # its other listings with the same title but for names and numbers


@dataclass(frozen=True, slots=True)
class Comparison:
    """One listing beside everything that was found out about it."""

    listing: Listing
    config: ClientConfig
    brand_use: BrandUse | None
    image: HashMatch | Unavailable
    floor: PriceFloor | None  # of the brand that the listing is compared with
    sighting: LocalMatch | Unavailable | None = None  # None: looked for and not seen
    seller_record: SellerRecord | None = None

    @property
    def named(self) -> float:
        """How surely the listing claims the brand, from 0 to 1: a mere mention does not."""
        use = self.brand_use
        return 0.0 if use is None else use.strength * (1 - use.nominative)

    @property
    def pictured(self) -> float:
        """How surely the listing shows one of the client's photos, from 0 to 1."""
        hashed = 0.0 if isinstance(self.image, Unavailable) else self.image.similarity
        if self.sighting is None or isinstance(self.sighting, Unavailable):
            return hashed
        if self.sighting.inlier_count < _POINTS_MIN:
            return hashed
        surest = max(hashed, self.sighting.similarity)
        return surest * RECOLOURED_MAX if self.sighting.agreement.is_recoloured else surest

    @property
    def has_photo(self) -> bool:
        """Whether any tier could compare a photo with the client's."""
        return not (isinstance(self.image, Unavailable) and isinstance(self.sighting, Unavailable))

    @property
    def identity(self) -> float:
        """How surely the listing is offered as the client's product, by name or by photo."""
        return 1 - (1 - self.named) * (1 - self.pictured)


Found = tuple[float, str] | Unavailable  # value from 0 to 1, and why
_DOUBTED_DECISIONS = 2  # a first decision says little about a seller
_EVEN_BATCH = 10  # alike listings; a shop with sizes and colours has some
# Distinct plain products of one shape share up to 10 points; a listing is compared with every
# reference, so what one pair in a thousand reaches is not rare enough to accuse.
_POINTS_MIN = 12
_IDENTITY_MIN = 0.4  # below it price and terms say nothing about the client's product


def brand_use(c: Comparison) -> Found:
    """How surely the title uses a brand of the client, in whatever spelling."""
    if c.brand_use is None:
        return 0.0, "no brand of the client was found in the title"
    use = c.brand_use
    return use.strength, f"'{use.matched_text}' reads as {use.brand} ({use.kind})"


def misspelling(c: Comparison) -> Found:
    """How surely the brand is written in a disguise: copycats misspell, owners do not."""
    use = c.brand_use
    if use is None or use.kind not in DISGUISES:
        return 0.0, "no disguised spelling of a brand was found"
    return c.named, f"'{use.matched_text}' is {use.brand} in disguise ({use.kind})"


def nominative(c: Comparison) -> Found:
    """How surely the brand is only referred to, as in "case for": lawful, so it exonerates."""
    if c.brand_use is None:
        return Unavailable("the title names no brand of the client")
    use = c.brand_use
    if use.nominative == 0:
        return 0.0, f"no words of reference before '{use.matched_text}'"
    return use.nominative, f"'{use.phrase}' before '{use.matched_text}' refers to {use.brand}"


def image_hash(c: Comparison) -> Found:
    """How surely a photo is one of the client's, by perceptual hashes over several views."""
    if isinstance(c.image, Unavailable):
        return c.image
    bits = ", ".join(
        f"{name} {count} bits" for name, count in sorted(c.image.distance_bits.items())
    )
    return c.image.similarity, f"nearest reference: {bits} ({c.image.view} view)"


def image_local(c: Comparison) -> Found:
    """How surely one of the client's photos is seen inside a photo, by key points and edges.

    Finds crops, insets and collages, and says where. The same shapes in other colours count less.
    """
    if isinstance(c.sighting, Unavailable):
        return c.sighting
    if c.sighting is None:
        return 0.0, "no reference was found in any photo"
    if c.sighting.inlier_count < _POINTS_MIN:
        return 0.0, f"a likeness in shape, no more: {described(c.sighting)}"
    factor = RECOLOURED_MAX if c.sighting.agreement.is_recoloured else 1.0
    return c.sighting.similarity * factor, described(c.sighting)


def stolen_photo(c: Comparison) -> Found:
    """How surely the client's photo sells something that does not bear its name."""
    if not c.has_photo:
        return Unavailable("no photo to compare")
    unnamed = 1.0 if c.brand_use is None else 1 - c.brand_use.strength
    if (value := c.pictured * unnamed) < MATCH_MIN:
        return value, "the client's photo under another name was not clearly found"
    return value, "the client's photo without the client's brand in the title"


def keyword_squat(c: Comparison) -> Found:
    """How surely the brand's name sells something that none of the client's photos shows."""
    if not c.has_photo:
        return Unavailable("no photo to compare")
    if (value := c.named * (1 - c.pictured)) < MATCH_MIN:
        return value, "the client's brand on something else was not clearly found"
    return value, "the client's brand without any of the client's photos"


def low_price(c: Comparison) -> Found:
    """How far the price is below the genuine product's floor: 0 from 85% of it, 1 at 35%.

    Only once the listing is identified as the client's product, and in the floor's currency.
    """
    price = c.listing.price
    if price is None or price.low <= 0:
        return Unavailable("the provider gave no price")
    if c.floor is None or c.floor.amount <= 0:
        return Unavailable("the client gave no price floor for this brand")
    if price.currency != c.floor.currency:
        return Unavailable(f"price in {price.currency}, floor in {c.floor.currency}")
    if c.identity < _IDENTITY_MIN:
        return Unavailable("not identified as the client's product")
    ratio = float(price.low / c.floor.amount)
    depth = min(1.0, max(0.0, (0.85 - ratio) / 0.5))
    shown = price.low.quantize(Decimal("0.01")) if abs(price.low) < 10**12 else price.low
    return depth * c.identity, f"{shown} {price.currency} is {ratio:.0%} of the floor"


_FRAUD_TERMS = re.compile(
    r"\b(?:replicas?|dupes?|knock ?offs?|counterfeit|fake|1 ?[:：] ?1|mirror (?:quality|copy)|"
    r"(?:aaa\+?|top|super|high) (?:quality )?(?:copy|replica|grade)|similar to|inspired by|"
    r"looks? like|lookalike|unbranded|no logo|oem quality|nachbau|imitat(?:ion)?|replik|"
    r"réplique|replique|contrefaçon|imitación|imitacion|réplica|imitazione|copia)\b"
)


def fraud_terms(c: Comparison) -> Found:
    """Whether the title admits a copy ("replica", "1:1", or the client's own terms)."""
    title = normal(c.listing.title)
    own = next((t for t in map(normal, c.config.fraud_terms) if t and _holds(title, t)), None)
    found = _FRAUD_TERMS.search(title)
    term = own or (found.group() if found else None)
    if term is None:
        return 0.0, "no words that admit a copy were found"
    if c.identity < _IDENTITY_MIN and (c.brand_use is None or c.brand_use.strength < 0.5):
        return Unavailable(f"'{term}' without any link to the client's product")
    return 1.0, f"'{term}' admits a copy"


def _holds(title: str, term: str) -> bool:
    return f" {term} " in f" {title} "


def allowed(c: Comparison) -> Found:
    """Whether the client trusts this seller or listing."""
    if c.listing.listing_id.casefold() in {i.casefold() for i in c.config.allowed_listing_ids}:
        return 1.0, "the client allows this listing"
    seller = c.listing.seller
    if seller is None:
        return Unavailable("the provider did not name the seller")
    names = {name.casefold() for name in (seller.name, seller.seller_id) if name}
    if names & {name.casefold() for name in c.config.allowed_sellers}:
        return 1.0, f"the client allows the seller {seller.name}"
    return 0.0, f"the seller {seller.name} is not among those the client allows"


def used_condition(c: Comparison) -> Found:
    """Whether the item is second-hand: resale of genuine goods explains a low price."""
    if c.listing.condition is None:
        return Unavailable("the provider did not give the condition")
    return float(c.listing.condition != "new"), f"condition {c.listing.condition}"


def seller_history(c: Comparison) -> Found:
    """How often people found this seller's listings infringing, drawn to 0 while cases are few."""
    record = c.seller_record
    if record is None or record.infringing_count + record.lawful_count == 0:
        return Unavailable("no decision about this seller yet")
    decided = record.infringing_count + record.lawful_count
    share = record.infringing_count / (decided + _DOUBTED_DECISIONS)
    return share, f"{record.infringing_count} of {decided} decided listings were infringing"


def batch_template(c: Comparison) -> Found:
    """How surely the listing is one of many that the seller made from one template."""
    if c.seller_record is None:
        return Unavailable("the seller's other listings are not known")
    alike = c.seller_record.alike_count
    return alike / (alike + _EVEN_BATCH), f"{alike} other listings of the seller follow its title"


@dataclass(frozen=True, slots=True)
class SignalRule:
    """How one signal enters the score before there are decisions to learn from.

    A `cause` explains an infringement by itself with probability `strength` at value 1; a
    `relief` adds `strength` (negative log-odds) at value 1.
    """

    compute: Callable[[Comparison], Found]
    role: Literal["cause", "relief"]
    strength: float

    @property
    def name(self) -> str:
        """The signal's name, as weights and scores spell it."""
        return self.compute.__name__


SIGNALS: tuple[SignalRule, ...] = (
    SignalRule(brand_use, "cause", 0.03),
    SignalRule(misspelling, "cause", 0.75),
    SignalRule(image_hash, "cause", 0.1),
    SignalRule(image_local, "cause", 0.1),
    SignalRule(stolen_photo, "cause", 0.75),
    SignalRule(keyword_squat, "cause", 0.06),
    SignalRule(low_price, "cause", 0.85),
    SignalRule(fraud_terms, "cause", 0.8),
    SignalRule(seller_history, "cause", 0.8),
    SignalRule(batch_template, "cause", 0.3),
    SignalRule(nominative, "relief", -3.0),
    SignalRule(used_condition, "relief", -1.0),
    SignalRule(allowed, "relief", -8.0),
)
COLD_START = NoisyOr(
    causes={rule.name: rule.strength for rule in SIGNALS if rule.role == "cause"},
    relief={rule.name: rule.strength for rule in SIGNALS if rule.role == "relief"},
)


def found_in(comparison: Comparison) -> dict[str, Found]:
    """What every signal finds, by its name."""
    return {rule.name: rule.compute(comparison) for rule in SIGNALS}


def values_of(found: Mapping[str, Found]) -> dict[str, float | None]:
    """The values that signals found, held from 0 to 1; None where unavailable."""
    return {
        name: None if isinstance(given, Unavailable) else min(1.0, max(0.0, given[0]))
        for name, given in found.items()
    }
