"""The tables of scores and of flagged cases: polars frames of the core's values and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from infringement_dagster.domain.case import FlaggedCase
from infringement_dagster.domain.score import Score, Signal, Unavailable
from infringement_dagster.snapshots.nested_frames import Columns, frame_with_lists

_SIGNAL = pl.Struct(
    {
        "name": pl.String,
        "value": pl.Float64,
        "unavailable": pl.String,
        "explanation": pl.String,
        "contribution": pl.Float64,
    }
)

SCORES_SCHEMA: Columns = {
    "listing_id": pl.String,
    "probability": pl.Float64,
    "calibrated": pl.Boolean,
    "model": pl.String,
    "config_version": pl.Int32,
    "violation_type": pl.String,
    "signals": pl.List(_SIGNAL),
}

CASES_SCHEMA: Columns = {
    "case_id": pl.String,
    "listing_id": pl.String,
    "probability": pl.Float64,
    "violation_type": pl.String,
    "created": pl.Boolean,
}


def scores_frame(scores: Mapping[str, Score], config_version: int) -> pl.DataFrame:
    """One row a scored listing, with its signals."""
    rows = [
        {
            "listing_id": listing_id,
            "probability": score.probability,
            "calibrated": score.calibrated,
            "model": score.model,
            "config_version": config_version,
            "violation_type": score.violation_type,
        }
        for listing_id, score in scores.items()
    ]
    signals = [_signal_rows(score) for score in scores.values()]
    return frame_with_lists(rows, signals, SCORES_SCHEMA, name="signals", record=_SIGNAL)


def _signal_rows(score: Score) -> list[dict[str, object]]:
    return [
        {
            "name": signal.name,
            "value": None if isinstance(signal.value, Unavailable) else signal.value,
            "unavailable": signal.value.reason if isinstance(signal.value, Unavailable) else None,
            "explanation": signal.explanation,
            "contribution": signal.contribution,
        }
        for signal in score.signals
    ]


def scores_of(frame: pl.DataFrame) -> dict[str, Score]:
    """The scores of a frame by listing id, in its order."""
    return {
        row["listing_id"]: Score(
            probability=row["probability"],
            calibrated=row["calibrated"],
            model=row["model"],
            signals=tuple(_signal(signal) for signal in row["signals"]),
            violation_type=row["violation_type"],
        )
        for row in frame.iter_rows(named=True)
    }


def _signal(row: Mapping[str, Any]) -> Signal:
    value = row["value"] if row["unavailable"] is None else Unavailable(row["unavailable"])
    return Signal(row["name"], value, row["explanation"], row["contribution"])


def cases_frame(cases: Sequence[FlaggedCase], scores: Mapping[str, Score]) -> pl.DataFrame:
    """One row a flagged listing."""
    rows = [
        {
            "case_id": str(case.case_id),
            "listing_id": case.listing_id,
            "probability": scores[case.listing_id].probability,
            "violation_type": scores[case.listing_id].violation_type,
            "created": case.created,
        }
        for case in cases
    ]
    return pl.DataFrame(rows, schema=CASES_SCHEMA)
