"""Snapshots written before signals and hashes were JSON documents are still read."""

from __future__ import annotations

import io

import polars as pl

from infringement_dagster.domain.photo import HashedPhoto, KeptPhoto, MissedPhoto, PerceptualHash
from infringement_dagster.domain.score import NotRecorded, Signal, Unavailable
from infringement_dagster.snapshots.photos import photos_of
from infringement_dagster.snapshots.scores import scores_frame, scores_of
from tests.support.scene import a_score


def read_back(frame: pl.DataFrame) -> pl.DataFrame:
    written = io.BytesIO()
    frame.write_parquet(written)
    return pl.read_parquet(io.BytesIO(written.getvalue()))


def test_scores_come_back_with_what_their_signals_compared() -> None:
    scores = {"B01": a_score(0.8), "B02": a_score(0.1)}
    assert scores_of(read_back(scores_frame(scores, 3))) == scores


def test_scores_of_before_are_read_and_say_that_nothing_was_recorded() -> None:
    signals = [
        {
            "name": "image_local",
            "value": 0.9,
            "unavailable": None,
            "explanation": "seen",
            "contribution": 2.0,
        },
        {
            "name": "low_price",
            "value": None,
            "unavailable": "no price",
            "explanation": "",
            "contribution": 0.0,
        },
    ]
    row = {
        "listing_id": "B01",
        "probability": 0.9,
        "calibrated": False,
        "model": "noisy-or/1",
        "config_version": 1,
        "violation_type": "stolen_photo",
        "signals": signals,
    }
    frame = read_back(pl.DataFrame([row]))
    assert isinstance(frame.schema["signals"], pl.List)
    assert scores_of(frame)["B01"].signals == (
        Signal("image_local", 0.9, "seen", 2.0, NotRecorded()),
        Signal("low_price", Unavailable("no price"), "", 0.0, NotRecorded()),
    )


def test_photos_of_before_are_read_with_their_hashes() -> None:
    record = {"algorithm": "pdq", "algorithm_version": 1, "view": "raw", "hash_hex": "ab"}
    place = {"listing_id": "B01", "url": "https://x/1", "reason": None, "detail": None}
    size = {"media_type": "image/png", "width_px": 9, "height_px": 8}
    stored = place | size | {"position": 0, "outcome": "stored", "sha256": "cd", "hashes": [record]}
    nothing = dict.fromkeys(("sha256", "media_type", "width_px", "height_px"))
    missed = (
        place | nothing | {"position": 1, "outcome": "failed", "reason": "not_found", "hashes": []}
    )
    frame = read_back(pl.DataFrame([stored, missed | {"detail": "404"}]))
    kept, other = photos_of(frame)["B01"]
    hashes = (PerceptualHash("pdq", 1, "raw", "ab"),)
    assert kept.photo == KeptPhoto("cd", HashedPhoto(9, 8, "image/png", hashes))
    assert other.photo == MissedPhoto("not_found", "404")
