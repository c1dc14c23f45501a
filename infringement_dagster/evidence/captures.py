"""Captures of a case as a bundle's summary shows them, read from their frozen files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infringement_dagster.domain.score import (
    BrandRead,
    NotRecorded,
    PhotoRead,
    Region,
    Score,
    Shown,
)
from infringement_dagster.domain.score_document import signals_from


@dataclass(frozen=True, slots=True)
class ShownReference:
    """A reference beside the photo that it was compared with; names are of files in the bundle."""

    reference_id: str
    sha256: str | NotRecorded
    reference_name: str | None  # None where its bytes were not frozen
    photo_name: str | None
    is_match: bool
    region: Region | None  # None: as a whole


@dataclass(frozen=True, slots=True)
class ShownWords:
    """Words that were read in a photo as a brand; names are of files in the bundle."""

    read: PhotoRead
    read_name: str | None  # of the file that was read: the photo, or the same in a larger size


@dataclass(frozen=True, slots=True)
class ShownCapture:
    """One capture as the page shows it; `photos` are names of files in the bundle."""

    chain_no: int
    link_sha256: str
    manifest_name: str
    listing: dict[str, Any]
    facts: dict[str, Any]
    photos: Sequence[str]
    references: Sequence[ShownReference] | NotRecorded
    brand: BrandRead | NotRecorded | None
    words: Sequence[ShownWords]

    @property
    def is_by_hand(self) -> bool:
        """Whether a person made a case of it, not its score."""
        return self.facts.get("origin") == "by_hand"

    @property
    def sampled_chance(self) -> float | None:
        """The chance by which it was drawn below the threshold; None where it was flagged."""
        chance: float | None = self.facts.get("sampled_chance")
        return chance


def read_capture(
    chain_no: int, link_sha256: str, manifest_name: str, manifest: bytes, files: dict[str, bytes]
) -> ShownCapture:
    """The capture of a manifest; `files` hold at least its listing and its facts, by name."""
    listed = json.loads(manifest)["files"]
    names = {file["kind"]: file["name"] for file in listed}
    facts = json.loads(files[names["page_facts"]])
    score = _score(facts["score"])
    brand = NotRecorded() if score is None else score.basis_of("brand_use")
    return ShownCapture(
        chain_no,
        link_sha256,
        manifest_name,
        json.loads(files[names["listing_payload"]]),
        facts,
        [file["name"] for file in listed if file["kind"] == "photo"],
        NotRecorded() if score is None else list(_references(score, listed)),
        brand if isinstance(brand, BrandRead | NotRecorded) else None,
        [] if score is None else list(_words(score, listed)),
    )


def _score(document: Mapping[str, Any]) -> Score | None:
    """The score of frozen facts; None where they do not say what its signals compared."""
    if not any("basis" in signal for signal in document["signals"]):
        return None
    signals = signals_from(document["signals"])
    return Score(document["probability"], document["calibrated"], document["model"], signals)


def _words(score: Score, listed: Sequence[Mapping[str, Any]]) -> Iterator[ShownWords]:
    names = {file["sha256"]: file["name"] for file in listed if file["kind"] == "photo"}
    for read in score.photos_read:
        yield ShownWords(read, names.get(read.read_sha256))


def _references(score: Score, listed: Sequence[Mapping[str, Any]]) -> Iterator[ShownReference]:
    names = {(file["kind"], file["sha256"]): file["name"] for file in listed}
    for signal, shown in score.sightings:
        yield ShownReference(
            shown.reference_id,
            shown.reference_sha256,
            _reference_name(names, shown),
            names.get(("photo", shown.photo_id)),
            signal.is_match,
            shown.region,
        )


def _reference_name(names: Mapping[tuple[str, str], str], shown: Shown) -> str | None:
    sha256 = shown.reference_sha256
    return names.get(("reference_photo", sha256)) if isinstance(sha256, str) else None
