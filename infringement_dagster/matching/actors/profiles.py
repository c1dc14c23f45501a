"""Profiles of sellers over all their listings: looks of photos, templates, contacts, habits.

A profile depends on which listings there are and not on when they came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from infringement_dagster.domain.actors.sellers import SellerKey, Trace
from infringement_dagster.domain.groups.likeness import PhotoPrint
from infringement_dagster.matching.actors.names import core_of
from infringement_dagster.matching.actors.same import Sets
from infringement_dagster.matching.groups.near_hashes import NearHashes

PHOTOS_MAX: Final = 30  # of one seller, its most frequent ones
TEMPLATES_MAX: Final = 12
_PRICES_MIN: Final = 4  # fewer endings are no habit
_HABIT_SHARE: Final = 0.6
_SAME_TEMPLATE: Final = 0.7  # of all words of two titles, as for groups
_WORDS_MIN: Final = 3
Look: TypeAlias = int  # a photo and whatever is nearly the same
Template: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """All that one seller shows; `listings` says of how many."""

    seller: SellerKey
    name: str  # as it is spelt most
    core: tuple[str, ...]  # the parts of the name that tell it from others
    listings: int
    looks: frozenset[Look]
    templates: tuple[Template, ...]
    contacts: frozenset[str]
    place: str | None  # that it ships from most
    cents: str | None  # how most of its prices end, if most do

    @property
    def seller_id(self) -> str | None:
        """The marketplace's own id, where it gives one."""
        kind, _, value = self.seller.key.partition(":")
        return value if kind == "id" else None


def profiles_of(traces: Iterable[Trace]) -> list[Profile]:
    """The profile of each seller that a trace names, in order of their keys."""
    by_seller: defaultdict[SellerKey, list[Trace]] = defaultdict(list)
    for trace in traces:
        by_seller[trace.seller].append(trace)
    sellers = sorted(by_seller)
    shown = {seller: _photos(by_seller[seller]) for seller in sellers}
    looks = _looks([photo for photos in shown.values() for photo in photos])
    return [
        _profile(seller, by_seller[seller], {looks[_identity(item)] for item in shown[seller]})
        for seller in sellers
    ]


def _profile(seller: SellerKey, traces: Sequence[Trace], looks: Iterable[Look]) -> Profile:
    name = _most(Counter(trace.name for trace in traces)) or seller.key
    return Profile(
        seller,
        name,
        core_of(name),
        len(traces),
        frozenset(looks),
        _templates(traces),
        frozenset(contact for trace in traces for contact in trace.contacts),
        _most(Counter(trace.ships_from for trace in traces if trace.ships_from)),
        _cents(traces),
    )


def _most(counts: Counter[str]) -> str | None:
    """The most frequent; of equals the first by letters."""
    return min(counts, key=lambda item: (-counts[item], item), default=None)


def _cents(traces: Sequence[Trace]) -> str | None:
    endings = Counter(_ending(trace.price) for trace in traces if trace.price is not None)
    most = _most(endings)
    if most is None or endings.total() < _PRICES_MIN:
        return None
    return most if endings[most] >= _HABIT_SHARE * endings.total() else None


def _ending(price: Decimal) -> str:
    return f"{price % 1:.2f}"[2:]


def _templates(traces: Sequence[Trace]) -> tuple[Template, ...]:
    """One wording for all that are nearly the same, the most frequent ones."""
    counts = Counter(trace.words for trace in traces if len(trace.words) >= _WORDS_MIN)
    ordered = sorted(counts, key=lambda words: (-counts[words], sorted(words)))
    kept: list[Template] = []
    for words in ordered:
        if len(kept) == TEMPLATES_MAX:
            break
        if not any(is_same_template(words, other) for other in kept):
            kept.append(words)
    return tuple(kept)


def is_same_template(words: Template, other: Template) -> bool:
    """Whether most words of both are the same, and enough to be more than a product's name."""
    shared = len(words & other)
    return shared >= _WORDS_MIN and shared >= _SAME_TEMPLATE * (len(words) + len(other) - shared)


def _photos(traces: Sequence[Trace]) -> list[PhotoPrint]:
    """Its most frequent photos that are not the client's own."""
    counts = Counter(
        trace.photo for trace in traces if trace.photo is not None and not trace.photo.is_reference
    )
    by_count = sorted(counts, key=lambda photo: (-counts[photo], photo.sha256))
    return by_count[:PHOTOS_MAX]


def _identity(photo: PhotoPrint) -> object:
    return photo.plain[0] if photo.plain else photo.sha256


def _looks(photos: Sequence[PhotoPrint]) -> Mapping[object, Look]:
    """The look of each photo: those within `SAME_PHOTO_BITS`, mirrored or not, are one."""
    ordered = sorted({_identity(photo): photo for photo in photos}.values(), key=_by_sha256)
    hashes, sets = NearHashes(), Sets(len(ordered))
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for place, photo in enumerate(ordered):
        for value in photo.plain:
            hashes.add(value)
            holders[value].append(place)
    for place, photo in enumerate(ordered):
        for value in (*photo.plain, *photo.mirrored):
            hashes.add(value)
            for near in hashes.near(value):
                for other in holders.get(near, ()):
                    sets.unite(place, other)
    return {_identity(photo): sets.root(place) for place, photo in enumerate(ordered)}


def _by_sha256(photo: PhotoPrint) -> str:
    return photo.sha256
