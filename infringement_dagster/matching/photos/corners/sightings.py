"""Sightings of the references that hashes or the gate named, by corner points and pixels.

They decide nearly all: a copy agrees exactly with its reference, and a hash that is near although
nothing agrees was near by chance. What lies between is left for key points, at 20 times the price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from infringement_dagster.matching.photos.corners.gate import Named
from infringement_dagster.matching.photos.corners.match import (
    as_sighting,
    laid_as_a_whole,
    laid_through_letters,
    match_points,
)
from infringement_dagster.matching.photos.corners.points import BothWays, CornerPoints
from infringement_dagster.matching.photos.hashes.hash_match import HashMatch, Likeliest
from infringement_dagster.matching.photos.local_match import LocalMatch

_UNDECIDED_MIN, _UNDECIDED_MAX = 0.1, 0.6
_SEEN_MIN = 0.05  # below it nothing is seen, and nobody is told of it
_SURE_MIN = 0.9  # nothing surer is looked for
_UNDECIDED_AT_MOST = 2  # references a photo
_POINTS_TELLING = 60  # with so many on both sides, points that agree on nothing mean something
_DOUBT = 0.5
_BEYOND_DOUBT = 0.95


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sightings in one photo."""

    hashed: HashMatch | None  # with the doubt that corner points cast on it
    seen: tuple[tuple[int, LocalMatch], ...]  # references and how they are seen
    undecided: tuple[int, ...]
    is_admitted: bool = False  # whether the gate, a near hash or another look names one

    def asking_also(self, named: Iterable[Named]) -> Verdict:
        """The same with what was named by another look than corner points', where they saw none."""
        if _is_decided(self.seen, _UNDECIDED_MAX):
            return self
        also = [item.reference for item in named]
        asked = tuple(dict.fromkeys((*self.undecided, *also)))[:_UNDECIDED_AT_MOST]
        return replace(self, undecided=asked, is_admitted=self.is_admitted or bool(also))


def verdict_of(
    photo: CornerPoints,
    hashed: HashMatch | None,
    named: Sequence[Named],
    points: Callable[[int], BothWays | None],
    *,
    is_near: bool,
) -> Verdict:
    """The verdict on a photo; `is_near` says that its hash is near enough to be looked into."""
    seen: list[tuple[int, LocalMatch]] = []
    for candidate in named:
        seen += [(candidate.reference, match) for match in _by_points(photo, candidate, points)]
        if _is_decided(seen, _SURE_MIN):
            break
    if hashed is not None and is_near and not _is_decided(seen, _SURE_MIN):
        found = list(_until_sure(_by_hash(photo, hashed, points)))
        seen += [(hashed.reference, sighting) for sighting in found]
        hashed = _doubted(hashed, found, photo, points)
    if hashed is not None and not _is_decided(seen, _SURE_MIN):
        seen += by_likeliest(photo, hashed, points)
    between = sorted(
        (-item.similarity, reference)
        for reference, item in seen
        if _UNDECIDED_MIN <= item.similarity < _UNDECIDED_MAX
    )
    is_decided = _is_decided(seen, _UNDECIDED_MAX)
    asked = () if is_decided else dict.fromkeys(reference for _, reference in between)
    told = (
        sighting
        for sighting in seen
        if sighting[1].similarity >= _SEEN_MIN or sighting[1].is_same_line
    )
    is_admitted = is_near or bool(named)
    return Verdict(hashed, tuple(told), tuple(asked)[:_UNDECIDED_AT_MOST], is_admitted)


def by_likeliest(
    photo: CornerPoints, hashed: HashMatch, points: Callable[[int], BothWays | None]
) -> Iterator[tuple[int, LocalMatch]]:
    """The references that hashes can only guess at: under letters, and of a negative."""
    if (near := hashed.negative) is not None and (both := points(near.reference)) is not None:
        way = _way(both, near)
        negative = replace(photo, thumb=255 - photo.thumb)
        for match in laid_as_a_whole(way, negative):
            sighting = as_sighting(way, negative, match, is_mirrored=way is both.mirrored)
            yield near.reference, replace(sighting, is_negative=True)
    if (near := hashed.likeliest) is not None and (both := points(near.reference)) is not None:
        way = _way(both, near)
        lettered = laid_through_letters(
            way,
            photo,
            ours_trimmed=near.view.startswith("trimmed"),
            theirs_trimmed=near.photo_view == "trimmed",
        )
        if lettered is not None:
            sighting = as_sighting(way, photo, lettered, is_mirrored=way is both.mirrored)
            yield near.reference, sighting


def _is_decided(seen: Sequence[tuple[int, LocalMatch]], similarity_min: float) -> bool:
    return any(match.similarity >= similarity_min for _, match in seen)


def _until_sure(matches: Iterator[LocalMatch]) -> Iterator[LocalMatch]:
    for match in matches:
        yield match
        if match.similarity >= _SURE_MIN:
            return


def _by_points(
    photo: CornerPoints, named: Named, points: Callable[[int], BothWays | None]
) -> Iterator[LocalMatch]:
    """A reference that the gate has named, as its points place it."""
    both = points(named.reference)
    if both is None:
        return
    way = both.mirrored if named.is_mirrored else both.upright
    match = match_points(way, photo, named.pairs)
    if match is not None:
        yield as_sighting(way, photo, match, is_mirrored=named.is_mirrored)


def _by_hash(
    photo: CornerPoints, hashed: HashMatch, points: Callable[[int], BothWays | None]
) -> Iterator[LocalMatch]:
    """The nearest reference by hashes, as it lies on the whole photo and as points place it."""
    both = points(hashed.reference)
    if both is None:
        return
    is_mirrored = hashed.view.endswith("mirrored")
    way = both.mirrored if is_mirrored else both.upright
    for match in chain(laid_as_a_whole(way, photo), [match_points(way, photo)]):
        if match is not None:
            yield as_sighting(way, photo, match, is_mirrored=is_mirrored)


def _way(both: BothWays, near: Likeliest) -> CornerPoints:
    return both.mirrored if near.view.endswith("mirrored") else both.upright


def _doubted(
    hashed: HashMatch,
    found: Sequence[LocalMatch],
    photo: CornerPoints,
    points: Callable[[int], BothWays | None],
) -> HashMatch:
    """The hash's match, less sure where both photos have points and none of them agrees."""
    both = points(hashed.reference)
    surest = max((sighting.similarity for sighting in found), default=0.0)
    is_seen = surest >= _UNDECIDED_MIN or hashed.similarity >= _BEYOND_DOUBT
    if both is None or is_seen or min(len(photo), len(both.upright)) < _POINTS_TELLING:
        return hashed
    return replace(hashed, similarity=hashed.similarity * _DOUBT, is_contradicted=True)
