"""Links between sellers that one actor may be behind, with the evidence for each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from infringement_dagster.domain.actors.sellers import SellerKey

LINK_MIN: Final = 0.8  # confidence from which a link makes actors
HABITS_MIN: Final = 0.85  # the same of one without contact, id or name
TELLING_MIN: Final = 4.0  # of a piece of evidence; a name of words of every day tells nobody
EvidenceKind: TypeAlias = Literal[
    "seller_id", "contact", "name", "photos", "titles", "place", "prices"
]

# One of these may do alone; photos and titles are copied from each other, habits are shared.
_IDENTITY: Final[frozenset[EvidenceKind]] = frozenset({"seller_id", "contact", "name"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against one actor behind both, in words."""

    kind: EvidenceKind
    weight: float
    said: str


@dataclass(frozen=True, slots=True)
class Link:
    """Two sellers that one actor may be behind, the first by key first, with all the evidence."""

    first: SellerKey
    second: SellerKey
    weight: float  # log odds
    evidence: tuple[Evidence, ...]

    @property
    def confidence(self) -> float:
        """The probability that one actor is behind both, from 0 to 1."""
        return 1 / (1 + math.exp(-self.weight))

    @property
    def ties(self) -> bool:
        """Whether it is enough to make both one actor."""
        least = LINK_MIN if tells_identity(self.evidence) else HABITS_MIN
        return self.confidence >= least and is_enough(self.evidence)


def is_enough(evidence: tuple[Evidence, ...]) -> bool:
    """Whether it is of more than one kind, or tells who somebody is."""
    return tells_identity(evidence) or len({item.kind for item in evidence if item.weight > 0}) > 2


def tells_identity(evidence: tuple[Evidence, ...]) -> bool:
    """Whether a contact, an id or a name is among what both have in common."""
    return any(item.kind in _IDENTITY and item.weight >= TELLING_MIN for item in evidence)
