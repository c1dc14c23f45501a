from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.corners.match import match_points
from infringement_dagster.matching.photos.corners.points import (
    FRAME_PX,
    PACKED_BYTES_MAX,
    SMALL_POINTS_MAX,
    BothWays,
    CornerPoints,
    count_in,
    extract_both_ways,
    extract_points,
    unpacked_points,
    unpacked_ways,
)
from tests.support.photos import encoded, product


def found(image: Image.Image) -> CornerPoints:
    points = extract_points(encoded(image))
    assert isinstance(points, CornerPoints)
    return points


GOOD = found(product(3)).packed()
HEAD_BYTES = struct.calcsize("!HHHHHHI")


def test_points_are_counted_by_their_first_bytes() -> None:
    assert count_in(GOOD[:HEAD_BYTES]) == len(found(product(3)))
    assert count_in(GOOD[: HEAD_BYTES - 1]) is None
    assert count_in(b"\xff" + GOOD[1:HEAD_BYTES]) is None


def test_packed_points_are_the_same_once_unpacked() -> None:
    points = found(product(3))
    again = unpacked_points(GOOD)
    assert again.packed() == GOOD
    assert np.allclose(again.positions, points.positions, atol=1 / 16)
    for name in ("turns", "octaves", "descriptors", "thumb"):
        assert np.array_equal(getattr(again, name), getattr(points, name)), name
    assert len(GOOD) <= PACKED_BYTES_MAX
    blank = found(Image.new("RGB", (300, 200), "white"))
    assert len(unpacked_points(blank.packed())) == 0


def test_a_reference_is_also_seen_in_a_mirror() -> None:
    both = extract_both_ways(encoded(product(3), "PNG"))
    flipped = extract_both_ways(encoded(ImageOps.mirror(product(3)), "PNG"))
    assert isinstance(both, BothWays)
    assert isinstance(flipped, BothWays)
    assert both.mirrored.packed() == flipped.upright.packed()


def test_a_reference_has_more_points_by_its_small_photo() -> None:
    both, alone = extract_both_ways(encoded(product(3))), found(product(3))
    assert isinstance(both, BothWays)
    more = both.upright
    assert np.array_equal(more.descriptors[: len(alone)], alone.descriptors)
    assert 20 < len(more) - len(alone) <= SMALL_POINTS_MAX
    assert (more.octaves[len(alone) :] >= 6).all()
    assert more.positions.min() >= 0
    assert more.positions.max() <= FRAME_PX
    assert len(more.packed()) <= PACKED_BYTES_MAX


def test_points_of_a_reference_from_before_are_looked_for_again() -> None:
    both = extract_both_ways(encoded(product(3)))
    assert isinstance(both, BothWays)
    assert len(unpacked_points(both.upright.packed())) == len(both.upright)
    with pytest.raises(PermanentError, match="version 1: look for them again"):
        unpacked_ways(GOOD, both.mirrored.packed())


def test_kept_ways_share_one_small_photo() -> None:
    found = extract_both_ways(encoded(product(3)))
    assert isinstance(found, BothWays)
    kept = unpacked_ways(found.upright.packed(), found.mirrored.packed())
    assert np.shares_memory(kept.upright.thumb, kept.mirrored.thumb)
    off = kept.mirrored.thumb.astype(int) - found.mirrored.thumb
    assert np.abs(off).max() <= 1
    assert np.array_equal(kept.mirrored.descriptors, found.mirrored.descriptors)
    match = match_points(kept.mirrored, kept.mirrored)
    assert match is not None
    assert match.overlay.is_exact


def test_what_cannot_be_read_says_why() -> None:
    for extracted in (extract_points(b"no photo"), extract_both_ways(b"no photo")):
        assert isinstance(extracted, MissedPhoto)
        assert extracted.reason == "not_an_image"


def _head(**changes: int) -> bytes:
    names = ("version", "width", "height", "thumb_width", "thumb_height", "count", "thumb_bytes")
    said = dict(zip(names, struct.unpack_from("!HHHHHHI", GOOD), strict=True))
    return struct.pack("!HHHHHHI", *(said | changes).values()) + GOOD[HEAD_BYTES:]


def _bomb() -> bytes:
    thumb = zlib.compress(bytes(50_000_000))
    return struct.pack("!HHHHHHI", 1, 400, 400, 128, 128, 0, len(thumb)) + thumb


IMPOSSIBLE = {
    "nothing": b"",
    "cut short": GOOD[:-1],
    "one byte more": GOOD + b"\0",
    "more points than any": _head(count=60_000),
    "a huge frame": _head(width=60_000),
    "an empty frame": _head(height=0),
    "a huge thumb": _head(thumb_width=60_000),
    "a bomb": _bomb(),
    "no thumb": _head(thumb_bytes=0),
    "noise": b"\x00\x01" + bytes(range(256)) * 40,
}


@pytest.mark.parametrize("said", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_impossible_points_are_refused(said: bytes) -> None:
    with pytest.raises(PermanentError, match="damaged"):
        unpacked_points(said)


def test_points_of_another_version_are_to_be_found_anew() -> None:
    with pytest.raises(PermanentError, match="version 9"):
        unpacked_points(_head(version=9))
