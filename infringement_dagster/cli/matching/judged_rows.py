"""Rows of a file judged as a scan judges listings, on all cores."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from infringement_dagster.cli.matching.client_files import (
    NO_MORE,
    Looks,
    PhotoFile,
    load_photo,
    reference_of,
)
from infringement_dagster.cli.matching.listing_rows import ListingRow
from infringement_dagster.cli.matching.photo_files import on_all_cores
from infringement_dagster.cli.terminal import note, notes
from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.domain.score import Score, Unavailable
from infringement_dagster.matching import judging
from infringement_dagster.matching.currencies import BUILT_IN, ExchangeRates
from infringement_dagster.matching.photo_text.brand_in_photo import ReadPhotos
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.scan_context import Key, ScanContext, scan_context
from infringement_dagster.matching.scoring import FirstLook, Scorer
from infringement_dagster.photos.file_texts import texts_of_files

COLUMNS = (
    "probability",
    "flagged",
    "violation_type",
    "looked",
    "reference",
    "signals",
    "cpu_ms",
)
PROBLEMS_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time of one listing: of its photos, its part of the first look, its score."""

    photos_seconds: float
    look_seconds: float
    score_seconds: float = 0.0

    @property
    def cpu_ms(self) -> float:
        """All of it in milliseconds."""
        return 1000 * (self.photos_seconds + self.look_seconds + self.score_seconds)


@dataclass(frozen=True, slots=True)
class ReadListing:
    """A row with its photos read and its first look taken."""

    row: ListingRow
    photos: tuple[PhotoFile, ...]
    cost: Cost
    look: FirstLook | None = None


@dataclass(frozen=True, slots=True)
class FileJudge:
    """Judges rows of a file; listings of one seller see each other as in a scan."""

    scorer: Scorer
    config: ClientConfig
    scan: ScanContext
    files: Mapping[str, PhotoFile]  # of listings and references, by SHA-256
    texts: ReadPhotos  # of the photos that were worth reading

    def cells(self, read: ReadListing) -> dict[str, str]:
        """The row with its judgement; the probability is empty where it could not be scored."""
        started = time.thread_time()
        shown = (read.row.listing, [photo.photo for photo in read.photos])
        context = self.scan.of(read.row.listing)
        outcome = judging.judged(
            self.scorer, shown, read.look, context, self._key_points, self.texts
        )
        spent = time.thread_time() - started
        cost = Cost(read.cost.photos_seconds, read.cost.look_seconds, spent)
        return {**read.row.cells, **self._told(outcome), "cpu_ms": f"{cost.cpu_ms:.2f}"}

    def _key_points(self, pairs: judging.Pairs) -> dict[str, LocalFeatures]:
        asked = dict.fromkeys(sha256 for pair in pairs for sha256 in pair)
        found = ((sha256, self.files[sha256].key_points()) for sha256 in asked)
        return {sha256: features for sha256, features in found if features is not None}

    def _told(self, outcome: judging.Judged | judging.NotJudged) -> dict[str, str]:
        if isinstance(outcome, judging.NotJudged):
            return dict.fromkeys(COLUMNS, "") | {"signals": json.dumps({"error": outcome.detail})}
        score = outcome.score
        return {
            "probability": f"{score.probability:.6f}",
            "flagged": _yes(should_flag(score, self.config.thresholds)),
            "violation_type": score.violation_type or "",
            "looked": _yes(outcome.looked),
            "reference": _reference(score),
            "signals": json.dumps(signal_cells(score), ensure_ascii=False),
        }


def judge_rows(
    client: ClientConfig,
    references: Sequence[PhotoFile],
    rows: Sequence[ListingRow],
    looks: Looks = NO_MORE,
    rates: ExchangeRates = BUILT_IN,
) -> list[dict[str, str]]:
    """Every row with its judgement, in the order given, worked out on all cores."""
    read = list(on_all_cores("Reading photos", partial(_read, looks=looks), rows))
    tell_problems(_unread_photos(read))
    scorer = Scorer(client, map(reference_of, references))
    looked, scan = _with_looks(scorer, read, rates)
    known = (*references, *(file for item in read for file in item.photos))
    files = {file.photo.photo_id: file for file in known}
    shown = [(item.row.listing, [file.photo for file in item.photos]) for item in looked]
    texts = texts_of_files(
        scorer,
        shown,
        [item.look for item in looked],
        lambda sha256: files[sha256].path.read_bytes(),
        client.text_in_photos.photos_at_most,
    )
    judge = FileJudge(scorer, client, scan, files, texts)
    return list(on_all_cores("Judging listings", judge.cells, looked))


def _photo_ids(read: Iterable[ReadListing]) -> dict[Key, list[str]]:
    return {
        (row.row.listing.provider, row.row.listing.listing_id): [
            file.photo.photo_id for file in row.photos
        ]
        for row in read
    }


def _read(row: ListingRow, looks: Looks) -> ReadListing:
    started = time.thread_time()
    photos = tuple(load_photo(path, looks) for path in row.photos)
    return ReadListing(row, photos, Cost(time.thread_time() - started, 0.0))


def _with_looks(
    scorer: Scorer, read: Sequence[ReadListing], rates: ExchangeRates
) -> tuple[list[ReadListing], ScanContext]:
    """Each with its first look and an even part of what all the looks cost; and their scan."""
    started = time.process_time()
    with notes.status(f"Comparing {len(read)} titles and the hashes of their photos"):
        shown = [(row.row.listing, [file.photo for file in row.photos]) for row in read]
        listings = [listing for listing, _ in shown]
        scan = scan_context(scorer.reader, listings, photo_ids=_photo_ids(read), rates=rates)
        looks = judging.first_looks(scorer, shown, scan)
    part = (time.process_time() - started) / max(1, len(read))
    looked = [
        ReadListing(item.row, item.photos, Cost(item.cost.photos_seconds, part), look)
        for item, look in zip(read, looks, strict=True)
    ]
    return looked, scan


def signal_cells(score: Score) -> list[dict[str, object]]:
    """The score's signals as plain values, for JSON."""
    return [
        {
            "name": signal.name,
            "value": None if isinstance(signal.value, Unavailable) else round(signal.value, 4),
            "explanation": signal.explanation,
            "contribution": round(signal.contribution, 4),
        }
        for signal in score.signals
    ]


def _reference(score: Score) -> str:
    """The reference that was seen most surely; empty when none was near."""
    return next((shown.reference_id for _, shown in score.sightings), "")


def _unread_photos(read: Iterable[ReadListing]) -> list[str]:
    return [
        f"listing {row.row.listing.listing_id}: photo {file.path.name} was not compared: "
        f"{file.photo.hashed.detail}"
        for row in read
        for file in row.photos
        if isinstance(file.photo.hashed, MissedPhoto)
    ]


def tell_problems(problems: Sequence[str]) -> None:
    """Prints what could not be read, the first twenty of it."""
    for problem in problems[:PROBLEMS_SHOWN_MAX]:
        note(problem)
    if len(problems) > PROBLEMS_SHOWN_MAX:
        note(f"and {len(problems) - PROBLEMS_SHOWN_MAX} more such")


def _yes(value: bool) -> str:
    return "true" if value else "false"
