"""Puts listings into groups one after the other, each where it hangs together with known ones.

A listing is compared with those that came before it alone, so adding a few to many known ones gives
what adding all of them at once gives. What a person has put together or apart stays so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from infringement_dagster.domain.groups.likeness import Edge, Likeness, Member, Print
from infringement_dagster.matching.groups.likeness import likeness_of
from infringement_dagster.matching.groups.near_hashes import NearHashes

COMPARED_MAX: Final = 1000  # of one seller, or with one photo; the first of distinct ones


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a listing was put: by which edges, and which groups became its own by it."""

    seen: Print
    edges: tuple[Edge, ...]
    united: tuple[UUID, ...]  # groups that are no more

    @property
    def is_alike(self) -> bool:
        """Whether it shares its group with earlier listings."""
        return any(not edge.is_held_apart for edge in self.edges)


@dataclass(slots=True)
class _Group:
    group_id: UUID  # the case that it began with
    pinned_to: UUID | None
    places: list[int] = field(default_factory=list)  # of its members, in order of arrival


class Grouping:
    """The groups of one client.

    Members that are known are given in the order in which they came, then new ones in theirs.
    """

    def __init__(self, known: Iterable[Member] = ()) -> None:
        self._prints: list[Print] = []
        self._groups: list[_Group] = []  # of each listing
        self._candidates = _Candidates()
        self._pinned: dict[UUID, int] = {}  # the first listing of each group by a person's word
        by_id: dict[UUID, _Group] = {}
        for member in known:
            group = by_id.setdefault(member.group_id, _Group(member.group_id, None))
            self._place(member.seen, group, member.pinned_to)

    def add(self, seen: Print, pinned_to: UUID | None = None) -> Joined:
        """Where the listing is put: into the group that it is most like, or one of its own.

        Like several groups, it makes them one, unless a person has put them apart.
        """
        best = self._best_of_groups(seen)
        here = self._place(seen, _Group(seen.case_id, None), pinned_to)
        united = [self._unite(self._pinned[pinned_to], here)] if pinned_to is not None else []
        edges: list[Edge] = []
        for place, likeness in best:
            is_held_apart = self._are_apart(place, here)
            edges.append(Edge(seen.case_id, self._prints[place].case_id, likeness, is_held_apart))
            if not is_held_apart:
                united.append(self._unite(place, here))
        gone = tuple(item for item in united if item is not None and item != seen.case_id)
        return Joined(seen, tuple(edges), gone)

    def group_of(self, place: int) -> UUID:
        """The group of the listing that came in this place, counted from 0."""
        return self._groups[place].group_id

    def members(self) -> dict[UUID, list[UUID]]:
        """The cases of each group, in order of arrival."""
        groups = {id(group): group for group in self._groups}
        return {
            group.group_id: [self._prints[place].case_id for place in sorted(group.places)]
            for group in groups.values()
        }

    def _place(self, seen: Print, group: _Group, pinned_to: UUID | None) -> int:
        place = len(self._prints)
        self._prints.append(seen)
        self._groups.append(group)
        group.places.append(place)
        if pinned_to is not None:
            group.pinned_to = pinned_to
            self._pinned.setdefault(pinned_to, place)
        self._candidates.add(place, seen)
        return place

    def _best_of_groups(self, seen: Print) -> list[tuple[int, Likeness]]:
        """The listing most like it of each group that it hangs together with, the best first."""
        found = (
            (place, likeness)
            for place in self._candidates.of(seen)
            if (likeness := likeness_of(seen, self._prints[place])).ties
        )
        best: dict[int, tuple[int, Likeness]] = {}
        for place, likeness in sorted(found, key=_strongest_first):
            best.setdefault(id(self._groups[place]), (place, likeness))
        return list(best.values())

    def _are_apart(self, place: int, other: int) -> bool:
        pins = {self._groups[place].pinned_to, self._groups[other].pinned_to} - {None}
        return len(pins) > 1

    def _unite(self, place: int, other: int) -> UUID | None:
        """The id of the group that is no more, the one that began later; None for one group."""
        groups = self._groups[place], self._groups[other]
        if groups[0] is groups[1]:
            return None
        earlier, later = sorted(groups, key=lambda group: min(group.places))
        for moved in later.places:
            self._groups[moved] = earlier
        earlier.places += later.places
        earlier.pinned_to = earlier.pinned_to or later.pinned_to
        return later.group_id


def _strongest_first(found: tuple[int, Likeness]) -> tuple[float, ...]:
    place, likeness = found
    return (*(-part for part in likeness.strength), place)


class _Candidates:
    """Listings by seller and by photo: whatever hangs together has one of the two in common."""

    def __init__(self) -> None:
        self._by_key: defaultdict[object, list[int]] = defaultdict(list)
        self._distinct: set[tuple[object, object]] = set()
        self._hashes = NearHashes()

    def add(self, place: int, seen: Print) -> None:
        """Guarantees that the listing is found; of those alike in all, only the first."""
        looks = (seen.words, seen.seller, seen.provider, seen.seller_id, seen.photo)
        for key in self._keys(seen):
            places = self._by_key[key]
            if len(places) < COMPARED_MAX and (key, looks) not in self._distinct:
                self._distinct.add((key, looks))
                places.append(place)
        for hashed in _hashes_of(seen):
            self._hashes.add(hashed)

    def of(self, seen: Print) -> set[int]:
        """The places of listings with the seller or the photo of this one."""
        return {
            place
            for key in (*self._keys(seen), *self._near(seen))
            for place in self._by_key.get(key, ())
        }

    def _near(self, seen: Print) -> Iterator[object]:
        for hashed in _hashes_of(seen):
            self._hashes.add(hashed)
            yield from self._hashes.near(hashed)

    @staticmethod
    def _keys(seen: Print) -> Sequence[object]:
        keys: list[object] = []
        if seen.seller is not None:
            keys.append(("seller", seen.seller))
        if seen.seller_id is not None:
            keys.append(("seller id", seen.provider, seen.seller_id))
        if seen.photo is not None and not seen.photo.is_reference:
            keys += [("bytes", seen.photo.sha256), *seen.photo.plain]
        return keys


def _hashes_of(seen: Print) -> Sequence[int]:
    """By which its photo is looked for, mirrored too; none where it is the client's own."""
    photo = seen.photo
    return () if photo is None or photo.is_reference else (*photo.plain, *photo.mirrored)
