"""Test purchases as the API takes and tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from psycopg import Connection
from pydantic import Field, StringConstraints

from api.http.schemas import Day, Document, Note, SeenVersion
from api.http.schemas import Request as Body
from infringement_dagster.domain.acting.purchases import (
    ORDER_NUMBER_MAX_CHARS,
    Awaited,
    Concluded,
    Order,
    Purchase,
    PurchaseOutcome,
)
from resources.postgres.clients.principals import principal_names

# As text, in which the schema can say all that is asked of it: above 0, two decimals at most.
AmountText = Annotated[
    str,
    StringConstraints(pattern=r"^(0\.(0[1-9]|[1-9][0-9]?)|[1-9][0-9]{0,9}(\.[0-9]{1,2})?)$"),
]


OrderNumber = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=ORDER_NUMBER_MAX_CHARS,
        pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$",
    ),
]


class NewPurchase(Body):
    """An order at the case's listing."""

    order_number: OrderNumber = Field(examples=["28-11234-56789"])
    ordered_on: Day
    amount: AmountText = Field(description="What was paid in all.", examples=["19.90"])
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(examples=["EUR"])
    note: Note = ""

    def to_order(self) -> Order:
        """The same in the domain's words."""
        return Order(
            self.order_number, self.ordered_on, Decimal(self.amount), self.currency, self.note
        )


class NewOutcome(Body):
    """The outcome of a test purchase."""

    outcome: PurchaseOutcome
    finding: Note = Field("", description="By what it was seen.", examples=["No hologram."])
    version: SeenVersion


class PurchasePhotoDocument(Document):
    """A photo of what arrived."""

    sha256: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    added_by: str
    added_by_name: str
    added_at: datetime


class PurchaseDocument(Document):
    """A test purchase, with what came of it or why nobody can say yet."""

    purchase_id: UUID
    version: int = Field(ge=1, description="Name it with the outcome.", examples=[3])
    order_number: str
    ordered_on: date
    amount: Decimal
    currency: str
    note: str
    photos: list[PurchasePhotoDocument] = Field(description="In order of adding.")
    recorded_by: str
    recorded_by_name: str
    recorded_at: datetime
    awaited: Literal["not_arrived", "not_examined"] | None = Field(
        description="Why there is no outcome yet; null: there is one."
    )
    outcome: PurchaseOutcome | None
    finding: str | None
    concluded_by: str | None
    concluded_by_name: str | None
    concluded_at: datetime | None


def purchase_documents(
    c: Connection, client_id: str, purchases: Iterable[Purchase]
) -> list[PurchaseDocument]:
    """The purchases with the names of everybody whom they name."""
    found = list(purchases)
    signed = (principal for purchase in found for principal in purchase.signed_by)
    names = principal_names(c, client_id, signed)
    return [_named(purchase, names) for purchase in found]


def _named(purchase: Purchase, names: Mapping[str, str]) -> PurchaseDocument:
    ending = purchase.ending
    concluded = ending if isinstance(ending, Concluded) else None
    return PurchaseDocument(
        purchase_id=purchase.purchase_id,
        version=purchase.version,
        **asdict(purchase.order),
        photos=[
            PurchasePhotoDocument(**asdict(photo), added_by_name=names[photo.added_by])
            for photo in purchase.photos
        ],
        recorded_by=purchase.recorded_by,
        recorded_by_name=names[purchase.recorded_by],
        recorded_at=purchase.recorded_at,
        awaited=ending.reason if isinstance(ending, Awaited) else None,
        outcome=concluded and concluded.outcome,
        finding=concluded and concluded.finding,
        concluded_by=concluded and concluded.concluded_by,
        concluded_by_name=concluded and names[concluded.concluded_by],
        concluded_at=concluded and concluded.concluded_at,
    )
