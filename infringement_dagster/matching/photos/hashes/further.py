"""Further hashes of one photo, made by the library imagehash as a client's config names them.

The library is slow beside our own hashes (whash 20 ms, crop_resistant_hash 150) and imports SciPy
and PyWavelets, so it is imported by whoever is asked for the first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto, PerceptualHash, View
from infringement_dagster.matching.photos.decoding import decode
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS, hash_photo
from infringement_dagster.matching.photos.hashes.views import trim_box

if TYPE_CHECKING:
    import imagehash

SIDE_PX: Final = 512  # longer side of what is hashed: whash takes memory for each pixel
SEGMENTS_MAX: Final = 16  # the largest of a photo; a hash of all could have hundreds
_OUR_REVISION: Final = 1  # raise it whenever the same photo may get other hashes from here
_OURS: Final[Mapping[str, str]] = {"average_hash": "ahash", "phash": "phash", "dhash": "dhash"}
_OUR_VERSIONS = {algorithm.name: algorithm.version for algorithm in ALGORITHMS}


@cache
def further_version() -> int:
    """Release 4.3.2 of the library at our first revision is 4030201."""
    from importlib.metadata import version  # noqa: PLC0415 - 2 MB, that few workers need

    parts = [int(part) for part in version("imagehash").split(".")[:3]]
    major, minor, patch = (*parts, 0, 0)[:3]
    return ((major * 100 + minor) * 100 + patch) * 100 + _OUR_REVISION


def stored_as(wanted: FurtherHash) -> tuple[str, int]:
    """The algorithm and version that the hash is stored under.

    Our own algorithm where it gives the same bits: then it is made already, 20 times as fast.
    """
    ours = _OURS.get(wanted.name)
    return (wanted.name, further_version()) if ours is None else (ours, _OUR_VERSIONS[ours])


def made_by_library(wanted: Iterable[FurtherHash]) -> tuple[FurtherHash, ...]:
    """Those of the hashes that are not among our own."""
    return tuple(item for item in wanted if item.name not in _OURS)


def missing_from(hashes: Iterable[PerceptualHash], wanted: Iterable[FurtherHash]) -> bool:
    """Whether one of the hashes was not made yet, or by another version."""
    known = {(h.algorithm, h.algorithm_version) for h in hashes}
    return any(stored_as(item) not in known for item in made_by_library(wanted))


def with_further(hashed: HashedPhoto, further: Iterable[PerceptualHash]) -> HashedPhoto:
    """The same photo with these hashes, too."""
    hashes = tuple(dict.fromkeys((*hashed.hashes, *further)))
    return HashedPhoto(hashed.width_px, hashed.height_px, hashed.media_type, hashes)


def hash_with_further(content: bytes, wanted: Sequence[FurtherHash]) -> HashedPhoto | MissedPhoto:
    """The photo with our hashes and these, as far as it yields them; never raises."""
    hashed = hash_photo(content)
    return hashed if isinstance(hashed, MissedPhoto) else and_further(hashed, content, wanted)


def and_further(hashed: HashedPhoto, content: bytes, wanted: Sequence[FurtherHash]) -> HashedPhoto:
    """The hashed photo with these hashes of its content, too, as far as it yields them."""
    further = make_further(content, wanted)
    return hashed if isinstance(further, MissedPhoto) else with_further(hashed, further)


def make_further(
    content: bytes, wanted: Iterable[FurtherHash]
) -> tuple[PerceptualHash, ...] | MissedPhoto:
    """The hashes of an encoded photo, of each algorithm as it is and without its border.

    They equal the library's on the same pixels: the photo in colour over white, at most SIDE_PX
    long. An algorithm that cannot look at a photo (a few pixels wide) gives none; never raises.
    """
    asked = made_by_library(wanted)
    if not asked:
        return ()
    decoded = decode(content, SIDE_PX, "RGB")
    if isinstance(decoded, MissedPhoto):
        return decoded
    try:
        photo = decoded.pixels
        photo.thumbnail((SIDE_PX, SIDE_PX))
        views = _views(photo)
        return tuple(h for item in asked for h in _of_views(item, views))
    except MemoryError as error:
        return MissedPhoto("too_large", f"no room for its further hashes: {error}")


def _views(photo: Image.Image) -> dict[View, Image.Image]:
    box = trim_box(np.asarray(photo.convert("L")))
    views: dict[View, Image.Image] = {"raw": photo}
    if box != (0, 0, *photo.size):
        views["trimmed"] = photo.crop(box)
    return views


def _of_views(wanted: FurtherHash, views: Mapping[View, Image.Image]) -> Iterator[PerceptualHash]:
    algorithm, algorithm_version = stored_as(wanted)
    for view, photo in views.items():
        try:
            yield PerceptualHash(algorithm, algorithm_version, view, _made(wanted, photo))
        except (ValueError, AssertionError, ZeroDivisionError):  # the library's on tiny photos
            continue


def _made(wanted: FurtherHash, photo: Image.Image) -> str:
    import imagehash  # noqa: PLC0415 - see the module's docstring

    if wanted.size is None:
        found: imagehash.ImageMultiHash = imagehash.crop_resistant_hash(
            photo, limit_segments=SEGMENTS_MAX
        )
        return "".join(str(segment) for segment in found.segment_hashes)
    return str(getattr(imagehash, wanted.algorithm)(photo, wanted.size))


def length_chars(wanted: FurtherHash) -> int:
    """Hexadecimal digits of the hash, or of each segment's."""
    return -(-wanted.length_bits // 4)


def segments_of(hash_hex: str, wanted: FurtherHash) -> Sequence[str]:
    """The hashes of the segments that one text holds; a hash without segments is its only one."""
    step = length_chars(wanted)
    return [hash_hex[at : at + step] for at in range(0, len(hash_hex), step)]
