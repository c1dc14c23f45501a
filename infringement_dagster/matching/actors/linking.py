"""Which sellers of a client are linked: every pair that has something rare in common, weighed.

A pure function of all profiles: whatever order listings came in, and however many at once, the
links are the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from infringement_dagster.domain.actors.links import Link
from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.matching.actors.evidence import Frequencies, evidence_of, same_titles
from infringement_dagster.matching.actors.names import alike_names
from infringement_dagster.matching.actors.profiles import Profile, Template

SHOWN_MIN: Final = 0.5  # links from here on are kept for people to judge
SELLERS_MAX: Final = 5_000  # compared, those with most listings; others stay alone
HOLDERS_MAX: Final = 60  # of one thing; whatever more sellers show says nothing
_SELLERS_BEHIND: Final = 3.0  # an actor has so many names, as a prior
_SELLERS_MIN: Final = 300  # who has found fewer has not seen how common things are
Use: TypeAlias = tuple[int, Template]  # a seller, by place, and a wording of its


class Comparison:
    """Sellers to be linked, in order of their keys, and the pairs that have anything in common."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        by_size = sorted(profiles, key=lambda item: (-item.listings, item.seller))
        self._profiles = sorted(by_size[:SELLERS_MAX], key=lambda item: item.seller)
        self._pairs = sorted(_candidates(self._profiles))
        self._titles = _TitleUse(self._profiles, self._pairs)
        self._prior = -3.5 + math.log(_SELLERS_BEHIND / max(len(self._profiles), _SELLERS_MIN))

    def links(self, actors: Mapping[SellerKey, int]) -> list[Link]:
        """The links of at least `SHOWN_MIN`, where these sellers are known to be these actors'."""
        numbers = [actors[item.seller] for item in self._profiles]
        common = Frequencies.of(self._profiles, numbers)
        users = self._titles.users(numbers)
        links = (self._link(pair, common, users) for pair in self._pairs)
        return [link for link in links if link.confidence >= SHOWN_MIN]

    def _link(self, pair: tuple[int, int], common: Frequencies, users: Mapping[Use, int]) -> Link:
        first, second = self._profiles[pair[0]], self._profiles[pair[1]]
        titles = {words: users[pair[0], words] for words in self._titles.shared(pair)}
        evidence = evidence_of(first, second, common, titles)
        weight = self._prior + sum(item.weight for item in evidence)
        return Link(first.seller, second.seller, round(weight, 3), evidence)


def _candidates(profiles: Sequence[Profile]) -> set[tuple[int, int]]:
    """The pairs that have a photo, a contact, an id or a part of their names in common."""
    holders: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, profile in enumerate(profiles):
        for key in _keys(profile):
            holders[key].append(place)
    shared = (places for places in holders.values() if len(places) <= HOLDERS_MAX)
    pairs = {pair for places in shared for pair in combinations(places, 2)}
    alike = alike_names(["".join(profile.core) for profile in profiles])
    return pairs | {(pair.first, pair.second) for pair in alike}


def _keys(profile: Profile) -> Iterator[Hashable]:
    yield from (("look", look) for look in profile.looks)
    yield from (("contact", contact) for contact in profile.contacts)
    yield from (("part", part) for part in set(profile.core))
    yield ("named", profile.seller.provider, profile.name.casefold())
    if profile.seller_id is not None:
        yield ("id", profile.seller_id)


class _TitleUse:
    """The wordings that candidates share, and whom each seller shares one with."""

    def __init__(self, profiles: Sequence[Profile], pairs: Iterable[tuple[int, int]]) -> None:
        self._shared: dict[tuple[int, int], set[Template]] = {}
        self._others: defaultdict[Use, set[int]] = defaultdict(set)
        for first, second in pairs:
            mine, theirs = same_titles(profiles[first], profiles[second])
            if mine:
                self._shared[first, second] = mine
            for words in mine:
                self._others[first, words].add(second)
            for words in theirs:
                self._others[second, words].add(first)

    def shared(self, pair: tuple[int, int]) -> set[Template]:
        """The first's wordings that the second uses too."""
        return self._shared.get(pair, set())

    def users(self, actors: Sequence[int]) -> dict[Use, int]:
        """How many actors use a seller's wording, its own among them."""
        return {
            use: len({actors[use[0]], *(actors[other] for other in others)})
            for use, others in self._others.items()
        }
