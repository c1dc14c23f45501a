"""Further hashes of photos: algorithms of the library imagehash that a client's config names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infringement_dagster.domain.errors import did_you_mean

_SIDES: Final = tuple(range(4, 33))


@dataclass(frozen=True, slots=True)
class _Family:
    """The sizes that one algorithm is offered at; the first is the library's own."""

    sizes: tuple[int, ...]
    is_per_bin: bool = False  # the size counts bits of each of 14 bins, not a side

    def length_bits(self, size: int) -> int:
        return 14 * size if self.is_per_bin else size * size


def _with_own(own: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    return (own, *(size for size in sizes if size != own))


_SQUARE: Final = _Family(_with_own(8, _SIDES))
FAMILIES: Final[Mapping[str, _Family]] = {
    "average_hash": _SQUARE,
    "phash": _SQUARE,
    "phash_simple": _SQUARE,
    "dhash": _SQUARE,
    "dhash_vertical": _SQUARE,
    "whash": _Family(_with_own(8, (4, 16, 32))),  # powers of two only
    "colorhash": _Family(_with_own(3, (2, 4, 5, 6)), is_per_bin=True),
    "crop_resistant_hash": _Family(()),
}
_NAME: Final = re.compile(r"([a-z_]+?)(?:_([0-9]{1,2}))?")
_SEGMENT_BITS: Final = 64  # the library hashes each segment by an 8x8 dhash


@dataclass(frozen=True, slots=True)
class FurtherHash:
    """One algorithm of the library at one size.

    Its name is the algorithm's, with the size behind it where that is not the library's own:
    config, stored hashes, signals and weights spell it so.
    """

    algorithm: str
    size: int | None  # None: segments, each hashed by itself

    @property
    def name(self) -> str:
        """`whash`, `average_hash_16`."""
        own = FAMILIES[self.algorithm].sizes[:1]
        return self.algorithm if self.size is None or self.size in own else self._sized

    @property
    def length_bits(self) -> int:
        """Of the hash, or of each segment's."""
        if self.size is None:
            return _SEGMENT_BITS
        return FAMILIES[self.algorithm].length_bits(self.size)

    @property
    def has_segments(self) -> bool:
        """Whether it is one hash for each segment of the photo, to be compared as the library does.

        Their distance is a share from 0 to 1; that of others is counted in bits.
        """
        return self.size is None

    @property
    def _sized(self) -> str:
        return f"{self.algorithm}_{self.size}"


def further_hash(name: str) -> FurtherHash:
    """The hash of this name; raises ValueError with the names that exist."""
    found = _NAME.fullmatch(name)
    family = FAMILIES.get(found[1]) if found else None
    if found is None or family is None:
        raise ValueError(
            f"there is no hash {name[:60]!r}{did_you_mean(name, FAMILIES)} ({_names()})"
        )
    if found[2] is None:
        return FurtherHash(found[1], family.sizes[0] if family.sizes else None)
    if int(found[2]) not in family.sizes or found[2].startswith("0"):
        sizes = ", ".join(map(str, sorted(family.sizes))) or "none"
        raise ValueError(f"{found[1]} has no size {found[2]} (sizes: {sizes})")
    return FurtherHash(found[1], int(found[2]))


def further_hashes(names: tuple[str, ...]) -> tuple[FurtherHash, ...]:
    """The hashes of these names, each once."""
    return tuple({hash_.name: hash_ for hash_ in map(further_hash, names)}.values())


def is_further_hash(name: str) -> bool:
    """Whether a signal of this name is that of a further hash."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] not in FAMILIES:  # else names alike are sought, 0.2 ms a signal
        return False
    try:
        return further_hash(name).name == name
    except ValueError:
        return False


def name_pattern() -> str:
    """The regular expression of all names."""
    families = [
        f"{algorithm}(_({'|'.join(map(str, sorted(family.sizes)))}))?"
        if family.sizes
        else algorithm
        for algorithm, family in FAMILIES.items()
    ]
    return f"^({'|'.join(families)})$"


def _names() -> str:
    return f"hashes: {', '.join(FAMILIES)}; a size may follow, as in average_hash_16"
