"""One comparison's score, with what each signal found and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from infringement_dagster.domain.score import Basis, Score, Signal, Unavailable
from infringement_dagster.matching.combination import NoisyOr, Weights
from infringement_dagster.matching.signals import Comparison, found_in, values_of
from infringement_dagster.matching.violations import other_types_of, violation_type_of


def explained_score(
    comparison: Comparison, model: NoisyOr, weights: Weights, basis: Mapping[str, Basis]
) -> Score:
    """The probability with its signals; `basis` is what signals compared, by name."""
    found = found_in(comparison)
    values = values_of(found)
    combined = model.combine(values, weights)
    shares = combined.contributions
    signals = tuple(
        Signal(name, given, given.reason, shares.get(name, 0.0), basis.get(name))
        if isinstance(given, Unavailable)
        else Signal(name, values[name] or 0.0, given[1], shares.get(name, 0.0), basis.get(name))
        for name, given in found.items()
    )
    return Score(
        combined.probability,
        model.is_calibrated,
        model.name,
        signals,
        violation_type_of(comparison, values),
        other_types_of(comparison, values),
    )


def probability_of(comparison: Comparison, model: NoisyOr, weights: Weights) -> float:
    """The probability alone, for a third of the work."""
    return model.combine(values_of(found_in(comparison)), weights).probability


def weighed_anew(score: Score, model: NoisyOr, weights: Weights) -> Score:
    """The score that the same findings give with this model and these weights.

    Just as `explained_score` gives it: types of violation depend on findings alone.
    """
    combined = model.combine(
        {s.name: None if isinstance(s.value, Unavailable) else s.value for s in score.signals},
        weights,
    )
    shares = combined.contributions
    return replace(
        score,
        probability=combined.probability,
        calibrated=model.is_calibrated,
        model=model.name,
        signals=tuple(replace(s, contribution=shares.get(s.name, 0.0)) for s in score.signals),
    )
