"""Key points of one photo: what is left to recognise after crops, insets and collages."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.decoding import DecodedPhoto, decode
from infringement_dagster.matching.photos.feature_version import FEATURES_VERSION

FRAME_PX = 400  # longer side while key points are found; 512 finds no more copies and costs 60%
THUMB_PX = 160  # longer side of the photo that verification looks at
KEY_POINTS_MAX = 500
_CONTRAST_MIN = 0.02  # half of the usual: white furniture on white has little contrast
_EDGE_MAX = 12
_PACKED_BYTES_MAX = 2**20  # once inflated; 500 key points and their thumb take 0.15 MB
_DESCRIPTOR_SCALE = 512.0  # entries of a RootSIFT vector seldom pass 0.5; this fills a byte


@dataclass(frozen=True, slots=True, eq=False)
class LocalFeatures:
    """Key points of one photo; positions and thumb share one frame of pixel centres."""

    width_px: int  # of the frame
    height_px: int
    positions: NDArray[np.float32]  # n x 2, x and y in the frame
    descriptors: NDArray[np.uint8]  # n x 128, RootSIFT in steps of 1/512
    thumb: NDArray[np.uint8]  # height x width x RGB, longer side THUMB_PX

    def packed(self) -> bytes:
        """The features as bytes that `unpacked` reads; no pickle inside."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            frame=np.array([FEATURES_VERSION, self.width_px, self.height_px]),
            positions=self.positions,
            descriptors=self.descriptors,
            thumb=self.thumb,
        )
        return buffer.getvalue()


def unpacked(content: bytes) -> LocalFeatures:
    """The packed features, whoever wrote them.

    Raises PermanentError for another version's, damaged or impossible ones.
    """
    try:
        version, features = _read(content)
        _check(features)
    except Exception as error:  # numpy raises several kinds on damaged archives
        raise PermanentError(f"the key points are damaged, extract them again: {error}") from error
    if version != FEATURES_VERSION:
        raise PermanentError(f"key points of version {version}: extract them again")
    return features


def _read(content: bytes) -> tuple[int, LocalFeatures]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size_bytes = sum(entry.file_size for entry in archive.infolist())
    if size_bytes > _PACKED_BYTES_MAX:
        raise ValueError(f"{size_bytes} bytes, at most {_PACKED_BYTES_MAX}")
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        version, width_px, height_px = (int(number) for number in held["frame"])
        arrays = held["positions"], held["descriptors"], held["thumb"]
    return version, LocalFeatures(width_px, height_px, *arrays)


def _check(features: LocalFeatures) -> None:
    positions, descriptors, thumb = features.positions, features.descriptors, features.thumb
    count, thumb_sides = len(positions), thumb.shape[:2]
    types = [str(array.dtype) for array in (positions, descriptors, thumb)]
    if types != ["float32", "uint8", "uint8"]:
        raise ValueError(f"arrays of types {types}")
    shapes = (positions.shape, descriptors.shape, thumb.shape)
    if shapes != ((count, 2), (count, 128), (*thumb_sides, 3)):
        raise ValueError(f"arrays of shapes {shapes}")
    if not 0 < min(thumb_sides) <= max(thumb_sides) <= THUMB_PX:
        raise ValueError(f"a thumb of {thumb_sides} px")
    frame_sides = (features.width_px, features.height_px)
    if not 0 < min(frame_sides) <= max(frame_sides) <= FRAME_PX:
        raise ValueError(f"a frame of {frame_sides} px")
    if not (np.abs(positions) <= 2 * FRAME_PX).all():  # also false for NaN
        raise ValueError("key points outside the frame")


def extract_features(content: bytes) -> LocalFeatures | MissedPhoto:
    """The key points of an encoded photo, or why it could not be read; never raises."""
    decoded = decode(content, FRAME_PX)
    if isinstance(decoded, MissedPhoto):
        return decoded
    try:
        return features_of(decoded)
    except (MemoryError, cv2.error) as error:
        return MissedPhoto("too_large", f"no room to look for its key points: {error}")


def features_of(decoded: DecodedPhoto) -> LocalFeatures:
    """The key points of a decoded RGB photo; none at all in a uniform one."""
    photo = decoded.pixels
    pixels = np.asarray(photo if photo.mode == "RGB" else photo.convert("RGB"))
    framed = _scaled(pixels, FRAME_PX)
    grey = cv2.cvtColor(framed, cv2.COLOR_RGB2GRAY)
    sift = cv2.SIFT.create(KEY_POINTS_MAX, 3, _CONTRAST_MIN, _EDGE_MAX)
    points, found = sift.detectAndCompute(grey, None)
    positions = np.array([point.pt for point in points], dtype=np.float32).reshape(-1, 2)
    raw = np.zeros((0, 128), np.float32) if found is None else np.asarray(found, np.float32)
    height_px, width_px = grey.shape
    return LocalFeatures(width_px, height_px, positions, _rooted(raw), _scaled(framed, THUMB_PX))


def _scaled(pixels: NDArray[np.uint8], longer_px: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = longer_px / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)


def _rooted(raw: NDArray[np.float32]) -> NDArray[np.uint8]:
    """RootSIFT: Euclidean distance between roots is Hellinger distance between histograms."""
    share = raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-6)
    scaled = np.minimum(np.rint(np.sqrt(share) * _DESCRIPTOR_SCALE), 255)
    return np.asarray(scaled, dtype=np.uint8)


def unit_descriptors(features: LocalFeatures) -> NDArray[np.float32]:
    """The descriptors as unit vectors, ready for inner products."""
    floats = features.descriptors.astype(np.float32)
    lengths = np.linalg.norm(floats, axis=1, keepdims=True)
    return np.asarray(floats / np.maximum(lengths, 1e-6), dtype=np.float32)


def _mirror_order() -> NDArray[np.intp]:
    """Where each of the 4 x 4 x 8 histogram entries goes when the photo is mirrored."""
    row, column, turn = np.meshgrid(np.arange(4), np.arange(4), np.arange(8), indexing="ij")
    return (((3 - row) * 4 + column) * 8 + (8 - turn) % 8).ravel().astype(np.intp)


_MIRROR_ORDER = _mirror_order()


def mirrored(features: LocalFeatures) -> LocalFeatures:
    """The features of the mirrored photo, without looking at a pixel of it."""
    positions = features.positions.copy()
    positions[:, 0] = features.width_px - 1 - positions[:, 0]
    return LocalFeatures(
        features.width_px,
        features.height_px,
        positions,
        features.descriptors[:, _MIRROR_ORDER],
        np.ascontiguousarray(features.thumb[:, ::-1]),
    )


def _negative_order() -> NDArray[np.intp]:
    """Where each histogram entry goes in the negative: all gradients turn, and so does the patch.

    Angles within it are told against its own direction, which turns as well, and stay.
    """
    row, column, turn = np.meshgrid(np.arange(4), np.arange(4), np.arange(8), indexing="ij")
    return (((3 - row) * 4 + (3 - column)) * 8 + turn).ravel().astype(np.intp)


_NEGATIVE_ORDER = _negative_order()


def negative(features: LocalFeatures) -> LocalFeatures:
    """The features of the photo with light and dark exchanged, without looking at a pixel."""
    return LocalFeatures(
        features.width_px,
        features.height_px,
        features.positions,
        features.descriptors[:, _NEGATIVE_ORDER],
        255 - features.thumb,
    )
