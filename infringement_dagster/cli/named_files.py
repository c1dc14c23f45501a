"""Files that are named on the command line, to be read or written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from infringement_dagster.domain.errors import PermanentError


class UnreadableFile(PermanentError):
    """A file named on the command line cannot be read as what it should be."""


class UnwritableFile(PermanentError):
    """A file named on the command line cannot be written."""


def read_bytes(path: Path) -> bytes:
    """The content of the file; raises UnreadableFile."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}") from error


def read_document(path: Path) -> dict[str, object]:
    """The JSON object in the file; raises UnreadableFile."""
    try:
        document = json.loads(read_bytes(path).decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"{path} is no JSON document: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path} is no JSON document in UTF-8: {error}") from error
    if not isinstance(document, dict):
        raise UnreadableFile(f'{path} must hold a JSON object, such as {{"brands": [...]}}')
    return document


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """The file, opened for writing; raises UnwritableFile."""
    try:
        file = path.open("wb")
    except OSError as error:
        raise UnwritableFile(f"{path} cannot be written: {error.strerror}") from error
    with file:
        yield file
