"""Evidence that two sellers share, each piece weighed by how seldom strangers share it.

A weight is the logarithm of how much likelier the thing is when one actor is behind both. Negative
ones speak against it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from rapidfuzz import fuzz

from infringement_dagster.domain.actors.links import Evidence, EvidenceKind
from infringement_dagster.matching.actors.names import ALIKE_MIN, rarity_of
from infringement_dagster.matching.actors.profiles import Look, Profile, Template, is_same_template

Thing = TypeVar("Thing")
_COPIED: Final[frozenset[EvidenceKind]] = frozenset({"photos", "titles"})
_COPIED_MAX: Final = 9.3  # a thief copies photos with titles, a supplier hands out both
_ID_CHARS_MIN: Final = 8
_NAME: Final = 2.0
_TITLE, _TITLES_MAX = 5.6, 6.8
_PLACE_MAX: Final = 2.4
_CONTACT, _SAME_NAME = 13.0, 13.0


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How many actors show each thing: sellers known to be one actor's count once."""

    sellers: int
    looks: Counter[Look]
    contacts: Counter[str]
    parts: Counter[str]  # of names
    places: Counter[str]
    cents: Counter[str]
    placed: int  # actors whose place is known
    priced: int  # actors whose prices have a habit
    sellers_of: Mapping[Look | str, int]  # the sellers, one by one, that show a look or contact

    @staticmethod
    def of(profiles: Sequence[Profile], actors: Sequence[int]) -> Frequencies:
        """Counted over these sellers, each with the number of its actor as far as it is known."""
        known = list(zip(profiles, actors, strict=True))
        places = _counted((item.place, actor) for item, actor in known if item.place is not None)
        cents = _counted((item.cents, actor) for item, actor in known if item.cents is not None)
        return Frequencies(
            len(profiles),
            _counted((look, actor) for item, actor in known for look in item.looks),
            _counted((contact, actor) for item, actor in known for contact in item.contacts),
            _counted((part, actor) for item, actor in known for part in item.core),
            places,
            cents,
            places.total(),
            cents.total(),
            Counter[Look | str](_looks_and_contacts(profiles)),
        )

    @property
    def shared_max(self) -> int:
        """So many sellers show a thing at most that is still told as one actor's."""
        return max(16, min(60, round(0.04 * self.sellers)))

    def scarcity(self, holders: int) -> float:
        """From 1 for a thing that two actors show to 0 for one that very many do."""
        return max(0.0, 1 - math.log(max(holders, 2) / 2) / math.log(self.shared_max / 2))

    def scarcity_of_own(self, holders: int) -> float:
        """The same of a thing that strangers have in common only where very many have it."""
        return min(1.0, max(0.0, 1 - (holders - 6) / (2 * self.shared_max - 6)))


def _looks_and_contacts(profiles: Sequence[Profile]) -> Iterator[Look | str]:
    for item in profiles:
        yield from item.looks
        yield from item.contacts


def _counted(shown: Iterable[tuple[Thing, int]]) -> Counter[Thing]:
    return Counter(thing for thing, _ in set(shown))


def evidence_of(
    first: Profile, second: Profile, common: Frequencies, titles: Mapping[Template, int]
) -> tuple[Evidence, ...]:
    """Everything that speaks for or against one actor, the weightiest first.

    `titles` are the wordings that both use, with the number of sellers that do.
    """
    copied: list[Evidence] = []
    others: list[Evidence] = []
    for item in _found(first, second, common, titles):
        (copied if item.kind in _COPIED else others).append(item)
    total = sum(item.weight for item in copied)
    scale = min(1.0, _COPIED_MAX / total) if total > 0 else 1.0
    scaled = [Evidence(item.kind, item.weight * scale, item.said) for item in copied]
    return tuple(sorted((*scaled, *others), key=lambda item: (-item.weight, item.kind)))


def _found(
    first: Profile, second: Profile, common: Frequencies, titles: Mapping[Template, int]
) -> Iterator[Evidence]:
    yield from _seller_id(first, second)
    yield from _contacts(first, second, common)
    yield from _name(first, second, common)
    yield from _photos(first, second, common)
    yield from _titles(titles, common)
    yield from _place(first, second, common)
    yield from _prices(first, second, common)


def _seller_id(first: Profile, second: Profile) -> Iterator[Evidence]:
    shared = first.seller_id
    if shared is not None and shared == second.seller_id and len(shared) >= _ID_CHARS_MIN:
        yield Evidence("seller_id", 12.0, f"the same seller id, {shared}, at both marketplaces")


def _contacts(first: Profile, second: Profile, common: Frequencies) -> Iterator[Evidence]:
    shared = sorted(first.contacts & second.contacts)
    weighed = [(common.scarcity_of_own(common.contacts[item]), item) for item in shared]
    if not weighed:
        return
    best, named = max(weighed)
    more = 0.8 * sum(part for part, item in weighed if item != named)
    weight = min(_CONTACT * best + more, 15.0)
    if weight > 0:
        kind, _, value = named.partition(":")
        words = {"mail": "e-mail address", "web": "web address", "handle": "messenger name"}
        others = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
        count = common.sellers_of[named]
        yield Evidence(
            "contact",
            weight,
            f"both give the {words.get(kind, kind)} {value}{others}, as {count} sellers do",
        )


def _name(first: Profile, second: Profile, common: Frequencies) -> Iterator[Evidence]:
    named = f"{first.name!r} and {second.name!r}"
    is_same_place = first.seller.provider == second.seller.provider
    if is_same_place and first.name.casefold() == second.name.casefold():
        yield Evidence("name", _SAME_NAME, f"the same name at the same marketplace, {first.name!r}")
        return
    shared = set(first.core) & set(second.core)
    weight = _NAME * sum(_part(part, common) for part in sorted(shared))
    if shared and weight > 0:
        whole = first.core == second.core
        share = 1.0 if whole else len(shared) / max(len(set(first.core) | set(second.core)), 1)
        told = " ".join(sorted(shared))
        said = f"{named} both say {told!r}" if not whole else f"{named} are one name, {told!r}"
        yield Evidence("name", min(weight * share, 11.0), said)
        return
    letters = "".join(first.core), "".join(second.core)
    ratio = fuzz.ratio(*letters, score_cutoff=ALIKE_MIN)
    if ratio and min(map(len, letters)) >= 6:
        rare = min(sum(_part(part, common) for part in item.core) for item in (first, second))
        weight = _NAME * min(rare, 5.0) * (ratio - 70) / 30
        if weight > 0:
            yield Evidence("name", weight, f"{named} are alike, {ratio:.0f}% of their letters")


def _part(part: str, common: Frequencies) -> float:
    """How much a part of a name says that both have: rare in the language and among sellers."""
    return rarity_of(part) * common.scarcity_of_own(common.parts[part])


def _photos(first: Profile, second: Profile, common: Frequencies) -> Iterator[Evidence]:
    shared = sorted(first.looks & second.looks)
    parts = sorted((common.scarcity(common.looks[look]) for look in shared), reverse=True)
    weight = sum(2.6 * part * 0.5**place for place, part in enumerate(parts))
    if weight > 0:
        least = min(common.sellers_of[look] for look in shared)
        said = f"both show a photo that {least} sellers show"
        if len(shared) > 1:
            said = f"both show {len(shared)} photos, the rarest of which {least} sellers show"
        yield Evidence("photos", weight, said)


def _titles(titles: Mapping[Template, int], common: Frequencies) -> Iterator[Evidence]:
    parts = sorted((common.scarcity(count) for count in titles.values()), reverse=True)
    weight = min(sum(_TITLE * part * 0.5**place for place, part in enumerate(parts)), _TITLES_MAX)
    if weight > 0:
        count = f"{len(titles)} titles" if len(titles) > 1 else "a title"
        are = "are" if len(titles) > 1 else "is"
        shown = " ".join(sorted(min(titles, key=sorted)))[:80]
        yield Evidence("titles", weight, f"{count} of both {are} of the same words ({shown})")


def _place(first: Profile, second: Profile, common: Frequencies) -> Iterator[Evidence]:
    if first.place is None or second.place is None:
        return
    if first.place != second.place:
        said = f"one ships from {first.place.title()}, the other from {second.place.title()}"
        yield Evidence("place", -0.3, said)
        return
    share = common.places[first.place] / max(common.placed, 1)
    weight = min(1.35 * math.log(0.7 / share), _PLACE_MAX) if share < 0.7 else 0.0
    said = f"both ship from {first.place.title()}, as {share:.0%} of all do"
    yield Evidence("place", weight, said)


def _prices(first: Profile, second: Profile, common: Frequencies) -> Iterator[Evidence]:
    if first.cents is None or second.cents is None:
        return
    if first.cents != second.cents:
        said = f"prices of one end in .{first.cents}, of the other in .{second.cents}"
        yield Evidence("prices", -0.6, said)
        return
    share = common.cents[first.cents] / max(common.priced, 1)
    weight = min(1.7 * math.log(0.6 / share), 3.4) if share < 0.6 else 0.0
    said = f"most prices of both end in .{first.cents}, as {share:.0%} of all do"
    yield Evidence("prices", weight, said)


def same_titles(first: Profile, second: Profile) -> tuple[set[Template], set[Template]]:
    """The wordings of the first that the second uses too, and those of the second."""
    mine: set[Template] = set()
    theirs: set[Template] = set()
    for words in first.templates:
        for other in second.templates:
            if is_same_template(words, other):
                mine.add(words)
                theirs.add(other)
    return mine, theirs
