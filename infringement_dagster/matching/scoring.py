"""From one listing and what its client told us to an explained probability of infringement.

Belongs here: combining signals. Not here: the signals themselves (`signals.py`), deciding what
becomes a case (`cases.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from infringement_dagster.matching.client import ClientConfig
from infringement_dagster.matching.hashing import CouldNotHash, HashedImage
from infringement_dagster.matching.listing import Listing

ViolationType = Literal[
    "counterfeit_suspicion", "keyword_squat", "stolen_photo", "grey_market", "accessory"
]


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A signal that could not be computed; never a number in disguise."""

    reason: str


@dataclass(frozen=True, slots=True)
class Signal:
    """One explained comparison; `contribution` is its share of the score in log-odds."""

    name: str
    value: float | Unavailable  # 0 to 1 where available
    explanation: str
    contribution: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """The probability that a listing infringes, with everything it was made of."""

    probability: float  # 0 to 1
    calibrated: bool
    model: str  # name and version of the combination
    signals: tuple[Signal, ...]
    violation_type: ViolationType | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a listing or reference; `photo_id` is the SHA-256 or, without one, the URL."""

    photo_id: str
    hashed: HashedImage | CouldNotHash


@dataclass(frozen=True, slots=True)
class Reference:
    """A product photo that the client owns."""

    reference_id: str
    photo: Photo
    brand: str | None = None


class Scorer:
    """Scores listings of one client; prepared once from its config and references."""

    def __init__(self, config: ClientConfig, references: Iterable[Reference]) -> None:
        raise NotImplementedError

    def score(self, listing: Listing, photos: Sequence[Photo]) -> Score:
        """The explained score; never raises for anything a listing may hold."""
        raise NotImplementedError
