"""The tables of scores and of flagged cases: polars frames of the core's values and back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl

from infringement_dagster.domain.case import FlaggedCase
from infringement_dagster.domain.score import NotRecorded, Score, Signal, Unavailable
from infringement_dagster.domain.score_document import (
    other_type_documents,
    other_types_from,
    signal_documents,
    signals_from,
)
from infringement_dagster.snapshots.listings import Columns

SCORES_SCHEMA: Columns = {
    "listing_id": pl.String,
    "probability": pl.Float64,
    "calibrated": pl.Boolean,
    "model": pl.String,
    "config_version": pl.Int32,
    "violation_type": pl.String,
    "signals": pl.String,  # a JSON document, the one that Postgres keeps
    "other_types": pl.String,  # the same
}

CASES_SCHEMA: Columns = {
    "case_id": pl.String,
    "listing_id": pl.String,
    "probability": pl.Float64,
    "violation_type": pl.String,
    "sampled": pl.Boolean,
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
            "signals": json.dumps(signal_documents(score.signals), ensure_ascii=False),
            "other_types": json.dumps(other_type_documents(score.other_types)),
        }
        for listing_id, score in scores.items()
    ]
    return pl.DataFrame(rows, schema=SCORES_SCHEMA)


def scores_of(frame: pl.DataFrame) -> dict[str, Score]:
    """The scores of a frame by listing id, in its order."""
    return {
        row["listing_id"]: Score(
            probability=row["probability"],
            calibrated=row["calibrated"],
            model=row["model"],
            signals=_signals(row["signals"]),
            violation_type=row["violation_type"],
            other_types=other_types_from(json.loads(row.get("other_types") or "[]")),
        )
        for row in frame.iter_rows(named=True)
    }


def _signals(kept: str | Sequence[Mapping[str, Any]]) -> tuple[Signal, ...]:
    """The signals of a JSON document or, in earlier snapshots, of a list of records."""
    if isinstance(kept, str):
        return signals_from(json.loads(kept))
    return tuple(
        Signal(
            record["name"],
            record["value"]
            if record["unavailable"] is None
            else Unavailable(record["unavailable"]),
            record["explanation"],
            record["contribution"],
            NotRecorded(),
        )
        for record in kept
    )


def cases_frame(
    cases: Sequence[FlaggedCase], scores: Mapping[str, Score], sampled: Collection[str] = ()
) -> pl.DataFrame:
    """One row a flagged or sampled listing."""
    rows = [
        {
            "case_id": str(case.case_id),
            "listing_id": case.listing_id,
            "probability": scores[case.listing_id].probability,
            "violation_type": scores[case.listing_id].violation_type,
            "sampled": case.listing_id in sampled,
            "created": case.created,
        }
        for case in cases
    ]
    return pl.DataFrame(rows, schema=CASES_SCHEMA)
