"""An explained probability: signals, what they compared, and the kind of violation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Score:
    """The probability that a listing infringes, with everything it was made of."""

    probability: float  # 0 to 1
    calibrated: bool
    model: str  # name and version of the combination
    signals: tuple[Signal, ...]
    violation_type: ViolationType | None = None


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
    shown: Shown | None = None  # what was compared, in signals that compare pictures


@dataclass(frozen=True, slots=True)
class Region:
    """Where in the candidate the reference is seen, as shares of the candidate's sides."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Shown:
    """Which of a listing's photos shows which reference, and where; None is as a whole."""

    photo_id: str
    reference_id: str
    region: Region | None


ViolationType = Literal[
    "counterfeit_suspicion", "keyword_squat", "stolen_photo", "grey_market", "accessory"
]
