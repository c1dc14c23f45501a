"""The photos that listings show, by name; drawn when first asked for."""

from __future__ import annotations

import functools
import hashlib
import io
from dataclasses import dataclass
from typing import Literal

from resources.providers.sandbox.drawing import ProductShot, draw
from resources.providers.sandbox.edits import EDITS

Format = Literal["jpg", "png", "webp"]
MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
}
_KEPT_MAX = 2000  # encoded photos, about 35 kB each


@dataclass(frozen=True, slots=True)
class Photo:
    """One shot as somebody published it; `copy_no` tells equal-looking JPEGs apart."""

    shot: ProductShot
    edit: str | None = None
    quality: int = 88
    format: Format = "jpg"
    copy_no: int = 0

    def encode(self) -> bytes:
        """The file."""
        drawn = _encoded(self.shot, self.edit, self.quality, self.format)
        if not self.copy_no:
            return drawn
        # A JPEG comment makes files of one shot differ, as those of two cameras would.
        comment = f"{self.copy_no:08d}".encode()
        marker = b"\xff\xfe" + (len(comment) + 2).to_bytes(2)
        return drawn[:2] + marker + comment + drawn[2:]


@functools.lru_cache(maxsize=256)
def _encoded(shot: ProductShot, edit: str | None, quality: int, format_: Format) -> bytes:
    photo = draw(shot)
    if edit is not None:
        photo = EDITS[edit](photo)
    file = io.BytesIO()
    if format_ == "jpg":
        photo.save(file, "JPEG", quality=quality)
    elif format_ == "png":
        photo.save(file, "PNG", compress_level=1)
    else:
        photo.save(file, "WEBP", quality=quality, method=0)
    return file.getvalue()


class PhotoBook:
    """Every photo of a catalogue under a name that gives nothing away."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._photos: dict[str, Photo] = {}
        self._files: dict[str, bytes] = {}

    def add(self, photo: Photo) -> str:
        """The file name under which the photo is served."""
        digest = hashlib.sha256(f"{self._seed}|{photo!r}".encode()).hexdigest()[:24]
        name = f"{digest}.{photo.format}"
        self._photos[name] = photo
        return name

    def names_of(self, shot: ProductShot) -> frozenset[str]:
        """The names of all photos that were made from the shot."""
        return frozenset(name for name, photo in self._photos.items() if photo.shot == shot)

    def file(self, name: str) -> bytes | None:
        """The photo's bytes, always the same; None for a name that was never given out."""
        photo = self._photos.get(name)
        if photo is None:
            return None
        if name not in self._files:
            if len(self._files) >= _KEPT_MAX:
                self._files.pop(next(iter(self._files)))
            self._files[name] = photo.encode()
        return self._files[name]
