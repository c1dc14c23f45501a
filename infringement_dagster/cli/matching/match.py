"""`infringement match`: photos against photos and titles against brands, from CSV to CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from infringement_dagster.cli.matching.photo_files import Photos, TierChoice, on_all_cores
from infringement_dagster.cli.matching.tables import read_table, write_table
from infringement_dagster.cli.terminal import note, notes
from infringement_dagster.domain.client import Brand
from infringement_dagster.domain.further_hash import FurtherHash, further_hashes
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from infringement_dagster.matching.photos.pair_match import PhotoMatch
from infringement_dagster.matching.text.brand_text import BrandMatcher, BrandUse, use_of
from infringement_dagster.matching.text.lexicon import LANGUAGES

app = typer.Typer(help="Compare photos or titles listed in a CSV.", no_args_is_help=True)

_BITS = {algorithm.name: f"distance_bits_{algorithm.name}" for algorithm in ALGORITHMS}
_PHOTO_COLUMNS = ("similarity", "tier", *_BITS.values(), "reason")
_TITLE_COLUMNS = ("brand_use", "nominative", "matched_text", "kind")

PairsFile = Annotated[Path, typer.Argument(help="CSV with the columns reference,candidate.")]
TitlesFile = Annotated[Path, typer.Argument(help="CSV with the columns brand,title.")]
OutFile = Annotated[Path, typer.Option("--out", help="Where to write the CSV.")]
Hashes = Annotated[
    list[str] | None,
    typer.Option(
        "--hash", help="A further hash of the library imagehash, as whash or average_hash_16."
    ),
]
Tier = Annotated[TierChoice, typer.Option("--tier", help="hash: quick; full: key points too.")]


@app.command("images")
def match_images(
    pairs: PairsFile, out: OutFile, tier: Tier = "full", hashes: Hashes = None
) -> None:
    """Says for each pair of photo files how surely they are the same photo."""
    further = _named(hashes or [])
    rows = read_table(pairs, ("reference", "candidate"))
    files = [(pairs.parent / row["reference"], pairs.parent / row["candidate"]) for row in rows]
    photos = Photos([path for pair in files for path in pair], tier, further)

    def cells(pair: tuple[Path, Path]) -> dict[str, str]:
        distances = photos.further_distances(*pair)
        return _photo_cells(photos.compare(*pair)) | _further_cells(further, distances)

    outcomes = on_all_cores("Comparing pairs", cells, files)
    told = [row | outcome for row, outcome in zip(rows, outcomes, strict=True)]
    added = tuple(dict.fromkeys((*_PHOTO_COLUMNS, *map(_further_column, further))))
    write_table(out, _columns(rows, added), told)
    unread = sum(not row["similarity"] for row in told)
    note(f"{len(told) - unread} pairs compared, {unread} could not be (see reason): {out}")


def _photo_cells(outcome: PhotoMatch | MissedPhoto) -> dict[str, str]:
    if isinstance(outcome, MissedPhoto):
        return {"similarity": "", "tier": "", "reason": f"{outcome.reason}: {outcome.detail}"}
    bits = {_BITS[name]: str(distance) for name, distance in outcome.distance_bits.items()}
    similarity = f"{outcome.similarity:.6f}"
    return {"similarity": similarity, "tier": outcome.tier, "reason": outcome.reason, **bits}


def _named(names: list[str]) -> tuple[FurtherHash, ...]:
    try:
        return further_hashes(tuple(names))
    except ValueError as error:
        raise typer.BadParameter(f"{error}", param_hint="--hash") from None


def _further_column(wanted: FurtherHash) -> str:
    """Counted in bits, or where segments are compared a share from 0 to 1."""
    return f"distance_{'share' if wanted.has_segments else 'bits'}_{wanted.name}"


def _further_cells(
    further: tuple[FurtherHash, ...], distances: Mapping[str, float]
) -> dict[str, str]:
    return {
        _further_column(item): f"{distances[item.name]:.6f}"
        if item.has_segments
        else str(round(distances[item.name] * item.length_bits))
        for item in further
        if item.name in distances
    }


@app.command("titles")
def match_titles(titles: TitlesFile, out: OutFile) -> None:
    """Says for each title how surely it uses the row's brand, or a disguise of it."""
    rows = read_table(titles, ("brand", "title"))
    names = sorted({row["brand"] for row in rows})
    matcher = BrandMatcher([Brand(name) for name in names], languages=LANGUAGES)
    with notes.status(f"Comparing {len(rows)} titles with {len(names)} brands"):
        found = matcher.find_many([row["title"] for row in rows], workers=-1)
        told = [
            row | _title_cells(row["brand"], uses) for row, uses in zip(rows, found, strict=True)
        ]
    write_table(out, _columns(rows, _TITLE_COLUMNS), told)
    unread = sum(row["kind"] == "no_brand" for row in told)
    note(f"{len(told) - unread} titles compared, {unread} rows without a brand: {out}")


def _title_cells(brand: str, uses: list[BrandUse]) -> dict[str, str]:
    if not brand.strip():
        return {"brand_use": "", "nominative": "", "matched_text": "", "kind": "no_brand"}
    use = use_of(uses, brand)
    if use is None:
        return {"brand_use": "0", "nominative": "0", "matched_text": "", "kind": "none"}
    return {
        "brand_use": f"{use.strength:.6f}",
        "nominative": f"{use.nominative:.6f}",
        "matched_text": use.matched_text,
        "kind": use.kind,
    }


def _columns(rows: list[dict[str, str]], added: tuple[str, ...]) -> list[str]:
    """The input's columns, then ours; one of the input's that has our name gives way."""
    own = [name for name in (rows[0] if rows else ()) if name not in added]
    return [*own, *added]
