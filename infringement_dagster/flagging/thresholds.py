"""Parts the scores of a run at the client's review threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import Thresholds
from infringement_dagster.domain.score import Score
from infringement_dagster.flagging.sample_listings import may_be_sampled
from infringement_dagster.snapshots.scores import scores_of

if TYPE_CHECKING:
    import polars as pl

_READ_AT_ONCE: Final = 500  # scores as objects; few of them are flagged


def parted(scores: pl.LazyFrame, thresholds: Thresholds) -> tuple[dict[str, Score], list[str]]:
    """The scores to be flagged, and the listings below the threshold that may be sampled."""
    flagged: dict[str, Score] = {}
    below: list[str] = []
    for listing_id, score in _every_score(scores):
        if should_flag(score, thresholds):
            flagged[listing_id] = score
        elif may_be_sampled(score):
            below.append(listing_id)
    return flagged, below


def _every_score(scores: pl.LazyFrame) -> Iterator[tuple[str, Score]]:
    # By the ids, as counting the rows of a lazy frame needs polars' own names.
    height = scores.select("listing_id").collect().height
    for start in range(0, height, _READ_AT_ONCE):
        yield from scores_of(scores.slice(start, _READ_AT_ONCE).collect()).items()
