"""A score: how probably a listing infringes, by which signals, and what each of them compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from infringement_dagster.domain.client import PriceFloor

ViolationType = Literal[
    "counterfeit_suspicion", "keyword_squat", "stolen_photo", "grey_market", "accessory"
]
ReadField = Literal["title"]
PriceAgainst = Literal["floor", "other_offers", "allowed_sellers"]

# From even odds on a photo counts as the client's. Below, a reference is only the nearest one: the
# same shape in another colour reaches 0.4 at most.
MATCH_MIN: Final = 0.5
# Log-odds, a factor of 1.05: a signal that moves a score by less is not worth a sentence.
TELLING_MIN: Final = 0.05
# Signals whose explanations are figures, which say nothing to people.
MEASURED_SIGNALS: Final = frozenset({"image_hash", "image_local"})


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A signal that could not be computed; never a number in disguise."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """Stands where a score was stored before the system kept this with it."""


@dataclass(frozen=True, slots=True)
class Region:
    """Where in the candidate the reference is seen, as shares of the candidate's sides."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Shown:
    """Which of a listing's photos shows which reference, and where; no region is as a whole."""

    photo_id: str
    reference_id: str
    region: Region | None
    reference_sha256: str | NotRecorded = NotRecorded()


@dataclass(frozen=True, slots=True)
class BrandRead:
    """Which words of a listing were read as a brand; `start` counts characters of the field."""

    brand: str
    kind: str  # how they are written, such as "exact" or "misspelt"
    text: str  # as the listing writes them
    start: int
    field: ReadField = "title"


@dataclass(frozen=True, slots=True)
class RateUsed:
    """The exchange rate by which an amount was converted."""

    given: str  # currency of the amount
    wanted: str
    rate: Decimal  # units of `wanted` for one of `given`
    day: date
    source: str
    note: str = ""  # what makes it doubtful: "built in, 412 days old"


@dataclass(frozen=True, slots=True)
class PriceCompared:
    """The genuine price that decided how low a price is, in the listing's currency."""

    amount: Decimal
    currency: str
    against: PriceAgainst
    share: float  # the listing's price as a share of it
    offers: int = 0  # whose prices these are; none where it is a floor
    floor: PriceFloor | None = None  # as the client gave it
    rates: tuple[RateUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoRead:
    """Which words in which photo were read as a brand, and where they stand."""

    brand: str
    kind: str  # how they are written, such as "exact" or "misspelt"
    text: str  # the line or lines, as read
    confidence: float  # 0 to 1, of the recognition
    photo_id: str
    region: Region
    read_sha256: str  # the file that was read: the photo, or the same in a larger size


Basis: TypeAlias = Shown | BrandRead | PhotoRead | PriceFloor | PriceCompared


@dataclass(frozen=True, slots=True)
class Signal:
    """One explained comparison; `contribution` is its share of the score in log-odds."""

    name: str
    value: float | Unavailable  # 0 to 1 where available
    explanation: str
    contribution: float = 0.0
    basis: Basis | NotRecorded | None = None  # what was compared, where it can be named

    @property
    def is_match(self) -> bool:
        """Whether the value is high enough to say that the listing shows what was compared."""
        return not isinstance(self.value, Unavailable) and self.value >= MATCH_MIN


@dataclass(frozen=True, slots=True)
class OtherType:
    """A kind of violation that comes close, and what else would have to be true for it.

    `would_need` completes "it would be that kind if ...".
    """

    violation_type: ViolationType
    would_need: str


@dataclass(frozen=True, slots=True)
class Score:
    """The probability that a listing infringes, with everything it was made of."""

    probability: float  # 0 to 1
    calibrated: bool
    model: str  # name and version of the combination
    signals: tuple[Signal, ...]
    violation_type: ViolationType | None = None
    other_types: tuple[OtherType, ...] = ()  # the nearest first

    def basis_of(self, signal_name: str) -> Basis | NotRecorded | None:
        """The things that the signal compared; NotRecorded also where the score lacks it."""
        found = (signal.basis for signal in self.signals if signal.name == signal_name)
        return next(found, NotRecorded())

    @property
    def sightings(self) -> tuple[tuple[Signal, Shown], ...]:
        """The signals that compared photos, with what they compared; the surest first."""
        seen = [
            (signal.value, signal, signal.basis)
            for signal in self.signals
            if isinstance(signal.basis, Shown) and not isinstance(signal.value, Unavailable)
        ]
        ordered = sorted(seen, key=lambda found: -found[0])
        return tuple((signal, shown) for _, signal, shown in ordered)

    @property
    def photos_read(self) -> tuple[PhotoRead, ...]:
        """The words that were read in photos as a brand."""
        return tuple(signal.basis for signal in self.signals if isinstance(signal.basis, PhotoRead))

    def compared_references(self, *, only_matches: bool = False) -> set[str]:
        """The SHA-256 of each reference that a photo signal names."""
        return {
            shown.reference_sha256
            for signal, shown in self.sightings
            if isinstance(shown.reference_sha256, str) and (signal.is_match or not only_matches)
        }
