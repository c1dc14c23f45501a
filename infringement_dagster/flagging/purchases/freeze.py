"""Freezes a concluded test purchase with its photos, before any row names them as evidence."""

from __future__ import annotations

from collections.abc import Mapping

from infringement_dagster.domain.acting.purchases import Concluded, Purchase, PurchasePhoto
from infringement_dagster.evidence.manifest import CaseListing, FrozenFile
from infringement_dagster.evidence.purchase import purchase_facts
from infringement_dagster.flagging.freeze_beside import captured_beside
from infringement_dagster.flagging.freeze_evidence import Capture, FrozenObject, frozen_json
from resources.objects.keys import purchase_photo_key
from resources.objects.store import ObjectStore


def frozen_purchase(
    objects: ObjectStore,
    of: CaseListing,
    purchase: Purchase,
    concluded: Concluded,
    names: Mapping[str, str],
) -> Capture:
    """The capture of it, all of it held in the store; `names` are of everybody it names by id."""
    facts = purchase_facts(of, purchase, concluded, names)
    photos = [_photo(of.client_id, photo) for photo in purchase.photos]
    told = frozen_json(objects, of.client_id, "test_purchase", facts)
    return captured_beside(objects, of, [*photos, told])


def _photo(client_id: str, photo: PurchasePhoto) -> FrozenObject:
    file = FrozenFile("purchase_photo", photo.sha256, photo.size_bytes, photo.media_type)
    return FrozenObject(file, purchase_photo_key(client_id, photo.sha256))
