"""Test purchases at cases: orders, photos of what arrived, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.acting.purchases import (
    Concluded,
    Order,
    Purchase,
    PurchaseOutcome,
    PurchasePhoto,
)
from resources.postgres.statements import execute, fetch_all, fetch_one


def add_purchase(
    c: Connection, client_id: str, case_id: UUID, order: Order, recorded_by: str
) -> UUID:
    """The id of the new purchase at the locked case, which has none of this order number."""
    added = fetch_one(
        c,
        _id,
        """
        INSERT INTO test_purchases (client_id, case_id, order_number, ordered_on, amount, currency,
            note, recorded_by)
        VALUES (%(client_id)s, %(case_id)s, %(order_number)s, %(ordered_on)s, %(amount)s,
            %(currency)s, %(note)s, %(recorded_by)s)
        RETURNING purchase_id
        """,
        client_id=client_id,
        case_id=case_id,
        recorded_by=recorded_by,
        **asdict(order),
    )
    assert added is not None  # else it was refused
    return added


def purchases_of(c: Connection, client_id: str, case_id: UUID) -> list[Purchase]:
    """All purchases at the case, the first one first."""
    query = _SELECT + _OF_CASE
    found = fetch_all(c, _purchase, query, client_id=client_id, case_id=case_id)
    return _with_photos(c, client_id, found)


def get_purchase(
    c: Connection, client_id: str, case_id: UUID, purchase_id: UUID
) -> Purchase | None:
    """The purchase, or None where the case has none of this id."""
    return _one(c, client_id, case_id, purchase_id, _SELECT + _OF_CASE_AND_ID)


def lock_purchase(
    c: Connection, client_id: str, case_id: UUID, purchase_id: UUID
) -> Purchase | None:
    """The same; nobody else changes it in this transaction."""
    return _one(c, client_id, case_id, purchase_id, _SELECT + _OF_CASE_AND_ID + " FOR UPDATE")


def add_photo(c: Connection, client_id: str, purchase: Purchase, photo: PurchasePhoto) -> int:
    """The version of the locked purchase with the photo, which it has not yet."""
    execute(
        c,
        """
        INSERT INTO test_purchase_photos (client_id, purchase_id, sha256, photo_no, media_type,
            width_px, height_px, size_bytes, added_by, added_at)
        VALUES (%(client_id)s, %(purchase_id)s, %(sha256)s, %(photo_no)s, %(media_type)s,
            %(width_px)s, %(height_px)s, %(size_bytes)s, %(added_by)s, %(added_at)s)
        """,
        client_id=client_id,
        purchase_id=purchase.purchase_id,
        photo_no=len(purchase.photos) + 1,
        **asdict(photo),
    )
    execute(
        c,
        """
        UPDATE test_purchases SET version = version + 1
        WHERE client_id = %(client_id)s AND purchase_id = %(purchase_id)s
        """,
        client_id=client_id,
        purchase_id=purchase.purchase_id,
    )
    return purchase.version + 1


def conclude_purchase(
    c: Connection, client_id: str, purchase_id: UUID, concluded: Concluded
) -> None:
    """Guarantees the outcome of the locked purchase, and a new version."""
    execute(
        c,
        """
        UPDATE test_purchases SET version = version + 1, outcome = %(outcome)s,
            finding = %(finding)s, concluded_by = %(concluded_by)s,
            concluded_at = %(concluded_at)s
        WHERE client_id = %(client_id)s AND purchase_id = %(purchase_id)s
        """,
        client_id=client_id,
        purchase_id=purchase_id,
        **asdict(concluded),
    )


_SELECT: LiteralString = """
    SELECT purchase_id, case_id, order_number, ordered_on, amount, currency, note, recorded_by,
        recorded_at, version, outcome, finding, concluded_by, concluded_at
    FROM test_purchases
"""
_OF_CASE: LiteralString = """
    WHERE client_id = %(client_id)s AND case_id = %(case_id)s ORDER BY recorded_at, purchase_id
"""
_OF_CASE_AND_ID: LiteralString = """
    WHERE client_id = %(client_id)s AND case_id = %(case_id)s AND purchase_id = %(purchase_id)s
"""


def _one(
    c: Connection, client_id: str, case_id: UUID, purchase_id: UUID, query: LiteralString
) -> Purchase | None:
    found = fetch_one(
        c, _purchase, query, client_id=client_id, case_id=case_id, purchase_id=purchase_id
    )
    return None if found is None else _with_photos(c, client_id, [found])[0]


def _with_photos(c: Connection, client_id: str, purchases: Sequence[Purchase]) -> list[Purchase]:
    photos: dict[UUID, list[PurchasePhoto]] = {item.purchase_id: [] for item in purchases}
    rows = fetch_all(
        c,
        _photo,
        """
        SELECT purchase_id, sha256, media_type, width_px, height_px, size_bytes, added_by, added_at
        FROM test_purchase_photos
        WHERE client_id = %(client_id)s AND purchase_id = ANY(%(purchase_ids)s)
        ORDER BY purchase_id, photo_no
        """,
        client_id=client_id,
        purchase_ids=list(photos),
    )
    for purchase_id, photo in rows:
        photos[purchase_id].append(photo)
    return [replace(item, photos=tuple(photos[item.purchase_id])) for item in purchases]


def _id(*, purchase_id: UUID) -> UUID:
    return purchase_id


def _photo(*, purchase_id: UUID, **photo: Any) -> tuple[UUID, PurchasePhoto]:
    return purchase_id, PurchasePhoto(**photo)


def _purchase(
    *,
    purchase_id: UUID,
    case_id: UUID,
    order_number: str,
    ordered_on: date,
    amount: Decimal,
    currency: str,
    note: str,
    recorded_by: str,
    recorded_at: datetime,
    version: int,
    outcome: PurchaseOutcome | None,
    finding: str | None,
    concluded_by: str | None,
    concluded_at: datetime | None,
) -> Purchase:
    order = Order(order_number, ordered_on, amount, currency, note)
    concluded = None
    if outcome is not None:
        assert finding is not None  # the four stand together
        assert concluded_by is not None
        assert concluded_at is not None
        concluded = Concluded(outcome, finding, concluded_by, concluded_at)
    return Purchase(purchase_id, case_id, order, (), recorded_by, recorded_at, version, concluded)
