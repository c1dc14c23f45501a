"""A client's config: its brands, its searches, and how to weigh what is found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.moderation.rules import Rule

# Of a client's id: it stands in addresses, keys of objects and keys of partitions.
CLIENT_ID_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
KeyPointPolicy = Literal["earned", "always", "never"]  # whose photos get the slower look
ReadingPolicy = Literal["off", "earned", "always"]  # whose photos are read for words


def is_client_id(text: str) -> bool:
    """True for what a client's id may look like, whether there is such a client or not."""
    return re.fullmatch(CLIENT_ID_PATTERN, text) is not None


@dataclass(frozen=True, slots=True)
class PriceFloor:
    """The lowest price at which the genuine product is sold."""

    amount: Decimal
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand with the words that copycats use for it."""

    name: str
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()  # known ones, matched without allowance
    models: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # words that give a common-word brand its context
    common_word: bool = False  # the name is also an everyday word
    price_floor: PriceFloor | None = None
    model_floors: Mapping[str, PriceFloor] = field(default_factory=dict)  # by model


@dataclass(frozen=True, slots=True)
class Search:
    """Searches at one provider; the `_max` values bound what a scan may cost."""

    queries: tuple[str, ...]
    marketplace: str = "com"  # the provider's top-level domain
    pages_max: int = 3  # for each query
    details_max: int = 10  # candidates whose own pages are read too, where a provider has such
    options: Mapping[str, str] = field(default_factory=dict)  # as the provider's description says
    details_credits_max: int | None = None  # for those pages together; None: their number alone
    vendor: str | None = None  # who reads the provider; None: its first vendor
    photos_max: int = 0  # reference photos that are searched by, beside the words


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which a listing is reviewed, and from which a notice may be drafted."""

    review: float = 0.5
    notice_ready: float = 0.9


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many listings below the review threshold a scan shows to people all the same."""

    share: float = 0.02  # 0 to 1
    least: int = 5  # of a scan; none are drawn where both are 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """When scans start by themselves; a `cron` of None is never. Five fields, in the time zone.

    Each start is put off by a part of `jitter_minutes` that depends on client and day only.
    """

    cron: str | None = None
    time_zone: str = "UTC"
    jitter_minutes: int = 0


@dataclass(frozen=True, slots=True)
class TextInPhotos:
    """Whose photos are read for words, and how many new ones a scan reads at most."""

    when: ReadingPolicy = "off"
    photos_at_most: int = 50  # about 15 CPU seconds


@dataclass(frozen=True, slots=True)
class ListingPhotos:
    """How large, how many and how much of listings' photos a scan fetches."""

    size_px: int = 640  # the longer side, where a marketplace serves several
    a_listing_at_most: int = 12
    megabytes_at_most: int = 1000  # of all photos of a scan together


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one client's decisions move a model: each signal's weight, and all log-odds together."""

    model: str  # name and version of that model
    shift: float
    scale: float
    decisions: int  # how many it was fitted to
    multipliers: Mapping[str, float] = field(default_factory=dict)  # by signal; 1 where it is not


@dataclass(frozen=True, slots=True)
class Trademark:
    """One registered mark."""

    name: str
    number: str  # of the registration
    office: str  # such as "USPTO" or "EUIPO"


@dataclass(frozen=True, slots=True)
class RightsHolder:
    """In whose name notices are drafted; an empty text was not given."""

    name: str
    address: str = ""
    email: str = ""
    phone: str = ""
    signatory: str = ""  # the person who signs
    trademarks: tuple[Trademark, ...] = ()
    copyright_works: tuple[str, ...] = ()  # a description or address of each


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """One version of a client's settings."""

    version: int
    brands: tuple[Brand, ...]
    searches: Mapping[Provider, Search]
    fraud_terms: tuple[str, ...] = ()
    false_hits: tuple[str, ...] = ()  # words that look like a brand and are none
    allowed_sellers: tuple[str, ...] = ()  # names or ids, compared without case
    allowed_listing_ids: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)  # by signal name, default 1.0
    thresholds: Thresholds = Thresholds()
    sampling: Sampling = Sampling()
    schedule: Schedule = Schedule()
    key_points: KeyPointPolicy = "earned"
    further_hashes: tuple[FurtherHash, ...] = ()  # of its photos, beside our own
    text_in_photos: TextInPhotos = TextInPhotos()
    listing_photos: ListingPhotos = ListingPhotos()
    calibration: Calibration | None = None  # None: uncalibrated
    rights_holder: RightsHolder | None = None  # None: notices lack their required fields
    rules: tuple[Rule, ...] = ()  # the first that holds acts on a case
    screenshot_credits_max: int = 0  # of one screenshot of a listing's page; 0: none is taken
