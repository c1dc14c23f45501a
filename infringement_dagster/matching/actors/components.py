"""Actors from links: sellers that hang together, none of them by one weak chain.

The strongest links come first. Two actors become one only where the links between them are enough
for the smaller one: at least half of its sellers are linked to the other, so that one pair that is
alike by chance, or one stolen photo, joins no two big actors. Nor do habits alone join anybody to a
big actor by one of its sellers: whose photos and titles are those of ten names is linked to more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from infringement_dagster.domain.actors.links import Link, tells_identity
from infringement_dagster.domain.actors.sellers import SellerKey

LINKED_SHARE_MIN: Final = 0.5  # of the sellers of the smaller actor
HABITS_SHARE_MIN: Final = 0.15  # of those of the larger one, by habits: two of seven to thirteen


def actors_of(
    sellers: Sequence[SellerKey],
    links: Iterable[Link],
    pins: Mapping[SellerKey, UUID] | None = None,
) -> list[tuple[SellerKey, ...]]:
    """The sellers of each actor, the actors in order of their first sellers; some have but one.

    Sellers pinned to one actor by a person are together, those pinned to different ones apart.
    """
    joined = _Joined(sellers, pins or {})
    tying = [link for link in links if link.ties]
    for link in tying:
        joined.know(link)
    for link in sorted(tying, key=lambda item: (-item.weight, item.first, item.second)):
        joined.join(link)
    return joined.actors()


class _Joined:
    def __init__(self, sellers: Sequence[SellerKey], pins: Mapping[SellerKey, UUID]) -> None:
        self._actors: dict[SellerKey, list[SellerKey]] = {seller: [seller] for seller in sellers}
        self._pins = dict(pins)
        self._near: defaultdict[SellerKey, set[SellerKey]] = defaultdict(set)
        first_of: dict[UUID, SellerKey] = {}
        for seller in sellers:
            if seller in pins:
                self._unite(first_of.setdefault(pins[seller], seller), seller)

    def know(self, link: Link) -> None:
        self._near[link.first].add(link.second)
        self._near[link.second].add(link.first)

    def join(self, link: Link) -> None:
        """Guarantees one actor for both sellers where the links and people's words allow it."""
        first, second = self._actors[link.first], self._actors[link.second]
        if first is second or self._are_apart(first, second):
            return
        smaller, larger = sorted((first, second), key=len)
        share = 0.0 if tells_identity(link.evidence) else HABITS_SHARE_MIN
        is_enough = self._linked(larger, smaller) >= share * len(larger)
        if is_enough and self._linked(smaller, larger) >= LINKED_SHARE_MIN * len(smaller):
            self._unite(link.first, link.second)

    def _linked(self, sellers: Sequence[SellerKey], others: Sequence[SellerKey]) -> int:
        """How many of the sellers are linked to any of the others."""
        return sum(not self._near[seller].isdisjoint(others) for seller in sellers)

    def actors(self) -> list[tuple[SellerKey, ...]]:
        distinct = {id(members): members for members in self._actors.values()}
        return sorted(tuple(sorted(members)) for members in distinct.values())

    def _are_apart(self, first: Sequence[SellerKey], second: Sequence[SellerKey]) -> bool:
        pins = {self._pins[seller] for seller in (*first, *second) if seller in self._pins}
        return len(pins) > 1

    def _unite(self, seller: SellerKey, other: SellerKey) -> None:
        first, second = self._actors[seller], self._actors[other]
        if first is not second:
            first += second
            for moved in second:
                self._actors[moved] = first
