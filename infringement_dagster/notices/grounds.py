"""Signals as a letter of the rights holder names them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from infringement_dagster.domain.further_hash import is_further_hash
from infringement_dagster.domain.score import Score, Signal, Unavailable

_NAMED_MAX = 3
# What the comparison of photos explains are distances and counts, which prove nothing to a reader.
_OF_PHOTOS: Final = {
    "image_hash": "A photo of the listing is one of our own photos",
    "image_local": "A photo of the listing contains one of our own photos",
}


def grounds(score: Score) -> tuple[str, ...]:
    """At most three sentences without their stops, of what raised the probability most first."""
    raising = sorted(score.signals, key=lambda signal: -signal.contribution)
    named = (said for signal in raising if signal.contribution > 0 for said in _said(signal))
    return tuple(islice(named, _NAMED_MAX))


def _said(signal: Signal) -> Iterator[str]:
    if isinstance(signal.value, Unavailable) or is_further_hash(signal.name):
        return
    if signal.name not in _OF_PHOTOS:
        yield signal.explanation
    elif signal.is_match:
        yield _OF_PHOTOS[signal.name]
