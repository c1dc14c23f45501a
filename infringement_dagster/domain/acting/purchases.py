"""Test purchases: an order at a case's listing, what arrived, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

from infringement_dagster.domain.errors import PermanentError, ProblemKind

PURCHASES_MAX: Final = 5  # of a case
PHOTOS_MAX: Final = 10  # of a purchase
PHOTO_BYTES_MAX: Final = 10_000_000  # so that five purchases add at most 500 MB to a bundle
ORDER_NUMBER_MAX_CHARS: Final = 100
NOTE_MAX_CHARS: Final = 2000
AMOUNT_MAX: Final = Decimal("9999999999.99")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
PurchaseOutcome = Literal["counterfeit", "genuine", "not_as_described", "not_delivered"]
OUTCOMES: Final[tuple[PurchaseOutcome, ...]] = get_args(PurchaseOutcome)


class UnknownPurchase(PermanentError):
    """The case has no test purchase of this id."""

    problem = ProblemKind(
        404, "unknown-purchase", "No such test purchase", "List the case's test purchases."
    )


class UnknownPurchasePhoto(PermanentError):
    """The test purchase has no photo with this SHA-256."""

    problem = ProblemKind(
        404, "unknown-purchase-photo", "No such photo", "Read the test purchase for its photos."
    )


class BadOrder(PermanentError):
    """The order cannot be as it was written down."""

    problem = ProblemKind(422, "bad-order", "This is no order", "Correct what is named above.")


class KnownOrder(PermanentError):
    """The case has a test purchase of this order number, written down otherwise."""

    problem = ProblemKind(
        409, "known-order", "The order is recorded already", "Add to that test purchase."
    )


class NoMorePurchases(PermanentError):
    """The case or the test purchase holds as much as it can."""

    problem = ProblemKind(
        409, "purchase-full", "No more can be added", "Keep to the most telling ones."
    )


class PurchaseClosed(PermanentError):
    """The purchase's outcome is frozen, so nothing is added to it."""

    problem = ProblemKind(
        409, "purchase-closed", "The outcome is recorded", "Record a further test purchase."
    )


class StalePurchase(PermanentError):
    """Somebody has added to the purchase since it was read."""

    problem = ProblemKind(
        409, "stale-purchase", "The test purchase has changed", "Read it again, then say what came."
    )


class NothingToShow(PermanentError):
    """An outcome is said of goods that no photo shows."""

    problem = ProblemKind(
        409, "no-purchase-photos", "No photo shows what arrived", "Add a photo of the goods first."
    )


@dataclass(frozen=True, slots=True)
class Order:
    """An order at the listing, as a person writes it down."""

    order_number: str
    ordered_on: date
    amount: Decimal
    currency: str  # ISO 4217
    note: str = ""


@dataclass(frozen=True, slots=True)
class PurchasePhoto:
    """A photo of what arrived, as it was uploaded; people see a JPEG made of it."""

    sha256: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """There is no outcome yet, for this reason."""

    reason: Literal["not_arrived", "not_examined"]


@dataclass(frozen=True, slots=True)
class Concluded:
    """An outcome; `finding` says by what it was seen."""

    outcome: PurchaseOutcome
    finding: str
    concluded_by: str
    concluded_at: datetime


Ending: TypeAlias = Awaited | Concluded


@dataclass(frozen=True, slots=True)
class Purchase:
    """A test purchase; `version` is named by whoever says what came of it."""

    purchase_id: UUID
    case_id: UUID
    order: Order
    photos: Sequence[PurchasePhoto]  # in order of adding
    recorded_by: str
    recorded_at: datetime
    version: int
    concluded: Concluded | None

    @property
    def signed_by(self) -> list[str]:
        """Everybody whom it names, as history names them."""
        ended = [] if self.concluded is None else [self.concluded.concluded_by]
        return [self.recorded_by, *(photo.added_by for photo in self.photos), *ended]

    @property
    def ending(self) -> Ending:
        """The outcome, or why there is none yet."""
        return self.concluded or Awaited("not_examined" if self.photos else "not_arrived")


def clean_order(order: Order, today: date) -> Order:
    """The order as it is kept, without blanks around its texts; raises BadOrder."""
    number = " ".join(order.order_number.split())
    if not 0 < len(number) <= ORDER_NUMBER_MAX_CHARS:
        raise BadOrder(f"an order number has 1 to {ORDER_NUMBER_MAX_CHARS} signs")
    # Somewhere it is a day later than in UTC.
    if order.ordered_on > today + timedelta(days=1):
        raise BadOrder(f"order {number} is of {order.ordered_on}, which is yet to come")
    if not _is_amount(order.amount):
        raise BadOrder(f"{order.amount} is no amount that was paid; give at most two decimals")
    if not _CURRENCY.fullmatch(order.currency):
        raise BadOrder(
            f"{order.currency[:20]!r} is no currency; give its three letters as ISO 4217"
        )
    if len(order.note) > NOTE_MAX_CHARS:
        raise BadOrder(f"a note has at most {NOTE_MAX_CHARS} letters")
    return Order(number, order.ordered_on, order.amount, order.currency, order.note.strip())


def _is_amount(amount: Decimal) -> bool:
    return amount.is_finite() and 0 < amount <= AMOUNT_MAX and amount == round(amount, 2)


def check_open(purchase: Purchase) -> None:
    """Returns when the purchase has no outcome yet; raises PurchaseClosed."""
    if purchase.concluded is not None:
        raise PurchaseClosed(
            f"test purchase {purchase.purchase_id} was concluded as "
            f"{purchase.concluded.outcome} and is frozen as evidence"
        )


def check_room(purchase: Purchase) -> None:
    """Returns when a further photo may be added; raises PurchaseClosed, NoMorePurchases."""
    check_open(purchase)
    if len(purchase.photos) >= PHOTOS_MAX:
        raise NoMorePurchases(
            f"test purchase {purchase.purchase_id} has {PHOTOS_MAX} photos, which is the most"
        )


def check_may_conclude(purchase: Purchase, outcome: PurchaseOutcome, expected_version: int) -> None:
    """Returns when this may be said of the purchase as it was read.

    Raises PurchaseClosed, StalePurchase, NothingToShow.
    """
    check_open(purchase)
    if purchase.version != expected_version:
        raise StalePurchase(
            f"test purchase {purchase.purchase_id} is at version {purchase.version}, not at "
            f"{expected_version}: somebody has added to it meanwhile; read it again first"
        )
    if outcome != "not_delivered" and not purchase.photos:
        raise NothingToShow(
            f"test purchase {purchase.purchase_id} has no photo: what arrived is shown, unless "
            "nothing did"
        )
