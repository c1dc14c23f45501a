"""Signals in words that a brand manager understands.

Belongs here: the wording of each signal. Not here: what a signal measures
(`infringement_dagster/matching/signals.py`), other wording (`words.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from infringement_dagster.matching.scoring import Signal, Unavailable


@dataclass(frozen=True, slots=True)
class SignalWords:
    """How a signal is called, briefly where there is no room, and what it asks."""

    name: str
    short: str
    question: str


SIGNAL_WORDS: Final = {
    "brand_use": SignalWords("Brand in the title", "names brand", "Does the title use your brand?"),
    "misspelling": SignalWords(
        "Disguised spelling", "disguised name", "Is your brand misspelt or written in look-alikes?"
    ),
    "image_hash": SignalWords("Same photo", "same photo", "Is a photo, as a whole, one of yours?"),
    "image_local": SignalWords(
        "Your photo inside", "photo inside", "Is one of your photos part of a photo?"
    ),
    "stolen_photo": SignalWords(
        "Your photo, another name", "copied photo", "Does your photo sell what is not called yours?"
    ),
    "keyword_squat": SignalWords(
        "Your name, another product", "name misused", "Does your name sell what no photo shows?"
    ),
    "low_price": SignalWords("Low price", "low price", "How far below your floor is the price?"),
    "fraud_terms": SignalWords(
        "Words of copies", "admits copy", "Does the title admit a copy, as in 'replica'?"
    ),
    "seller_history": SignalWords(
        "Seller's past", "seller's past", "Were other listings of the seller infringing?"
    ),
    "batch_template": SignalWords(
        "Mass listing", "mass listing", "Is it one of many alike listings of the seller?"
    ),
    "nominative": SignalWords(
        "Only refers to you", "only refers", "Is it 'for' or 'compatible with' your product?"
    ),
    "used_condition": SignalWords("Second-hand", "second-hand", "Is the item used?"),
    "allowed": SignalWords("On your allow list", "allowed", "Do you trust this seller or listing?"),
}


@dataclass(frozen=True, slots=True)
class ShownSignal:
    """A signal as a row of the case page."""

    words: SignalWords
    value: float | None
    said: str  # what was found, or why nothing could be
    contribution: float

    @property
    def effect(self) -> str:
        """What the signal does to the probability, in words."""
        if self.value is None:
            return "not available"
        if abs(self.contribution) < 0.05:
            return "no effect"
        size = "strongly" if abs(self.contribution) >= 1.5 else "somewhat"
        return f"{size} {'for' if self.contribution > 0 else 'against'}"


def words_of(name: str) -> SignalWords:
    """The words for a signal; its own name for one that has none yet."""
    return SIGNAL_WORDS.get(name) or SignalWords(name, name, "")


def shown_signal(signal: Signal) -> ShownSignal:
    """The signal as people read it."""
    words = words_of(signal.name)
    if isinstance(signal.value, Unavailable):
        return ShownSignal(words, None, signal.value.reason, 0.0)
    return ShownSignal(words, signal.value, signal.explanation, signal.contribution)
