"""Outcomes of the items of one step, counted so that they add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from infringement_dagster.domain.scan import EndState


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """Items found by a step; `reasons` counts the skipped and failed ones by reason."""

    found: int
    stored: int
    skipped: int
    failed: int
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def add_up(self) -> bool:
        """True when every item found ended as stored, skipped or failed."""
        return self.found == self.stored + self.skipped + self.failed

    def as_document(self) -> dict[str, object]:
        """The counts as they are kept in the run's row."""
        return {
            "found": self.found,
            "stored": self.stored,
            "skipped": self.skipped,
            "failed": self.failed,
            "reasons": dict(self.reasons),
        }


def count_items(found: int, stored: int, outcomes: Iterable[ItemOutcome]) -> ItemCounts:
    """The counts of one step from what it stored and what it did not."""
    not_stored = list(outcomes)
    by_outcome = Counter(item.outcome for item in not_stored)
    reasons = Counter(f"{item.outcome}: {item.reason}" for item in not_stored)
    return ItemCounts(
        found, stored, by_outcome["skipped"], by_outcome["failed"], tuple(reasons.most_common())
    )


def read_counts(document: Mapping[str, object]) -> dict[str, ItemCounts]:
    """The counts by asset as kept in a run's row; parts of another shape are left out."""
    return {
        asset: ItemCounts(
            found=_number(counts, "found"),
            stored=_number(counts, "stored"),
            skipped=_number(counts, "skipped"),
            failed=_number(counts, "failed"),
        )
        for asset, counts in document.items()
        if isinstance(counts, Mapping)
    }


SKIPPED_BECAUSE = "skipped_because"  # beside the counts of a run that had nothing to do


def skipped_because(document: Mapping[str, object]) -> str | None:
    """Why the run with these counts by asset did nothing; None where it did something."""
    searched = document.get("raw_listings")
    reason = searched.get(SKIPPED_BECAUSE) if isinstance(searched, Mapping) else None
    return reason if isinstance(reason, str) else None


@dataclass(frozen=True, slots=True)
class ItemsMissed:
    """Items of one step that were not stored for one reason."""

    asset: str
    outcome: str  # skipped or failed
    reason: str
    items: int

    @property
    def in_words(self) -> str:
        """The same as people say it: `2 pages failed: target blocked`."""
        noun = _ITEMS.get(self.asset, "items")
        counted = f"1 {noun.removesuffix('s')}" if self.items == 1 else f"{self.items:,} {noun}"
        return f"{counted} {self.outcome}: {self.reason.replace('_', ' ')}"


_ITEMS = {
    "raw_listings": "pages",
    "image_hashes": "photos",
    "scores": "scores",
    "flagged_cases": "cases",
}


def missed_items(document: Mapping[str, object]) -> list[ItemsMissed]:
    """Items that a run did not store, by step and reason, from the counts kept in its row."""
    found: list[ItemsMissed] = []
    for asset, counts in document.items():
        reasons = counts.get("reasons") if isinstance(counts, Mapping) else None
        for told, items in dict(reasons or {}).items():
            outcome, _, reason = str(told).partition(": ")
            found.append(ItemsMissed(asset, outcome, reason, items))
    return found


def why_failed(document: Mapping[str, object]) -> str | None:
    """Why a run with these counts failed as a whole, in words; None when it did not."""
    if end_state(document) != "failed":
        return None
    failures = [
        missed.in_words
        for missed in missed_items(document)
        if (missed.asset, missed.outcome) == ("raw_listings", "failed")
    ]
    return f"no page of the marketplace could be read: {', '.join(failures)}"


def _number(counts: Mapping[str, object], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """Why one item of an asset was not stored."""

    item_key: str
    outcome: Literal["skipped", "failed"]
    reason: str
    detail: str = ""


def end_state(counts: Mapping[str, object]) -> EndState:
    """The state in which a run with these counts by asset ends."""
    by_asset = read_counts(counts)
    searched = by_asset.get("raw_listings")
    if searched is not None and _all_failed(searched):
        return "failed"
    return "partial" if any(step.failed for step in by_asset.values()) else "succeeded"


def _all_failed(step: ItemCounts) -> bool:
    return step.failed > 0 and step.stored == 0 and step.skipped == 0
