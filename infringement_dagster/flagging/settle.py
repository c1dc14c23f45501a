"""Brings the client's cases in order once a run has flagged its listings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infringement_dagster.domain.listing import Listing
from infringement_dagster.flagging.group_cases import group_cases
from infringement_dagster.flagging.link_sellers import link_sellers
from infringement_dagster.flagging.moderation.apply_rules import Applied, apply_rules
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.scans import rescore_store

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Settled:
    """How many cases were dropped, how many new ones are near-identical to earlier ones.

    `actors` have several of the client's sellers; `by_rule` is the work of the client's rules.
    """

    dropped: int
    alike: int
    actors: int
    by_rule: Applied


def settle(
    database: Database,
    run: ScanRun,
    scores: pl.LazyFrame,
    flagged: Iterable[str],
    listings: Iterable[Listing],
) -> Settled:
    """Guarantees that no case is left which a newer config does not flag, nor one without group.

    Nor one whose seller, if it is named, belongs to no actor. `listings` are those of the cases.
    The client's rules act last: a case's group and its actor's risk are facts for them.
    """
    dropped = _drop_unflagged(database, run, scores, flagged)
    alike = group_cases(database, run).alike
    actors = link_sellers(database, run, listings).actors
    return Settled(dropped, alike, actors, apply_rules(database, run))


def _drop_unflagged(
    database: Database, run: ScanRun, scores: pl.LazyFrame, flagged: Iterable[str]
) -> int:
    """How many cases were dropped; none by an ordinary scan, whose listings may have changed."""
    if run.trigger != "rescore":
        return 0
    scored = scores.select("listing_id", "probability").collect().rows()
    kept = set(flagged)
    below = {listing_id: value for listing_id, value in scored if listing_id not in kept}
    with run.transaction(database) as c:
        return rescore_store.drop_cases(
            c, run.client_id, run.scan_id, run.provider, run.config.version, below
        )
