"""Pictures that an earlier run kept with hashes of the algorithms in use.

Belongs here: telling hashes that are still good from those of an older algorithm. Not here: making
hashes (`photo_hashing.py`, `reference_hashing.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import Connection

from infringement_dagster.matching.hashing import ALGORITHMS, HashedImage, PerceptualHash
from resources.postgres import image_store

HASHES_VERSION = " ".join(f"{one.name}/{one.version}" for one in ALGORITHMS)


def kept_images(
    connection: Connection, client_id: str, sha256s: Iterable[str]
) -> dict[str, HashedImage]:
    """Those of the pictures, by SHA-256, whose hashes need not be made again."""
    wanted = set(sha256s)
    rows = image_store.images_of(connection, client_id, wanted)
    hashes = image_store.hashes_of(connection, client_id, wanted)
    return {
        sha256: HashedImage(row.width_px, row.height_px, row.media_type, hashes[sha256])
        for sha256, row in rows.items()
        if is_current(hashes.get(sha256, ()))
    }


def is_current(hashes: Iterable[PerceptualHash]) -> bool:
    """True when no hash is of an older version and none is missing that every picture has.

    An algorithm with a quality gate of its own may have declined the picture.
    """
    in_use = {one.name: one.version for one in ALGORITHMS}
    always = {one.name for one in ALGORITHMS if one.tells_apart is None}
    present = {one.algorithm: one.algorithm_version for one in hashes}
    return always <= present.keys() and all(
        in_use.get(name) == version for name, version in present.items()
    )
