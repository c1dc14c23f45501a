"""Photos of what a test purchase brought are taken in: decoded elsewhere, kept as they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.acting.happenings import PurchasePhotoAdded
from infringement_dagster.domain.acting.purchases import (
    PHOTO_BYTES_MAX,
    Purchase,
    PurchasePhoto,
    UnknownPurchasePhoto,
    check_room,
)
from infringement_dagster.domain.event import new_event
from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.flagging.purchases.record import found_purchase, locked_purchase
from infringement_dagster.photos.references import UnusablePhoto
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import purchase_photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.cases.acting import purchase_store
from resources.postgres.clients.audit import Doer, record
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events


@dataclass(frozen=True, slots=True)
class PurchasePhotos:
    """Takes in photos of what arrived at a client, in the name of a person."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str
    by: Doer

    def add(self, case_id: UUID, purchase_id: UUID, content: bytes) -> Purchase:
        """The purchase with the photo; the same bytes are added once.

        Raises UnknownPurchase, PurchaseClosed, NoMorePurchases, UnusablePhoto.
        """
        sha256 = sha256_hex(content)
        with self.database.client(self.client_id) as c:
            purchase = found_purchase(c, self.client_id, case_id, purchase_id)
        if _shows(purchase, sha256):
            return purchase
        check_room(purchase)  # before a decoder works for it
        photo = self._read(purchase_id, sha256, content)
        self.objects.put_once(purchase_photo_key(self.client_id, sha256), content)
        with self.database.client(self.client_id) as c:
            return self._keep(c, case_id, purchase_id, photo)

    def _read(self, purchase_id: UUID, sha256: str, content: bytes) -> PurchasePhoto:
        if len(content) > PHOTO_BYTES_MAX:
            raise _unusable(purchase_id, f"it has more than {PHOTO_BYTES_MAX:,} bytes")
        read = self.decoder.hash(content, self.client_id)
        if not isinstance(read, HashedPhoto):
            raise _unusable(purchase_id, read.detail or read.reason)
        return PurchasePhoto(
            sha256,
            read.media_type,
            read.width_px,
            read.height_px,
            len(content),
            self.by.principal,
            datetime.now(UTC),
        )

    def _keep(
        self, c: Connection, case_id: UUID, purchase_id: UUID, photo: PurchasePhoto
    ) -> Purchase:
        purchase = locked_purchase(c, self.client_id, case_id, purchase_id)
        if _shows(purchase, photo.sha256):
            return purchase
        check_room(purchase)
        version = purchase_store.add_photo(c, self.client_id, purchase, photo)
        happened = PurchasePhotoAdded(case_id, purchase_id, photo.sha256, version)
        append_events(c, self.client_id, [new_event(happened)])
        said = {"sha256": photo.sha256, "case_id": str(case_id)}
        record(c, self.client_id, self.by, "purchase.photo_added", str(purchase_id), **said)
        return found_purchase(c, self.client_id, case_id, purchase_id)


def shown_photo(client_id: str, purchase: Purchase, sha256: str) -> str:
    """The key of a photo that the purchase has; raises UnknownPurchasePhoto."""
    if not _shows(purchase, sha256):
        raise UnknownPurchasePhoto(
            f"test purchase {purchase.purchase_id} has no photo {sha256}; read it for its photos"
        )
    return purchase_photo_key(client_id, sha256)


def _shows(purchase: Purchase, sha256: str) -> bool:
    return any(photo.sha256 == sha256 for photo in purchase.photos)


def _unusable(purchase_id: UUID, why: str) -> UnusablePhoto:
    return UnusablePhoto(
        f"a photo of test purchase {purchase_id} cannot be used: {why}", f"it cannot be used: {why}"
    )
