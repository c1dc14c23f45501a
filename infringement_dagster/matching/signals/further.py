"""Signals of the further hashes that a client's config names, one for each."""

from __future__ import annotations

from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.signals.comparison import Comparison, Found

# With the largest weight, 10, a hash brings a listing to review by itself (.65); with 1 it is a
# hint (.11): nobody has measured it on the client's own photos.
FURTHER_STRENGTH = 0.1


def further_found(c: Comparison) -> dict[str, Found]:
    """By name how surely a photo is one of the client's by that hash, with its distance."""
    return {
        name: match
        if isinstance(match, Unavailable)
        else (match.similarity, f"nearest reference: {match.said} apart ({match.view} view)")
        for name, match in c.further.items()
    }
