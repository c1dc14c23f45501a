"""A test purchase as evidence: its frozen facts, and the same as bundles and people read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from infringement_dagster.domain.acting.purchases import Concluded, Purchase, PurchasePhoto
from infringement_dagster.evidence.documents import canonical_json, utc_text
from infringement_dagster.evidence.manifest import CaseListing

PURCHASE_FORMAT: Final = "infringement-test-purchase/1"


def purchase_facts(
    at: CaseListing, purchase: Purchase, concluded: Concluded, names: Mapping[str, str]
) -> bytes:
    """The facts as they are frozen; `names` are of everybody whom they name by id."""
    order = purchase.order
    return canonical_json(
        {
            "format": PURCHASE_FORMAT,
            "client_id": at.client_id,
            "case_id": str(purchase.case_id),
            "provider": at.provider,
            "listing_id": at.listing_id,
            "scan_id": str(at.scan_id),
            "address": at.url,
            "software": at.software,
            "purchase_id": str(purchase.purchase_id),
            "order_number": order.order_number,
            "ordered_on": order.ordered_on.isoformat(),
            "paid": {"amount": str(order.amount), "currency": order.currency},
            "note": order.note,
            "recorded_at": utc_text(purchase.recorded_at),
            "recorded_by": _signed(purchase.recorded_by, names),
            "outcome": concluded.outcome,
            "finding": concluded.finding,
            "concluded_at": utc_text(concluded.concluded_at),
            "concluded_by": _signed(concluded.concluded_by, names),
            "photos": [_photo(photo, names) for photo in purchase.photos],
        }
    )


def _photo(photo: PurchasePhoto, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "sha256": photo.sha256,
        "size_bytes": photo.size_bytes,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "added_at": utc_text(photo.added_at),
        "added_by": _signed(photo.added_by, names),
    }


def _signed(principal: str, names: Mapping[str, str]) -> dict[str, str]:
    return {"id": principal, "name": names.get(principal, principal)}


@dataclass(frozen=True, slots=True)
class ShownPurchase:
    """Frozen facts as people read them."""

    order_number: str
    ordered_on: date
    amount: str
    currency: str
    note: str
    recorded_by: str
    recorded_at: datetime
    outcome: str
    finding: str
    concluded_by: str
    concluded_at: datetime


@dataclass(frozen=True, slots=True)
class BundledPurchase:
    """The same as a bundle has it, with the link and the manifest that name it."""

    chain_no: int
    link_sha256: str
    manifest_name: str
    facts_name: str
    shown: ShownPurchase
    photos: Sequence[str]  # their names in the bundle, in order of adding


def shown_purchase(facts: bytes) -> ShownPurchase:
    """The facts as people read them."""
    read: dict[str, Any] = json.loads(facts)
    return ShownPurchase(
        str(read["order_number"]),
        date.fromisoformat(read["ordered_on"]),
        str(read["paid"]["amount"]),
        str(read["paid"]["currency"]),
        str(read["note"]),
        str(read["recorded_by"]["name"]),
        datetime.fromisoformat(read["recorded_at"]),
        str(read["outcome"]),
        str(read["finding"]),
        str(read["concluded_by"]["name"]),
        datetime.fromisoformat(read["concluded_at"]),
    )


def bundled_purchase(
    chain_no: int,
    link_sha256: str,
    manifest_name: str,
    manifest: bytes,
    files: Mapping[str, bytes],
) -> BundledPurchase | None:
    """The purchase that the manifest lists, if any; `files` hold at least its facts."""
    listed = json.loads(manifest)["files"]
    facts_name = next((file["name"] for file in listed if file["kind"] == "test_purchase"), None)
    if facts_name is None:
        return None
    facts = files[facts_name]
    names = {file["sha256"]: file["name"] for file in listed if file["kind"] == "purchase_photo"}
    photos = [names[photo["sha256"]] for photo in json.loads(facts)["photos"]]
    shown = shown_purchase(facts)
    return BundledPurchase(chain_no, link_sha256, manifest_name, facts_name, shown, photos)
