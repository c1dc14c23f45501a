"""Photos that an earlier run kept: whether their hashes and their addresses' answers still hold.

An address is asked again, with the validators it gave, once its answer is older than the server's
`max-age`, held between an hour and a week: a shop that says "for ever" may still exchange the
photo of a listing that was looked at. Where the server says nothing, after a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from infringement_dagster.domain.photo import HashedPhoto, PerceptualHash
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from resources.fetching.http_cache import FetchedPhoto, LastAnswer, NotModified, Validators
from resources.postgres.listings import photo_store

GOOD_SECONDS_MIN = 3600  # a run that is tried again does not ask twice
GOOD_SECONDS_MAX = 7 * 86_400
GOOD_SECONDS_UNTOLD = 86_400
HASHES_VERSION = " ".join(f"{algorithm.name}/{algorithm.version}" for algorithm in ALGORITHMS)


def kept_photos(
    connection: Connection, client_id: str, sha256s: Iterable[str]
) -> dict[str, HashedPhoto]:
    """Those of the photos, by SHA-256, whose hashes need not be made again."""
    wanted = set(sha256s)
    rows = photo_store.photo_rows_of(connection, client_id, wanted)
    hashes = photo_store.hashes_of(connection, client_id, wanted)
    return {
        sha256: HashedPhoto(row.width_px, row.height_px, row.media_type, hashes[sha256])
        for sha256, row in rows.items()
        if is_current(hashes.get(sha256, ()))
    }


def is_current(hashes: Iterable[PerceptualHash]) -> bool:
    """True when none of our hashes is of an older version or missing that every photo has.

    An algorithm with a quality gate of its own may have declined the photo. Further hashes of a
    config are made from the kept bytes where scoring misses them; no address is asked for them.
    """
    in_use = {algorithm.name: algorithm.version for algorithm in ALGORITHMS}
    always = {algorithm.name for algorithm in ALGORITHMS if algorithm.tells_apart is None}
    present = {hash_.algorithm: hash_.algorithm_version for hash_ in hashes}
    return always <= present.keys() and all(
        present[name] == version for name, version in in_use.items() if name in present
    )


def last_answer(validators: Validators | None, answer: FetchedPhoto | NotModified) -> LastAnswer:
    """The part of a new answer that is kept, with the time at which it is asked again."""
    told = answer.max_age_seconds
    wanted = GOOD_SECONDS_UNTOLD if told is None else told
    seconds = min(max(wanted, GOOD_SECONDS_MIN), GOOD_SECONDS_MAX)
    return LastAnswer(validators, datetime.now(UTC) + timedelta(seconds=seconds))


def is_good(answer: LastAnswer | None, now: datetime) -> bool:
    """True while the address need not be asked again."""
    return answer is not None and now < answer.good_until
