"""Signals of what a listing's words admit."""

from __future__ import annotations

from infringement_dagster.domain.score import MATCH_MIN, Unavailable
from infringement_dagster.matching.signals.comparison import IDENTITY_MIN, Comparison, Found
from infringement_dagster.matching.text.replica_words import likelihood_ratio

_EVEN_RATIO = 5.0  # a likelihood ratio that tells half of what a confession tells
_GREY_STRONG, _GREY_WEAK = 0.9, 0.35


def fraud_terms(c: Comparison) -> Found:
    """How surely the words admit a copy: "replica", "1:1", a grade, or the client's own terms."""
    if c.reading is None:
        return Unavailable("the words were not read")
    words = [word for word in c.reading.replica if word.group != "likens"]
    if not words:
        return 0.0, "no words that admit a copy were found"
    phrases = ", ".join(f"'{word.phrase}'" for word in words)
    if c.identity < IDENTITY_MIN and c.strength < 0.5:
        return Unavailable(f"{phrases} without any link to the client's product")
    ratio = likelihood_ratio(words)
    value = ratio / (ratio + _EVEN_RATIO)
    return value, f"{phrases}: {'admits' if value >= MATCH_MIN else 'may admit'} a copy"


def copy_hints(c: Comparison) -> Found:
    """How surely the words say what no dealer in genuine goods needs to: no invoice, label cut."""
    if c.reading is None:
        return Unavailable("the words were not read")
    if c.identity < IDENTITY_MIN or c.is_second_hand:
        return 0.0, "such words count only against new goods under the client's name or photo"
    words = c.reading.words
    phrase = words.get("copy_hint")
    if phrase is None:
        return 0.0, "no words that only sellers of copies need were found"
    return c.identity * (1 - c.reference), f"'{phrase}'"


def grey_market(c: Comparison) -> Found:
    """How surely genuine goods of another market are sold here, by their own words."""
    if c.reading is None:
        return Unavailable("the words were not read")
    words = c.reading.words
    if "grey_strong" in words:
        return _GREY_STRONG * c.named, f"'{words['grey_strong']}'"
    if "grey_weak" in words:
        return _GREY_WEAK * c.named, f"'{words['grey_weak']}'"
    return 0.0, "no words of another market were found"
