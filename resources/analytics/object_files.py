"""Objects as files that DuckDB may read: those that were named, and no others."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fsspec.spec import AbstractFileSystem

from infringement_dagster.domain.errors import InfringementError
from resources.objects.store import ObjectStore

SCHEME = "objects"
_WRITTEN = datetime(1970, 1, 1, tzinfo=UTC)  # an object never changes once it is there


def path_of(key: str) -> str:
    """The path under which a session reads the object."""
    return f"{SCHEME}://{key}"


class ObjectFiles(AbstractFileSystem):  # type: ignore[misc] # fsspec has no types
    """Reads by range, from a directory as from S3, so that a column costs no whole file.

    A key that was not named does not exist, whatever the store holds; nothing can be written.
    """

    protocol = SCHEME
    cachable = False

    def __init__(
        self, objects: ObjectStore, sizes_bytes: Mapping[str, int], contents: Mapping[str, bytes]
    ) -> None:
        super().__init__()
        self._objects = objects
        self._sizes_bytes = dict(sizes_bytes)
        self._contents = dict(contents)
        self.failure: InfringementError | None = None  # of the store; DuckDB keeps only its words

    def info(self, path: str, **_: Any) -> dict[str, object]:
        """The file's name and size; raises FileNotFoundError."""
        key = str(self._strip_protocol(path))
        if key in self._contents:
            size = len(self._contents[key])
        elif key in self._sizes_bytes:
            size = self._sizes_bytes[key]
        else:
            raise FileNotFoundError(path)
        return {"name": key, "size": size, "type": "file"}

    def modified(self, path: str) -> datetime:
        """One moment for all: DuckDB asks whether what it keeps of a file is still true."""
        self.info(path)
        return _WRITTEN

    def _open(self, path: str, mode: str = "rb", **_: Any) -> io.RawIOBase | io.BytesIO:
        if mode != "rb":
            raise PermissionError(f"{path} can be read only")
        told = self.info(path)
        key = str(told["name"])
        if key in self._contents:
            return io.BytesIO(self._contents[key])
        return _ObjectFile(self, key, self._sizes_bytes[key])

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """At most so many bytes of the object from there on; notes why the store gave none."""
        try:
            return self._objects.read_range(key, start, length)
        except InfringementError as error:
            self.failure = error
            raise


class _ObjectFile(io.RawIOBase):
    """An object read by range at a position."""

    def __init__(self, files: ObjectFiles, key: str, size_bytes: int) -> None:
        super().__init__()
        self._files, self._key, self._size_bytes = files, key, size_bytes
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size_bytes - self._at)
        length = left if size is None or size < 0 else min(size, left)
        if not length:
            return b""
        content = self._files.read_range(self._key, self._at, length)
        self._at += len(content)
        return content
