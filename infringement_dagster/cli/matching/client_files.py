"""A client's config and reference photos from files, as a scan would load them from its stores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from infringement_dagster.cli.matching.photo_files import on_all_cores
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto, ReferenceKind
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_logo,
)
from infringement_dagster.matching.photos.descriptors.copy_descriptor import CopyDescriptor
from infringement_dagster.matching.photos.first_sight import hashes_and_points
from infringement_dagster.matching.photos.hashes.further import and_further
from infringement_dagster.matching.photos.local_features import LocalFeatures, extract_features
from infringement_dagster.matching.photos.plain_pixels import extract_pixels
from resources.descriptors.onnx_descriptor import OnnxDescriptor, descriptor_access
from resources.settings import Settings

LOGOS = "logos"


class UnreadableClientError(PermanentError):
    """The config or the folder of references cannot be read."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo file that was read; key points are taken from it again where it earns them."""

    path: Path
    photo: Photo
    points: BothWays | None = None  # as a reference
    descriptor: CopyDescriptor | None = None  # as a reference
    kind: ReferenceKind = "photo"

    def key_points(self) -> LocalFeatures | None:
        """The photo's key points, where it yields any."""
        features = extract_features(self.path.read_bytes())
        return features if isinstance(features, LocalFeatures) else None


def load_config(path: Path) -> ClientConfig:
    """The valid config of a JSON file; raises UnreadableClientError or BadClientConfig."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UnreadableClientError(f"{path} cannot be read as a JSON config: {error}") from error
    return read_client_config(path.parent.name or path.stem, 1, document)


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks that files are given beyond our own hashes and points."""

    further: tuple[FurtherHash, ...] = ()
    descriptor: OnnxDescriptor | None = None


NO_MORE = Looks()


def looks_of(client: ClientConfig) -> Looks:
    """As a scan of this client looks; raises DescriptorNotUsable."""
    return Looks(client.further_hashes, descriptor_access(Settings()).model())


def load_photo(path: Path, looks: Looks = NO_MORE) -> PhotoFile:
    """The file's photo, or why it cannot be read; its id is the content's SHA-256."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = MissedPhoto("not_an_image", f"cannot be read: {error}")
        return PhotoFile(path, Photo(str(path), reason))
    hashed, points = hashes_and_points(content)
    if isinstance(hashed, HashedPhoto):
        hashed = and_further(hashed, content, looks.further)
    known = points if isinstance(points, CornerPoints) else None
    descriptor = _described(content, looks.descriptor) if looks.descriptor else None
    photo_id = hashlib.sha256(content).hexdigest()
    return PhotoFile(path, Photo(photo_id, hashed, known, descriptor))


def _described(
    content: bytes, model: OnnxDescriptor, *, as_reference: bool = False
) -> CopyDescriptor | None:
    pixels = extract_pixels(content, model.frame)
    if isinstance(pixels, MissedPhoto):
        return None
    return model.of_reference(pixels) if as_reference else model.of_photo(pixels)


def _load_reference(path: Path, looks: Looks) -> PhotoFile:
    """The file's photo with its corner points and descriptor as it is and mirrored."""
    file = load_photo(path, Looks(looks.further))
    if isinstance(file.photo.hashed, MissedPhoto):
        return file
    content = path.read_bytes()
    points = extract_both_ways(content)
    model = looks.descriptor
    return replace(
        file,
        points=points if isinstance(points, BothWays) else None,
        descriptor=_described(content, model, as_reference=True) if model else None,
    )


def _load_logo(path: Path) -> PhotoFile:
    """The file's logo with its corner points as it is and as its negative."""
    file = replace(load_photo(path), kind="logo")
    if isinstance(file.photo.hashed, MissedPhoto):
        return file
    points = extract_logo(path.read_bytes())
    return replace(file, points=points) if isinstance(points, BothWays) else file


def load_references(folder: Path, looks: Looks = NO_MORE) -> tuple[list[PhotoFile], list[str]]:
    """The folder's photos with hashes and corner points, and the files that could not be read.

    Photos in its subfolder `logos` are the client's logos. Each is named after its file. Raises
    UnreadableClientError without any readable one.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise UnreadableClientError(f"{folder} cannot be read as references: {error}") from error
    logos = sorted(path for path in (folder / LOGOS).glob("*") if path.is_file())
    load = partial(_load_reference, looks=looks)
    references = list(on_all_cores("Reading references", load, paths))
    references += map(_load_logo, logos)
    readable = [
        reference for reference in references if isinstance(reference.photo.hashed, HashedPhoto)
    ]
    if not readable:
        raise UnreadableClientError(f"{folder} holds no readable photo: add reference photos")
    return readable, _unreadable(references)


def reference_of(file: PhotoFile) -> Reference:
    """The file as a reference, which is named after it."""
    return Reference(
        file.path.name,
        file.photo,
        points=file.points,
        descriptor=file.descriptor,
        kind=file.kind,
    )


def _unreadable(references: Sequence[PhotoFile]) -> list[str]:
    hashed = [(reference.path.name, reference.photo.hashed) for reference in references]
    return [
        f"reference {name}: {missed.reason} ({missed.detail})"
        for name, missed in hashed
        if isinstance(missed, MissedPhoto)
    ]
