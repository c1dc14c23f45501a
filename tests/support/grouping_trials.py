"""How well groups are those of a made-up market's lines, for tests and benchmarks."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from infringement_dagster.domain.groups.likeness import Member, PhotoPrint, Print
from infringement_dagster.matching.groups.grouping import Grouping
from infringement_dagster.matching.groups.likeness import photo_print, print_of
from infringement_dagster.reviewing.groups import PROPOSED_MAX
from tests.support.actor_market import ActorMarket


@dataclass(frozen=True, slots=True)
class Quality:
    """Of pairs of listings: how many that share a group share a line, and the other way round.

    `looks` are the groups that have a listing, which is what a reviewer decides on.
    """

    precision: float
    recall: float
    looks: int


def prints_of(market: ActorMarket) -> list[Print]:
    """The prints of the market's listings, in the order in which scans find them."""
    references = [photo_print(item.sha256, item.hashed.hashes) for item in market.references]
    known: dict[str, PhotoPrint] = {}
    prints = []
    for number, offered in enumerate(market.listings, start=1):
        sha256 = offered.photo.sha256
        if sha256 not in known:
            known[sha256] = photo_print(sha256, offered.photo.hashed.hashes, references)
        prints.append(print_of(UUID(int=number), offered.listing, known[sha256]))
    return prints


def grouped(prints: Sequence[Print], sizes: Iterable[int]) -> list[UUID]:
    """The group of each listing in the end, where so many came at once."""
    *_, last = grouped_by_scan(prints, sizes)
    return last


def grouped_by_scan(prints: Sequence[Print], sizes: Iterable[int]) -> Iterator[list[UUID]]:
    """The group of each listing that is known after each scan; each time from what was kept."""
    members: list[Member] = []
    came = 0
    for size in sizes:
        grouping = Grouping(members)
        for seen in prints[came : came + size]:
            grouping.add(seen)
        came += size
        members = [
            Member(seen, grouping.group_of(place)) for place, seen in enumerate(prints[:came])
        ]
        yield [member.group_id for member in members]


def scan_sizes(market: ActorMarket) -> list[int]:
    """How many listings each scan of the market finds."""
    found = Counter(offered.scan for offered in market.listings)
    return [found[scan] for scan in sorted(found)]


def quality(market: ActorMarket, groups: Sequence[UUID]) -> Quality:
    """How well the groups of the market's listings, in their order, are its lines."""
    lines = [offered.line for offered in market.listings]
    right = _pairs(zip(lines, groups, strict=True))
    return Quality(right / _pairs(groups), right / _pairs(lines), len(set(groups)))


def decisions_needed(market: ActorMarket, groups_by_scan: Iterable[Sequence[UUID]]) -> int:
    """How many decisions settle all infringing listings of the market by its groups.

    The reviewer sits down after each scan and is never wrong. What came since is decided for its
    group at once; whatever lawful is in it is taken out and decided by itself. Where that is more
    work than the infringing ones of the group by themselves, these are decided so.
    """
    needed, came = 0, 0
    for groups in groups_by_scan:
        fresh: defaultdict[UUID, Counter[bool]] = defaultdict(Counter)
        for place in range(came, len(groups)):
            fresh[groups[place]][market.listings[place].is_infringing] += 1
        needed += sum(min(count[True], 1 + count[False]) for count in fresh.values())
        came = len(groups)
    return needed


def acts_needed(market: ActorMarket, groups_by_scan: Iterable[Sequence[UUID]]) -> int:
    """How many acts settle all infringing listings where proposals of groups are confirmed.

    The reviewer sits down after each scan and is never wrong. A page of what groups propose is one
    act, and so is a group none of which is decided; each lawful listing that has to be ticked on
    either is one more, and is open but left out from then on. Groups without an infringing listing
    are not looked at, as they are not one by one.
    """
    acts = 0
    settled: set[int] = set()
    left_out: set[int] = set()
    for groups in groups_by_scan:
        waiting: defaultdict[UUID, list[int]] = defaultdict(list)
        for place, group in enumerate(groups):
            if place not in settled and place not in left_out:
                waiting[group].append(place)
        decided = {groups[place] for place in settled}
        proposed = sum(len(places) for group, places in waiting.items() if group in decided)
        acts += math.ceil(proposed / PROPOSED_MAX)
        for group, places in waiting.items():
            infringing = {place for place in places if market.listings[place].is_infringing}
            if not infringing and group not in decided:
                continue
            acts += len(places) - len(infringing) + (group not in decided)
            settled |= infringing
            left_out |= set(places) - infringing
    return acts


def _pairs(named: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(named).values())
