"""Takes back the cases that a config, applied to what is stored, no longer flags.

Belongs here: which listings are below the threshold. Not here: the cases themselves
(`resources/postgres/retroaction_store.py`), flagging (`case_flagging.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from infringement_dagster.scan_runs import ScanRun
from resources.postgres import retroaction_store, run_store
from resources.postgres.database import Database

if TYPE_CHECKING:
    import polars as pl


def drop_unflagged(
    database: Database, run: ScanRun, scores: pl.LazyFrame, flagged: Iterable[str]
) -> int:
    """How many cases were dropped; none by an ordinary scan, whose listings may have changed."""
    if run.trigger != "retroaction":
        return 0
    scored = scores.select("listing_id", "probability").collect().rows()
    kept = set(flagged)
    below = {listing_id: value for listing_id, value in scored if listing_id not in kept}
    with database.client(run.client_id) as c:
        run_store.check_epoch(c, run.client_id, run.scan_id, run.provider, run.epoch)
        return retroaction_store.drop_cases(
            c, run.client_id, run.scan_id, run.provider, run.config.version, below
        )
