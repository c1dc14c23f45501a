"""Figures that say how good a score is, against known answers.

Belongs here: thresholds at a false-positive rate, recall, calibration error. Not here: where the
answers come from (`matching_commands/evaluate.py`, `calibration.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def threshold_at(negatives: Floats, false_positive_rate: float) -> float:
    """The least score that at most this share of the negatives is above."""
    if not negatives.size:
        return 0.0
    allowed = int(false_positive_rate * negatives.size)
    return float(np.sort(negatives)[::-1][min(allowed, negatives.size - 1)])


def share_above(scores: Floats, threshold: float) -> float:
    """The share of scores above the threshold: recall of positives, false rate of negatives."""
    return float((scores > threshold).mean()) if scores.size else float("nan")


def roc(positives: Floats, negatives: Floats) -> tuple[Floats, Floats]:
    """False-positive and true-positive rates at every threshold that occurs."""
    thresholds = np.unique(np.concatenate((positives, negatives)))[::-1]
    false_rate = [share_above(negatives, float(t)) for t in thresholds]
    true_rate = [share_above(positives, float(t)) for t in thresholds]
    return np.array([*false_rate, 1.0]), np.array([*true_rate, 1.0])


def area_under_roc(positives: Floats, negatives: Floats) -> float:
    """How often a positive's score is above a negative's; ties count half."""
    if not positives.size or not negatives.size:
        return float("nan")
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left")
    not_above = np.searchsorted(ordered, positives, "right")
    return float((below + not_above).mean() / 2 / negatives.size)


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores of about the same size beside how often they were right."""

    mean_probability: float
    share_positive: float
    count: int


def reliability_bins(probabilities: Floats, is_positive: Flags, bins: int = 10) -> list[Bin]:
    """Equally filled bins in rising order of probability; fewer when there are fewer scores."""
    order = np.argsort(probabilities, kind="stable")
    return [
        Bin(float(probabilities[part].mean()), float(is_positive[part].mean()), len(part))
        for part in np.array_split(order, min(bins, max(1, len(order))))
        if len(part)
    ]


def expected_calibration_error(probabilities: Floats, is_positive: Flags, bins: int = 10) -> float:
    """The mean gap between probability and outcome over equally filled bins, from 0 to 1."""
    filled = reliability_bins(probabilities, is_positive, bins)
    total = sum(b.count for b in filled)
    gaps = sum(b.count * abs(b.mean_probability - b.share_positive) for b in filled)
    return gaps / total if total else 0.0


def brier(probabilities: Floats, is_positive: Flags) -> float:
    """The mean squared error of the probabilities, from 0 to 1; 0.25 says nothing."""
    return float(np.mean((probabilities - is_positive) ** 2)) if probabilities.size else 0.0


def precision_recall(
    probabilities: Floats, is_positive: Flags, threshold: float
) -> tuple[float, float]:
    """Precision and recall of what is at or above the threshold; 1 and 0 when nothing is."""
    flagged = probabilities >= threshold
    found = int((flagged & is_positive).sum())
    precision = found / int(flagged.sum()) if flagged.any() else 1.0
    return precision, found / int(is_positive.sum()) if is_positive.any() else 0.0
