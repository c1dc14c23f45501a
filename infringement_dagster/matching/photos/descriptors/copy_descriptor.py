"""The vector that a learned model makes of a photo, as it is and, of references, in a mirror."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.errors import PermanentError

Vector = NDArray[np.float32]

VERSION_CHARS: Final = 16  # of the SHA-256 of the model's file
LENGTH_MAX: Final = 8192  # numbers of one vector
_HEAD = struct.Struct("!16sBH")  # version, vectors, numbers of each
_STORED: Final = np.dtype("<f2")  # cosines move by 0.001 at most


@dataclass(frozen=True, slots=True, eq=False)
class CopyDescriptor:
    """One photo's vectors of length 1; only those of one version can be compared."""

    version: str
    upright: Vector
    mirrored: Vector | None = None  # None of a listing's photo: references bring theirs

    def packed(self) -> bytes:
        """The vectors as bytes that `unpacked_descriptor` reads."""
        vectors = [self.upright, *([] if self.mirrored is None else [self.mirrored])]
        head = _HEAD.pack(self.version.encode(), len(vectors), len(self.upright))
        return head + np.stack(vectors).astype(_STORED).tobytes()


def unpacked_descriptor(content: bytes) -> CopyDescriptor:
    """The packed vectors; raises PermanentError for damaged ones."""
    try:
        version, count, length = _HEAD.unpack_from(content)
        stored = np.frombuffer(content, _STORED, offset=_HEAD.size).reshape(count, length)
        vectors = [unit_vector(item) for item in stored]
        return CopyDescriptor(version.decode(), vectors[0], *vectors[1:2])
    except (struct.error, ValueError, IndexError) as error:
        raise PermanentError(f"the copy descriptor is damaged, make it again: {error}") from error


def unit_vector(values: NDArray[np.floating]) -> Vector:
    """The same direction at length 1; raises ValueError where there is none."""
    wide = np.asarray(values, np.float64).ravel()
    length = float(np.linalg.norm(wide))
    if not np.isfinite(length) or length == 0:
        raise ValueError("a vector without a direction")
    return np.asarray(wide / length, np.float32)
