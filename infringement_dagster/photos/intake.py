"""References are taken in with all that scans compare them by, and clients with their config."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from infringement_dagster.clients.config_document import BadClientConfig, read_client_config
from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.photos.copy_descriptors import KeptDescriptors
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.further_hashes import KeptFurtherHashes
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.references import (
    PhotoFile,
    ReadPhoto,
    RefusedReference,
    keep_photo,
    read_photo,
)
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import (
    DescriptorAccess,
    DescriptorNotUsable,
    OnnxDescriptor,
)
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database

NO_DESCRIPTOR: Final = DescriptorAccess()


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes in clients and references, and finds at once all that scans compare these by."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    descriptor: DescriptorAccess = NO_DESCRIPTOR

    def add(self, client_id: str, photos: Iterable[PhotoFile]) -> list[str]:
        """The SHA-256 of each reference kept: of a vector drawing, of its pixels.

        Raises `UnusablePhoto` or `SimpleLogo` before keeping any.
        """
        read = [read_photo(self.decoder, client_id, photo) for photo in photos]
        self.keep(client_id, read)
        return [photo.sha256 for photo in read]

    def add_each(
        self, client_id: str, photos: Sequence[PhotoFile]
    ) -> list[TakenReference | LeftReference]:
        """The outcome of each file, in their order: one that cannot be used refuses no other.

        Bytes that were there take the new name, brand and kind; of the same ones sent twice the
        first counts.
        """
        with self.database.client(client_id) as c:
            known = {row.sha256 for row in client_store.reference_photos(c, client_id)}
        kept: dict[str, ReadPhoto] = {}
        outcomes: list[TakenReference | LeftReference] = []
        for photo in photos:
            try:
                read = read_photo(self.decoder, client_id, photo)
            except RefusedReference as error:
                outcomes.append(LeftReference(photo.file_name, error))
                continue
            outcomes.append(TakenReference(photo.file_name, read.sha256, read.sha256 in known))
            known.add(read.sha256)
            kept.setdefault(read.sha256, read)
        self.keep(client_id, list(kept.values()))
        return outcomes

    def keep(self, client_id: str, photos: Sequence[ReadPhoto]) -> None:
        """Guarantees all of the references or none, and then their features."""
        with self.database.client(client_id) as connection:
            for photo in photos:
                keep_photo(connection, self.objects, client_id, photo)
        self.keep_features(client_id, photos)

    def take_in(self, client: NewClient, created_by: str) -> int:
        """The version of the client's config, kept in one transaction with client and photos.

        Raises BadClientId and BadClientConfig before anything is written.
        """
        client_id = client.client_id
        check_new_client(client_id, client.config)
        with self.database.client(client_id) as c:
            with suppress(client_store.ClientExists):
                client_store.add_client(c, client_id, client.display_name)
            version = client_store.save_config(c, client_id, client.config, created_by)
            for photo in client.photos:
                keep_photo(c, self.objects, client_id, photo)
        self.keep_features(client_id, client.photos)
        return version

    def keep_features(self, client_id: str, photos: Sequence[ReadPhoto]) -> None:
        """Guarantees the features of kept references, so that no scan waits for them.

        Where this is interrupted, the next scan finds them.
        """
        key_points = KeyPoints(self.objects, self.decoder, client_id)
        points = KeptPoints(self.database, self.objects, self.decoder, client_id)
        for photo in photos:
            key_points.of_photo(photo.sha256)
            points.keep_reference(photo.sha256, photo.file.kind)
        references = [Reference("", Photo(photo.sha256, photo.hashed)) for photo in photos]
        KeptFurtherHashes(
            self.database, self.objects, self.decoder, client_id, self._further(client_id)
        ).of_references(references)
        KeptDescriptors(
            self.database, self.objects, self.decoder, client_id, self._model()
        ).of_references(references)

    def _further(self, client_id: str) -> tuple[FurtherHash, ...]:
        """The further hashes of the client's newest config; none where there is no valid one."""
        with self.database.client(client_id) as c:
            try:
                return load_client_config(c, client_id).further_hashes
            except (client_store.NoConfig, BadClientConfig):  # the photo is kept all the same
                return ()

    def _model(self) -> OnnxDescriptor | None:
        try:
            return self.descriptor.model()
        except DescriptorNotUsable:
            return None  # it concerns no photo: the scan that needs the model says so


@dataclass(frozen=True, slots=True)
class TakenReference:
    """A file that is among the references now; `was_there` before it came, byte by byte."""

    file_name: str
    sha256: str
    was_there: bool


@dataclass(frozen=True, slots=True)
class LeftReference:
    """A file that was not taken in, with the reason."""

    file_name: str
    error: RefusedReference


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as somebody hands it in; one that is there keeps its name."""

    client_id: str
    display_name: str
    config: Mapping[str, object]
    photos: Sequence[ReadPhoto] = ()


def check_new_client(client_id: str, config: Mapping[str, object]) -> None:
    """Returns when a client can have this id and config; raises BadClientId, BadClientConfig."""
    client_store.check_client_id(client_id)
    read_client_config(client_id, 0, config)
