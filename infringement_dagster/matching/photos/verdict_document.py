"""The verdict on a photo as one JSON document, so that the photo need not be compared again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final, get_args

from infringement_dagster.domain.score import Region
from infringement_dagster.matching.photos.alignment import Agreement
from infringement_dagster.matching.photos.corners.overlay import Overlay
from infringement_dagster.matching.photos.corners.sightings import Verdict
from infringement_dagster.matching.photos.hashes.hash_match import HashMatch, Likeliest
from infringement_dagster.matching.photos.hashes.hashing import View
from infringement_dagster.matching.photos.local_match import LocalMatch

_VIEWS: Final = frozenset(get_args(View))
# Told of a photo that a listing shows, or by key points: no verdict has them.
_TOLD_LATER: Final = ("photo_id", "region", "affine")
_MAYBE_UNTOLD: Final = frozenset({"hue_turn_degrees", "disturbed_share"})


def verdict_document(verdict: Verdict) -> str:
    """JSON that `verdict_from` reads; its numbers are the same to the last digit."""
    hashed = verdict.hashed
    document = {
        "hashed": None if hashed is None else _without(asdict(hashed), *_TOLD_LATER),
        "seen": [[reference, _match_document(match)] for reference, match in verdict.seen],
        "undecided": verdict.undecided,
        "is_admitted": verdict.is_admitted,
    }
    return json.dumps(document, separators=(",", ":"))


def verdict_from(document: str, references: int) -> Verdict | None:
    """The verdict against so many references; None where the document is none of these."""
    try:
        read = json.loads(document)
        return Verdict(
            None if read["hashed"] is None else _hash_match(read["hashed"], references),
            tuple((_at(at, references), _match(row)) for at, row in read["seen"]),
            tuple(_at(at, references) for at in read["undecided"]),
            _flag(read["is_admitted"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _match_document(match: LocalMatch) -> dict[str, object]:
    return _without(asdict(replace(match, affine=None)), "photo_id", "affine")


def _match(row: Mapping[str, Any]) -> LocalMatch:
    overlay = row["overlay"]
    return LocalMatch(
        **_numbers(_without(row, "agreement", "region", "overlay")),
        agreement=Agreement(**_numbers(row["agreement"])),
        region=Region(**_numbers(row["region"])),
        overlay=None if overlay is None else Overlay(**_numbers(overlay)),
    )


def _hash_match(row: Mapping[str, Any], references: int) -> HashMatch:
    nested = ("distance_bits", "view", "photo_view", "likeliest", "negative")
    return HashMatch(
        **_numbers({**_without(row, *nested), "reference": _at(row["reference"], references)}),
        distance_bits=_numbers(row["distance_bits"]),
        view=_view(row["view"]),
        photo_view=_view(row["photo_view"]),
        likeliest=_likeliest(row["likeliest"], references),
        negative=_likeliest(row["negative"], references),
    )


def _likeliest(row: Mapping[str, Any] | None, references: int) -> Likeliest | None:
    if row is None:
        return None
    views = _view(row["view"]), _view(row["photo_view"])
    return Likeliest(_at(row["reference"], references), *views)


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in row.items():
        if not isinstance(value, int | float) and (value is not None or name not in _MAYBE_UNTOLD):
            raise TypeError(f"{name} is no number")
    return dict(row)


def _view(value: object) -> View:
    if value not in _VIEWS:
        raise ValueError("no view of a photo")
    view: View = value  # type: ignore[assignment]
    return view


def _at(value: object, references: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < references:
        raise ValueError("no such reference")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value
