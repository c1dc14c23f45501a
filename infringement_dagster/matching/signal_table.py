"""The table of signals: what each does to a score, and the models that it makes.

It computes nothing, so that those who only need the names load none of the matchers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.global_model import global_model


@dataclass(frozen=True, slots=True)
class SignalRule:
    """How one signal enters the score before there are decisions to learn from.

    A `cause` explains an infringement by itself with probability `strength` at value 1; a
    `relief` adds `strength` (negative log-odds) at value 1. Context changes other signals.
    """

    name: str  # of its function in `matching/signals`, as weights and scores spell it
    role: Literal["cause", "relief", "context"]
    strength: float


SIGNALS: tuple[SignalRule, ...] = (
    SignalRule("brand_use", "cause", 0.03),
    SignalRule("misspelling", "cause", 0.8),
    SignalRule("keyword_squat", "cause", 0.75),
    SignalRule("hidden_brand", "cause", 0.75),
    SignalRule("brand_denied", "cause", 0.7),
    SignalRule("false_reference", "cause", 0.75),
    SignalRule("image_hash", "cause", 0.05),
    SignalRule("image_local", "cause", 0.05),
    SignalRule("stolen_photo", "cause", 0.8),
    SignalRule("photo_of_accessory", "cause", 0.35),
    SignalRule("shared_photo", "cause", 0.3),
    SignalRule("brand_in_photo", "cause", 0.45),
    SignalRule("logo_in_photo", "cause", 0.45),
    SignalRule("low_price", "cause", 0.85),
    SignalRule("fraud_terms", "cause", 0.85),
    SignalRule("copy_hints", "cause", 0.6),
    SignalRule("grey_market", "cause", 0.7),
    SignalRule("seller_history", "cause", 0.8),
    SignalRule("relisting", "cause", 0.8),
    SignalRule("batch_template", "cause", 0.4),
    SignalRule("nominative", "relief", -2.0),
    SignalRule("used_condition", "context", 0.0),
    SignalRule("fair_dealer", "relief", -1.5),
    SignalRule("clean_history", "relief", -1.5),
    SignalRule("allowed", "relief", -8.0),
)
STRENGTHS = NoisyOr(
    causes={rule.name: rule.strength for rule in SIGNALS if rule.role == "cause"},
    relief={rule.name: rule.strength for rule in SIGNALS if rule.role == "relief"},
    name="noisy-or/5",
)
COLD_START = global_model().of(STRENGTHS)
MODEL = COLD_START.name  # by which scores say what made them
