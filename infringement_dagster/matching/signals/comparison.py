"""One listing beside everything that was found out about it, and how sure its parts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from infringement_dagster.domain.client import ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.currencies import BUILT_IN, ExchangeRates
from infringement_dagster.matching.elsewhere import Relisting
from infringement_dagster.matching.market import GenuinePrice
from infringement_dagster.matching.photo_text.brand_in_photo import NOT_READ, BrandInPhoto
from infringement_dagster.matching.photos.further_looks import FurtherLook
from infringement_dagster.matching.photos.hashes.hash_match import HashMatch
from infringement_dagster.matching.photos.local_match import LocalMatch
from infringement_dagster.matching.photos.logos import NO_LOGO, LogoSeen
from infringement_dagster.matching.photos.pair_match import RECOLOURED_MAX
from infringement_dagster.matching.reading import Reading
from infringement_dagster.matching.text.brand_text import BrandUse

Found = tuple[float, str] | Unavailable  # value from 0 to 1, and why

# Below it price and words say nothing about the client's product: an everyday word used out of its
# context has 0.4.
IDENTITY_MIN = 0.45
_FIELD_ONLY, _DESCRIPTION_ONLY = 0.6, 0.8  # how surely such a brand is meant to be the maker
_OWN_MARK_FACTOR = 0.15
_SQUATTED_SHARE = Decimal("0.5")  # of the floor
_SMALL_LETTERS_FACTOR = 0.4  # "an old harbor" in a title that writes names large
_ABOUT = {"about_brand": 0.9, "voucher": 0.9, "service": 0.6}
_FITS = 0.9
_SAME_LINE_MAX = 0.45
_BEYOND_DOUBT = 0.95  # of a hash; such copies may be too small to lay references over them
_SECOND_HAND = frozenset({"used", "refurbished", "parts", "for_parts", "open_box"})


@dataclass(frozen=True, slots=True)
class SellerRecord:
    """A seller's record beyond this listing."""

    infringing_count: int = 0  # decided so by people
    lawful_count: int = 0
    alike_count: int = 0  # its other listings with the same title but for names and numbers
    repeated_count: int = 0  # its other listings with the very same words
    fair_count: int = 0  # its other offers of the client's brand near the genuine price
    cheap_count: int = 0  # and those far below it


@dataclass(frozen=True, slots=True)
class Comparison:
    """One listing beside everything that was found out about it."""

    listing: Listing
    config: ClientConfig
    brand_use: BrandUse | None
    hash_match: HashMatch | Unavailable
    floor: PriceFloor | None  # of the product or brand that the listing is compared with
    sighting: LocalMatch | Unavailable | None = None  # None: looked for and not seen
    seller_record: SellerRecord | None = None
    reading: Reading | None = None  # None: only the title was looked at
    genuine: GenuinePrice | None = None  # None: nobody else in the scan offers the product
    other_sellers_with_photo: int = 0
    further: FurtherLook = field(default_factory=dict)
    rates: ExchangeRates = BUILT_IN
    relisting: Relisting | None = None  # None: it repeats nothing that was found infringing
    brand_in_photo: BrandInPhoto | Unavailable | None = NOT_READ  # None: read, and no brand found
    logo: LogoSeen | Unavailable | None = NO_LOGO  # None: looked for and not seen

    @property
    def strength(self) -> float:
        """How surely the title holds a brand of the client, in whatever role."""
        use = self.brand_use
        if use is None:
            return 0.0
        own = self.own_mark is not None or self._is_word_of_another_maker(use)
        # The client's photo settles what an everyday word means.
        shown = self.photo_shown if use.kind in ("exact", "alias") else 0.0
        in_small = self.reading is not None and self.reading.in_small_letters
        strength = use.strength * (_SMALL_LETTERS_FACTOR if in_small else 1.0)
        return max(strength, shown) * (_OWN_MARK_FACTOR if own else 1.0)

    @property
    def own_mark(self) -> str | None:
        """The maker's own name that only resembles the brand; None where that is hard to believe.

        A coined name that is almost the client's, on a product at half its price or less, is no
        coincidence, whatever the brand field says.
        """
        if self.reading is None or self.reading.own_mark is None:
            return None
        is_squatted = self.reading.own_mark_is_coined and self._is_far_below_floor
        return None if is_squatted else self.reading.own_mark

    @property
    def _is_far_below_floor(self) -> bool:
        price, floor = self.listing.price, self.floor
        if price is None or floor is None:
            return False
        amount = self.rates.convert(floor.amount, floor.currency, price.currency)
        return amount is not None and price.low <= amount * _SQUATTED_SHARE

    def _is_word_of_another_maker(self, use: BrandUse) -> bool:
        """Whether a model's single word, without the brand, stands under another maker's name.

        "Dapplewood Tumbler, Glacier Blue" is no Glacier of the client's.
        """
        if self.reading is None or use.kind != "model" or not use.matched_text.isalpha():
            return False
        return self.reading.field == "other_maker" or self.reading.leading_mark is not None

    @property
    def reference(self) -> float:
        """How surely the brand is only spoken of: what an accessory fits, what a book is about."""
        nominative = self.brand_use.nominative if self.brand_use is not None else 0.0
        fits = 0.0
        if self.reading is not None:
            fits = _FITS if self.reading.fits is not None and self.brand_use is not None else 0.0
            if "lure_before" in self.reading.beside:
                nominative = 0.0  # "similar to Acme" sells no part for it
        return max(0.0 if self.covers_copy else max(nominative, fits), self.about)

    @property
    def about(self) -> float:
        """How surely it is a book, a box or a voucher and none of the client's products."""
        words = {} if self.reading is None else self.reading.title_words
        return max((share for name, share in _ABOUT.items() if name in words), default=0.0)

    @property
    def covers_copy(self) -> bool:
        """Whether "for Acme" follows the very product that the client makes: "Tablet for Acme"."""
        return self.reading is not None and self.reading.product_before_reference is not None

    @property
    def conditions(self) -> Mapping[str, str]:
        """The conditions that the field and the words tell, with the words for each.

        A field that says "new" is believed more than a description, less than a title.
        """
        field = self.listing.condition
        told: dict[str, str] = {} if field in (None, "new") else {str(field): str(field)}
        if self.reading is None:
            return told
        words = dict(self.reading.title_conditions)
        if field != "new":
            words = {**self.reading.description_conditions, **words}
        return {**words, **told}

    @property
    def is_second_hand(self) -> bool:
        """Whether it is told to be used, broken, refurbished or returned."""
        return not _SECOND_HAND.isdisjoint(self.conditions)

    @property
    def named(self) -> float:
        """How surely the title claims the brand as maker: a mere mention does not."""
        return self.strength * (1 - self.reference)

    @property
    def claimed_elsewhere(self) -> float:
        """How surely description or brand field claim the brand where the title does not."""
        if self.reading is None or self.strength > IDENTITY_MIN:
            return 0.0
        described = self.reading.use_in_description
        surely = 0.0 if described is None else described.strength * (1 - described.nominative)
        field = _FIELD_ONLY if self.reading.field == "client" else 0.0
        return max(field, _DESCRIPTION_ONLY * surely)

    @property
    def photo_shown(self) -> float:
        """How surely the listing shows one of the client's photos, from 0 to 1."""
        hashed = 0.0 if isinstance(self.hash_match, Unavailable) else self.hash_match.similarity
        if self.sighting is None or isinstance(self.sighting, Unavailable):
            return hashed
        if self.sighting.is_same_line and hashed < _BEYOND_DOUBT:
            hashed = min(hashed, _SAME_LINE_MAX)  # pixels were compared and are another photo's
        surest = max(hashed, self.sighting.similarity)
        return surest * RECOLOURED_MAX if self.sighting.is_other_colour else surest

    @property
    def read_in_photo(self) -> float:
        """How surely a photo shows the brand's name that the title does not hold."""
        if self.brand_in_photo is None or isinstance(self.brand_in_photo, Unavailable):
            return 0.0
        return self.brand_in_photo.strength * (1 - self.strength)

    @property
    def logo_shown(self) -> float:
        """How surely a photo shows a logo of the brand that the title does not name."""
        if self.logo is None or isinstance(self.logo, Unavailable):
            return 0.0
        return self.logo.match.similarity * (1 - self.strength)

    @property
    def has_photo(self) -> bool:
        """Whether any tier could compare a photo with the client's."""
        return not (
            isinstance(self.hash_match, Unavailable) and isinstance(self.sighting, Unavailable)
        )

    @property
    def identity(self) -> float:
        """How surely the listing is offered as the client's product, by name or by photo."""
        unseen = (1 - self.named) * (1 - self.photo_shown) * (1 - self.claimed_elsewhere)
        return 1 - unseen * (1 - self.read_in_photo) * (1 - self.logo_shown)
