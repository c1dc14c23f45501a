"""The signals: each one explained comparison of a listing with what its client told us.

One pure function for each, in modules by what they look at; `matching/signal_table.py` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.signal_table import SIGNALS
from infringement_dagster.matching.signals import marks, naming, photos, price, sellers, wording
from infringement_dagster.matching.signals.comparison import Comparison, Found, SellerRecord
from infringement_dagster.matching.signals.further import FURTHER_STRENGTH, further_found

__all__ = ["Comparison", "Found", "SellerRecord", "found_in", "values_of", "with_further"]

_PLACES = (naming, photos, marks, price, wording, sellers)


def _function(name: str) -> Callable[[Comparison], Found]:
    """The signal's function; raises `StopIteration` at the import of a table with another name."""
    found: Callable[[Comparison], Found] = next(
        vars(place)[name]
        for place in _PLACES
        if name in vars(place) and vars(place)[name].__module__ == place.__name__
    )
    return found


_FUNCTIONS = {rule.name: _function(rule.name) for rule in SIGNALS}


def found_in(comparison: Comparison) -> dict[str, Found]:
    """The finding of every signal, by its name; those of the config's further hashes last."""
    found = {name: function(comparison) for name, function in _FUNCTIONS.items()}
    return found | further_found(comparison)


def with_further(model: NoisyOr, hashes: Iterable[FurtherHash]) -> NoisyOr:
    """The model with a cause for each further hash of a config."""
    further = {hashed.name: FURTHER_STRENGTH for hashed in hashes}
    return replace(model, causes={**model.causes, **further})


def values_of(found: Mapping[str, Found]) -> dict[str, float | None]:
    """The values that signals found, held from 0 to 1; None where unavailable."""
    return {
        name: None if isinstance(given, Unavailable) else min(1.0, max(0.0, given[0]))
        for name, given in found.items()
    }
