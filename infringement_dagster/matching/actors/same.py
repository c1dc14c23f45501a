"""Sets that become one: which places of a list belong together."""

from __future__ import annotations


class Sets:
    """Places from 0, each alone at first; the root of a set is its smallest place."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def root(self, place: int) -> int:
        """The smallest place that belongs together with this one."""
        while self._parents[place] != place:
            self._parents[place] = self._parents[self._parents[place]]
            place = self._parents[place]
        return place

    def unite(self, place: int, other: int) -> None:
        """Guarantees that both places, and all that belong to them, belong together."""
        first, second = sorted((self.root(place), self.root(other)))
        self._parents[second] = first
