"""A photo as plain colours at a fixed size, for a learned descriptor to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.decoding import decode

CHANNELS = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """The size that photos are brought to, whatever their own proportions."""

    width_px: int
    height_px: int

    @property
    def size_bytes(self) -> int:
        """Of the pixels, one byte a colour."""
        return self.width_px * self.height_px * CHANNELS


def extract_pixels(content: bytes, frame: Frame) -> bytes | MissedPhoto:
    """Rows of red, green and blue, or why the photo could not be read; never raises."""
    decoded = decode(content, max(frame.width_px, frame.height_px), "RGB")
    if isinstance(decoded, MissedPhoto):
        return decoded
    try:
        size = (frame.width_px, frame.height_px)
        return decoded.pixels.resize(size, Image.Resampling.BILINEAR).tobytes()
    except MemoryError as error:
        return MissedPhoto("too_large", f"no room for its pixels: {error}")


def as_array(pixels: bytes, frame: Frame) -> NDArray[np.uint8]:
    """Height x width x 3."""
    shape = (frame.height_px, frame.width_px, CHANNELS)
    return np.frombuffer(pixels, np.uint8).reshape(shape)
