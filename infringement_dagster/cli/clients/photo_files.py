"""Photos that the command line names, one by one or by their folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from infringement_dagster.cli.named_files import UnreadableFile, read_bytes
from infringement_dagster.cli.terminal import note
from infringement_dagster.photos.references import (
    PhotoFile,
    ReadPhoto,
    UnusablePhoto,
    read_photo,
)
from resources.decoding.blocking import BlockingDecoder


def read_photo_files(
    decoder: BlockingDecoder, client_id: str, paths: Iterable[Path], brand: str | None = None
) -> list[ReadPhoto]:
    """All photos of the paths; other files of a folder are named and skipped.

    Raises UnreadableFile, and UnusablePhoto for a file that was named itself.
    """
    read: list[ReadPhoto] = []
    for path in paths:
        if path.is_dir():
            read += _of_folder(decoder, client_id, path, brand)
        else:
            read.append(read_photo(decoder, client_id, _file(path, brand)))
    return read


def _of_folder(
    decoder: BlockingDecoder, client_id: str, folder: Path, brand: str | None
) -> list[ReadPhoto]:
    read = list(_readable(decoder, client_id, folder, brand))
    if not read:
        raise UnreadableFile(f"the folder {folder} holds no photo: give JPEG, PNG, WebP or GIF")
    return read


def _readable(
    decoder: BlockingDecoder, client_id: str, folder: Path, brand: str | None
) -> Iterator[ReadPhoto]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            note(f"skipped {path}: a folder; name it with an option of its own")
            continue
        try:
            yield read_photo(decoder, client_id, _file(path, brand))
        except UnusablePhoto as error:
            note(f"skipped {path}: {error}")


def _file(path: Path, brand: str | None) -> PhotoFile:
    return PhotoFile(path.name, read_bytes(path), brand)
