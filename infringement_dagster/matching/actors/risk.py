"""Whom to look at first: a seller's or an actor's risk, with the parts that it is made of.

It is no probability and no verdict. It orders work, and each part says what it counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

RiskName: TypeAlias = Literal["decisions", "open cases", "goes on", "volume", "names"]
# Of all that can be told; what cannot be told yet counts for nothing, and the rest for more.
_SHARES: Final[dict[RiskName, float]] = {
    "decisions": 0.4,
    "open cases": 0.2,
    "goes on": 0.2,
    "volume": 0.1,
    "names": 0.1,
}


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a seller, or of all sellers of an actor."""

    sellers: int
    providers: int
    cases: int
    open_cases: int
    infringing_cases: int
    lawful_cases: int
    removed_cases: int  # infringing ones that a scan no longer found
    open_probability: float | None  # the mean of open cases
    later_cases: int  # flagged after the first decision that found one infringing


@dataclass(frozen=True, slots=True)
class RiskPart:
    """One part of a risk: its value from 0 to 1, its share of the whole, and what it counts."""

    name: RiskName
    value: float
    share: float
    said: str


@dataclass(frozen=True, slots=True)
class Risk:
    """From 0 to 1: the mean of its parts by their shares."""

    value: float
    parts: tuple[RiskPart, ...]


def risk_of(record: Record) -> Risk:
    """The risk with every part that can be told; the shares of its parts add up to 1."""
    found = [part for part in _parts(record) if part is not None]
    total = sum(_SHARES[name] for name, _, _ in found)
    parts = tuple(RiskPart(name, value, _SHARES[name] / total, said) for name, value, said in found)
    return Risk(min(1.0, sum(part.value * part.share for part in parts)), parts)


_Part: TypeAlias = tuple[RiskName, float, str]


def _parts(record: Record) -> list[_Part | None]:
    return [_decisions(record), _open(record), _goes_on(record), _volume(record), _names(record)]


def _decisions(record: Record) -> _Part | None:
    decided = record.infringing_cases + record.lawful_cases
    if not decided:
        return None
    said = f"{record.infringing_cases} of {decided} decided cases infringe"
    return "decisions", (record.infringing_cases + 0.5) / (decided + 1), said  # one decision is few


def _open(record: Record) -> _Part | None:
    if record.open_probability is None:
        return None
    said = f"{record.open_cases} open cases have a probability of {record.open_probability:.0%}"
    return "open cases", min(max(record.open_probability, 0.0), 1.0), f"{said} on average"


def _goes_on(record: Record) -> _Part | None:
    if not record.infringing_cases:
        return None
    later = record.later_cases
    said = f"{later} cases were flagged after the first was found infringing"
    return "goes on", later / (later + 3), said


def _volume(record: Record) -> _Part:
    return "volume", 1 - math.exp(-record.cases / 20), f"{record.cases} cases in all"


def _names(record: Record) -> _Part:
    count = record.sellers
    many = f"{count} sellers" if count != 1 else "one seller"
    said = f"{many} at {record.providers} marketplace{'s' if record.providers != 1 else ''}"
    return "names", 1 - 1 / max(count, 1), said
