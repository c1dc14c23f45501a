"""The things that a decoding worker is asked, each with how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto, PerceptualHash
from infringement_dagster.matching.photos.corners.points import BothWays
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.photos.plain_pixels import Frame
from resources.decoding import answers, worker
from resources.decoding.answers import HASHES_BYTES_MAX, SeenPhoto

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Question(Generic[Answer]):
    """One thing that a worker is asked, with the most that it may answer and how that is read.

    `how` stands before the photo.
    """

    kind: bytes
    answer_bytes_max: int
    read: Callable[[bytes, bytes], Answer | MissedPhoto]
    how: bytes = b""


HASHES: Question[HashedPhoto] = Question(worker.HASH, HASHES_BYTES_MAX, answers.read_hashed)
CORNER_POINTS: Question[BothWays] = Question(
    worker.CORNERS, answers.CORNERS_BYTES_MAX, answers.read_cornered
)
LOGO_POINTS: Question[BothWays] = Question(
    worker.LOGO, answers.CORNERS_BYTES_MAX, answers.read_logo
)
DRAWN: Question[bytes] = Question(worker.DRAWING, answers.DRAWING_BYTES_MAX, answers.read_drawn)
DESCRIPTION: Question[LocalFeatures] = Question(
    worker.KEY_POINTS, answers.KEY_POINTS_BYTES_MAX, answers.read_described
)


def seeing(further: Iterable[FurtherHash]) -> Question[SeenPhoto]:
    """The question for all that a scan looks at in a photo, with these further hashes."""
    return Question(worker.SEE, answers.SEEN_BYTES_MAX, answers.read_seen, _named(further))


def further_asked(further: Iterable[FurtherHash]) -> Question[tuple[PerceptualHash, ...]]:
    """The question for these hashes alone."""
    return Question(worker.FURTHER, HASHES_BYTES_MAX, answers.read_further, _named(further))


def pixels_at(frame: Frame) -> Question[bytes]:
    """The question for plain pixels of this size."""
    most = max(frame.size_bytes, HASHES_BYTES_MAX)
    how = worker.FRAME.pack(frame.width_px, frame.height_px)
    return Question(worker.PIXELS, most, partial(answers.read_pixels, frame=frame), how)


def previewing(side_max_px: int) -> Question[bytes]:
    """The question for a JPEG no side of which is longer than `side_max_px`."""
    most = answers.preview_bytes_max(side_max_px)
    return Question(worker.PREVIEW, most, answers.read_previewed)


def _named(further: Iterable[FurtherHash]) -> bytes:
    return worker.headed(",".join(item.name for item in further).encode())
