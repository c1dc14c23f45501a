"""All of a provider's listings that a client has stored, each as it was seen last.

DuckDB says over all kept snapshots which scan saw a listing last; each snapshot is then read once,
and of it only those rows. What no kept snapshot shows any more comes from Postgres, in pages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import polars as pl

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scoring.drafts.kept_scores import alike_versions, model_of
from infringement_dagster.scoring.stored_rows import stored_rows
from infringement_dagster.snapshots.client_tables import SNAPSHOT_SCHEMAS
from infringement_dagster.snapshots.newest_rows import NewestRows, Where, newest_rows, rows_where
from infringement_dagster.snapshots.parquet import parquet_of, scanned
from infringement_dagster.snapshots.spool import Spool
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import stored_query
from resources.postgres.scans import snapshot_store

_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)
_ASSETS: Final = ("raw_listings", "image_hashes", "scores")
_READ_AT_ONCE: Final = 500  # listings out of Postgres


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """The tables of a provider as the assets hand them over, packed."""

    listings: pl.LazyFrame
    photos: pl.LazyFrame
    scores: pl.LazyFrame  # the newest of each listing, where the saved config would give it
    from_snapshots: int  # listings; the others come from Postgres


def stored_history(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    provider: Provider,
    saved: ClientConfig | None,
) -> StoredHistory:
    """All of the provider's listings that are stored, with what is kept of each."""
    gathering = _Gathering(database, objects, client_id, provider)
    known = gathering.known()
    seen = gathering.add_snapshots(saved, _LAST, known)
    gathering.add_stored(sorted(known - seen))
    listings, photos, scores = map(gathering.table, _ASSETS)
    return StoredHistory(listings, photos, scores, len(seen))


def seen_rows(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    provider: Provider,
    asset: str,
    until: datetime,
) -> pl.LazyFrame:
    """The asset's newest row of each stored listing that a snapshot made until then shows.

    What only Postgres knows is left out: no evidence can be frozen of it, as its page is gone.
    """
    gathering = _Gathering(database, objects, client_id, provider)
    gathering.add_snapshots(None, until, gathering.known(), (asset,))
    return gathering.table(asset)


@dataclass(slots=True)
class _Gathering:
    database: Database
    objects: ObjectStore
    client_id: str
    provider: Provider
    _spools: dict[str, Spool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        empty = {name: pl.DataFrame(schema=SNAPSHOT_SCHEMAS[name]) for name in _ASSETS}
        self._spools = {name: Spool(frame) for name, frame in empty.items()}

    def known(self) -> set[str]:
        """The ids of all listings that are stored."""
        with self.database.client(self.client_id) as c:
            return set(stored_query.listing_ids(c, self.client_id, self.provider))

    def add_snapshots(
        self,
        saved: ClientConfig | None,
        until: datetime,
        known: Collection[str],
        assets: Sequence[str] = _ASSETS,
    ) -> set[str]:
        """The ids of those listings of which the snapshots until then have any rows."""
        with self.database.client(self.client_id) as c:
            kept = snapshot_store.snapshots_between(c, self.client_id, _FIRST, until)
        snapshots = [row for row in kept if row.provider == self.provider]
        with newest_rows(self.objects, self.client_id, snapshots) as newest:
            found = {asset: self._newest(newest, asset, saved) for asset in assets}
        for asset, where in found.items():
            for frame in rows_where(self.objects, snapshots, asset, where):
                own = frame.filter(pl.col("listing_id").is_in(list(known)))
                self._spools[asset].add(own if asset == "image_hashes" else _once(own))
        seen = found.get("raw_listings", {})
        return {key for some in seen.values() for key in some if key in known}

    def add_stored(self, listing_ids: list[str]) -> None:
        """Guarantees the rows of these listings, as Postgres keeps them."""
        for start in range(0, len(listing_ids), _READ_AT_ONCE):
            some = listing_ids[start : start + _READ_AT_ONCE]
            with self.database.client(self.client_id) as c:
                listings, photos = stored_rows(c, self.client_id, self.provider, some)
            self._spools["raw_listings"].add(listings)
            self._spools["image_hashes"].add(photos)

    def table(self, asset: str) -> pl.LazyFrame:
        """All rows of the asset that were added, in one file, which `RowLookup` reads in part."""
        return scanned(parquet_of(self._spools[asset].unpacked()))

    def _newest(self, newest: NewestRows, asset: str, saved: ClientConfig | None) -> Where:
        if asset == "raw_listings":
            return newest.listings()
        if asset == "image_hashes":
            return newest.photos()
        if saved is None:
            return {}
        with self.database.client(self.client_id) as c:
            versions = alike_versions(c, self.client_id, saved, newest.config_versions())
        return newest.scores(versions, model_of(saved))


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique("listing_id", keep="first", maintain_order=True)
