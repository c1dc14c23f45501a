"""Keeps one item that kills its process from taking the whole run with it.

A step notes what it takes in hand. When its process dies, all of that is suspected; the next try
handles suspects last and each alone, so that a further death names the one that brings it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.scans import suspect_store

CRASHES_OF_ITEM_MAX: Final = 3
REASON: Final = "process_died"
DETAIL: Final = f"in hand each of the {CRASHES_OF_ITEM_MAX} times that the run's process died"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Which items may be handled together, which alone, and which no more."""

    together: tuple[str, ...]
    alone: tuple[str, ...]
    set_aside: tuple[str, ...]


def quarantine(items: Iterable[str], crashes: Mapping[str, int]) -> Quarantine:
    """The items in their order, by how often each was in hand when a process died.

    Those most suspected come last: else each further death would strike the first of them again,
    whoever brings it.
    """
    known = list(items)
    suspects = [
        item for item in known if crashes.get(item, CRASHES_OF_ITEM_MAX) < CRASHES_OF_ITEM_MAX
    ]
    return Quarantine(
        tuple(item for item in known if item not in crashes),
        tuple(sorted(suspects, key=lambda item: crashes[item])),
        tuple(item for item in known if crashes.get(item, 0) >= CRASHES_OF_ITEM_MAX),
    )


@dataclass(slots=True)
class PoisonItems:
    """The items of one step of one run; their keys are told apart from those of other steps."""

    database: Database
    run: ScanRun
    asset: str
    _crashes: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        run = self.run
        with self.database.client(run.client_id) as c:
            self._crashes = suspect_store.suspects(c, run.client_id, run.scan_id, run.provider)

    def quarantine(self, items: Iterable[str]) -> Quarantine:
        """How these items are to be handled."""
        mark = self._mark("")
        own = {
            key.removeprefix(mark): n for key, n in self._crashes.items() if key.startswith(mark)
        }
        return quarantine(items, own)

    def take(self, items: Collection[str]) -> None:
        """Guarantees that these items, and no others, are suspected if the process dies."""
        run = self.run
        with self.database.client(run.client_id) as c:
            suspect_store.take_in_hand(
                c, run.client_id, run.scan_id, run.provider, run.epoch, [*map(self._mark, items)]
            )

    def portions(self, quarantine: Quarantine, at_once: int) -> Iterator[tuple[str, ...]]:
        """The items to handle, each portion taken in hand before it is given; suspects alone."""
        for items, number in ((quarantine.together, at_once), (quarantine.alone, 1)):
            for start in range(0, len(items), number):
                portion = items[start : start + number]
                self.take(portion)
                yield portion

    def _mark(self, item: str) -> str:
        return f"{self.asset} {item}"


def set_aside(quarantine: Quarantine) -> list[ItemOutcome]:
    """The items that are handled no more, each with the reason."""
    return [ItemOutcome(item, "failed", REASON, DETAIL) for item in quarantine.set_aside]
