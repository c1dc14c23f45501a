"""The newest row of each listing over all kept snapshots of one provider, by the client's views."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import polars as pl

from infringement_dagster.snapshots.client_tables import SNAPSHOT_SCHEMAS
from infringement_dagster.snapshots.client_views import snapshot_view
from infringement_dagster.snapshots.listings import Columns
from infringement_dagster.snapshots.photos import photos_frame, photos_of
from resources.analytics.session import Bounds, Session, open_session
from resources.objects.store import ObjectStore
from resources.postgres.scans.records import SnapshotRow

Where = Mapping[str, Collection[str]]  # by scan the ids of the listings whose newest row it has

# A million ids take 200 MB; nothing is written to the disk.
_BOUNDS: Final = Bounds(memory_mb=512, threads=2, seconds=300.0)
_NEWEST: Final = """
    SELECT scan_id, listing_id FROM (
        SELECT scan_id, listing_id, row_number() OVER (
            PARTITION BY listing_id ORDER BY scanned_at DESC, scan_id DESC) AS place
        FROM {view}
    ) WHERE place = 1
"""
# A score tells of a listing only as long as no later scan has seen it.
_NEWEST_SCORES: Final = """
    WITH seen AS (SELECT listing_id, max(scanned_at) AS seen_at FROM listings GROUP BY listing_id)
    SELECT scan_id, listing_id FROM (
        SELECT *, row_number() OVER (
            PARTITION BY listing_id ORDER BY scanned_at DESC, scan_id DESC) AS place
        FROM (SELECT scan_id, listing_id, scanned_at, config_version, model FROM scores)
    ) JOIN seen USING (listing_id)
    WHERE place = 1 AND scanned_at >= seen_at AND model = $model
        AND config_version IN (SELECT unnest($versions))
"""


@dataclass(frozen=True, slots=True)
class NewestRows:
    """Asks the views which snapshot has a listing's newest row."""

    session: Session

    def listings(self) -> Where:
        """The scans that saw each listing last."""
        return _by_scan(self.session.rows(_NEWEST.format(view="listings")))

    def photos(self) -> Where:
        """The scans that looked at each listing's photos last."""
        return _by_scan(self.session.rows(_NEWEST.format(view="photos")))

    def config_versions(self) -> list[int]:
        """The versions of the config that gave any score."""
        found = self.session.rows("SELECT DISTINCT config_version FROM scores")
        return sorted(int(version) for (version,) in found)

    def scores(self, versions: Sequence[int], model: str) -> Where:
        """The scans and re-scores that scored listings last, where these versions did."""
        if not versions:
            return {}
        values = {"versions": list(versions), "model": model}
        return _by_scan(self.session.rows(_NEWEST_SCORES, **values))


@contextmanager
def newest_rows(
    objects: ObjectStore, client_id: str, snapshots: Sequence[SnapshotRow]
) -> Iterator[NewestRows]:
    """The newest rows among these snapshots, which are those of one provider."""
    views = [snapshot_view(name, snapshots) for name in ("listings", "photos", "scores")]
    with open_session(objects, client_id, views, _BOUNDS) as session:
        yield NewestRows(session)


def rows_where(
    objects: ObjectStore, snapshots: Sequence[SnapshotRow], asset: str, where: Where
) -> Iterator[pl.DataFrame]:
    """The rows named, snapshot by snapshot in the order given; each is read once and whole."""
    schema = SNAPSHOT_SCHEMAS[asset]
    for snapshot in snapshots:
        wanted = where.get(str(snapshot.scan_id)) if snapshot.asset == asset else None
        if wanted:
            frame = pl.read_parquet(io.BytesIO(objects.get(snapshot.object_key)))
            some = frame.filter(pl.col("listing_id").is_in(list(wanted)))
            yield _in_schema(some, schema)


def _in_schema(frame: pl.DataFrame, schema: Columns) -> pl.DataFrame:
    """The rows with the columns of today: snapshots of earlier versions lack some."""
    if isinstance(frame.schema.get("hashes"), pl.List):
        return photos_frame([photo for some in photos_of(frame).values() for photo in some])
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None).alias(name)).cast(kind)
        for name, kind in schema.items()
    )


def _by_scan(rows: Sequence[tuple[str, str]]) -> Where:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for scan_id, listing_id in rows:
        found[scan_id].add(listing_id)
    return found
