"""How a run ends, from what its steps counted; pure.

A run fails when its search found nothing but failures, is partial when any item of any step
failed, and succeeds otherwise. Skipped items (advertising, repeated, blank pictures) are no loss.
"""

from __future__ import annotations

from collections.abc import Mapping

from infringement_dagster.item_counts import ItemCounts, read_counts
from resources.postgres.records import EndState


def end_state(counts: Mapping[str, object]) -> EndState:
    """The state in which a run with these counts by asset ends."""
    by_asset = read_counts(counts)
    searched = by_asset.get("raw_listings")
    if searched is not None and _all_failed(searched):
        return "failed"
    return "partial" if any(step.failed for step in by_asset.values()) else "succeeded"


def _all_failed(step: ItemCounts) -> bool:
    return step.failed > 0 and step.stored == 0 and step.skipped == 0
