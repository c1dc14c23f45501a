"""A copy descriptor from an ONNX file, run by onnxruntime on one thread of the CPU.

Photos come as plain pixels from a decoding worker, so that a model of 100 MB is loaded once a
process and not in each worker, and sees nothing that a stranger encoded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.photos.descriptors.copy_descriptor import (
    LENGTH_MAX,
    VERSION_CHARS,
    CopyDescriptor,
    Vector,
    unit_vector,
)
from infringement_dagster.matching.photos.plain_pixels import CHANNELS, Frame, as_array
from resources.settings import Settings

if TYPE_CHECKING:
    import onnxruntime

SETTING: Final = "COPY_DESCRIPTOR_MODEL"
_SIDE_MIN_PX, _SIDE_MAX_PX = 8, 1024
# Of ImageNet, as published descriptors are trained; a model that wants others has them inside.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


class DescriptorNotUsable(PermanentError):
    """The file that COPY_DESCRIPTOR_MODEL names cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class DescriptorAccess:
    """The model that this installation names, if any."""

    path: Path | None = None

    def model(self) -> OnnxDescriptor | None:
        """The model, loaded at the first call in a process; raises DescriptorNotUsable."""
        if self.path is None:
            return None
        try:
            changed = self.path.stat()
        except OSError as error:
            raise _not_usable(self.path, f"cannot be read ({error.strerror})") from error
        return _loaded(self.path, changed.st_mtime_ns, changed.st_size)


def descriptor_access(settings: Settings) -> DescriptorAccess:
    """The model of COPY_DESCRIPTOR_MODEL; nothing is read yet."""
    return DescriptorAccess(settings.copy_descriptor_model)


class OnnxDescriptor:
    """One loaded model; its methods may be called by many threads."""

    def __init__(self, path: Path, content: bytes) -> None:
        """Raises DescriptorNotUsable where the content is no model of one photo to one vector."""
        self._path = path
        self.version = hashlib.sha256(content).hexdigest()[:VERSION_CHARS]
        self._session = _session(path, content)
        (given, *more) = self._session.get_inputs()
        if more or given.type != "tensor(float)":
            raise _not_usable(path, "must have one input, of type float32")
        self._input = given.name
        self._channels_first, self.frame = _layout(path, given.shape)
        self._described(np.zeros((self.frame.height_px, self.frame.width_px, CHANNELS), np.uint8))

    def of_photo(self, pixels: bytes) -> CopyDescriptor | None:
        """The descriptor of a listing's photo at the model's frame; None where it sees nothing."""
        vector = self._vector(as_array(pixels, self.frame))
        return None if vector is None else CopyDescriptor(self.version, vector)

    def of_reference(self, pixels: bytes) -> CopyDescriptor | None:
        """The same of a reference, also in a mirror."""
        shown = as_array(pixels, self.frame)
        upright, mirrored = self._vector(shown), self._vector(shown[:, ::-1])
        if upright is None or mirrored is None:
            return None
        return CopyDescriptor(self.version, upright, mirrored)

    def _vector(self, shown: NDArray[np.uint8]) -> Vector | None:
        found = self._described(shown)
        try:
            return unit_vector(found)
        except ValueError:
            return None

    def _described(self, shown: NDArray[np.uint8]) -> NDArray[np.float32]:
        plain = (shown.astype(np.float32) / 255 - _MEAN) / _SPREAD
        laid = plain.transpose(2, 0, 1) if self._channels_first else plain
        try:
            found = self._session.run(None, {self._input: np.ascontiguousarray(laid[None])})[0]
        except Exception as error:  # onnxruntime has errors of its own kinds
            raise _not_usable(self._path, f"fails on a photo: {error}") from error
        vector = np.asarray(found)
        if vector.dtype.kind != "f" or not 1 < vector.size <= LENGTH_MAX:
            raise _not_usable(
                self._path,
                f"answers with {vector.dtype} {vector.shape}, not 2 to {LENGTH_MAX} numbers",
            )
        return np.asarray(vector.ravel(), np.float32)


@lru_cache(maxsize=1)
def _loaded(path: Path, _changed_ns: int, _size_bytes: int) -> OnnxDescriptor:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _not_usable(path, f"cannot be read ({error.strerror})") from error
    return OnnxDescriptor(path, content)


def _session(path: Path, content: bytes) -> onnxruntime.InferenceSession:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra, and 60 MB
    except ImportError as error:
        raise _not_usable(
            path, "needs the extra `descriptor`: pip install 'infringement-dagster[descriptor]'"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has errors of its own kinds
        raise _not_usable(path, f"is no ONNX model in one file: {error}") from error


def _layout(path: Path, shape: Sequence[object]) -> tuple[bool, Frame]:
    """Whether channels come before rows, and the size; only the number of photos may be open."""
    match list(shape):
        case [_, 3, int(height), int(width)]:
            channels_first = True
        case [_, int(height), int(width), 3]:
            channels_first = False
        case _:
            raise _not_usable(
                path, f"takes {shape}, not [photos, 3, height, width] or [photos, height, width, 3]"
            )
    if not all(_SIDE_MIN_PX <= side <= _SIDE_MAX_PX for side in (height, width)):
        raise _not_usable(path, f"takes photos of {width} x {height} px, not 8 to 1024")
    if shape[0] not in (1, None) and not isinstance(shape[0], str):
        raise _not_usable(path, f"takes {shape[0]} photos at once, not 1 or any number")
    return channels_first, Frame(width, height)


def _not_usable(path: Path, why: str) -> DescriptorNotUsable:
    return DescriptorNotUsable(
        f"{SETTING} names {path}, which {why}: name another ONNX file, or unset {SETTING} to go "
        "on without"
    )
