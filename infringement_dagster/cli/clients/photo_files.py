"""Photos and logos that the command line names, one by one or by their folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infringement_dagster.cli.named_files import UnreadableFile, read_bytes
from infringement_dagster.cli.terminal import note
from infringement_dagster.domain.photo import ReferenceKind
from infringement_dagster.photos.references import (
    PhotoFile,
    ReadPhoto,
    SimpleLogo,
    UnusablePhoto,
    read_photo,
)
from resources.decoding.blocking import BlockingDecoder


def read_photo_files(
    decoder: BlockingDecoder,
    client_id: str,
    paths: Iterable[Path],
    brand: str | None = None,
    kind: ReferenceKind = "photo",
) -> list[ReadPhoto]:
    """All photos or logos of the paths; other files of a folder are named and skipped.

    Raises UnreadableFile, and UnusablePhoto or SimpleLogo for a file that was named itself.
    """
    reader = _Reader(decoder, client_id, brand, kind)
    read: list[ReadPhoto] = []
    for path in paths:
        if path.is_dir():
            read += reader.of_folder(path)
        else:
            read.append(reader.of_file(path))
    return read


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads references of one client, all of one brand and kind."""

    decoder: BlockingDecoder
    client_id: str
    brand: str | None
    kind: ReferenceKind

    def of_folder(self, folder: Path) -> list[ReadPhoto]:
        """Those that the folder holds, at least one."""
        read = list(self._readable(folder))
        if not read:
            raise UnreadableFile(f"the folder {folder} holds no {self._accepted}")
        return read

    def _readable(self, folder: Path) -> Iterator[ReadPhoto]:
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                note(f"skipped {path}: a folder; name it with an option of its own")
                continue
            try:
                yield self.of_file(path)
            except (UnusablePhoto, SimpleLogo) as error:
                note(f"skipped {path}: {error}")

    def of_file(self, path: Path) -> ReadPhoto:
        """That of the file."""
        file = PhotoFile(path.name, read_bytes(path), self.brand, self.kind)
        return read_photo(self.decoder, self.client_id, file)

    @property
    def _accepted(self) -> str:
        if self.kind == "logo":
            return "usable logo: give JPEG, PNG, WebP, GIF or SVG"
        return "photo: give JPEG, PNG, WebP or GIF"
