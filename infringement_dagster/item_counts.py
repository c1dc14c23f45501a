"""What became of the items of one step, so that the counts add up.

Belongs here: counting outcomes and showing them to an operator. Not here: the outcomes of single
items, which are rows in Postgres.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resources.postgres.records import ItemOutcome


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


def _number(counts: Mapping[str, object], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) else 0
