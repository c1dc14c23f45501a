"""The hashes of a photo as one JSON document: the same in Postgres and Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import starmap
from typing import cast

from infringement_dagster.domain.photo import PerceptualHash
from infringement_dagster.matching.photos.hashes.hashing import View


def hash_document(hashes: Iterable[PerceptualHash]) -> dict[str, str]:
    """Each hash as hex, by its algorithm, that one's version and the view."""
    return {f"{h.algorithm}/{h.algorithm_version}/{h.view}": h.hash_hex for h in hashes}


def hashes_from(document: Mapping[str, str]) -> tuple[PerceptualHash, ...]:
    """The hashes of a document; of each algorithm `raw` first."""
    return tuple(sorted(starmap(_hash, document.items()), key=_raw_first))


def _hash(name: str, hash_hex: str) -> PerceptualHash:
    algorithm, version, view = name.split("/")
    return PerceptualHash(algorithm, int(version), cast("View", view), hash_hex)


def _raw_first(hashed: PerceptualHash) -> tuple[str, int, bool, str]:
    return hashed.algorithm, hashed.algorithm_version, hashed.view != "raw", hashed.view
