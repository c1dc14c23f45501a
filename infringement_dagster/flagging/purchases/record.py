"""Test purchases are written down at a case, and read again."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.acting.happenings import PurchaseRecorded
from infringement_dagster.domain.acting.purchases import (
    PURCHASES_MAX,
    KnownOrder,
    NoMorePurchases,
    Order,
    Purchase,
    UnknownPurchase,
    clean_order,
)
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import new_event
from resources.postgres.cases import case_lists, chain_store
from resources.postgres.cases.acting import purchase_store
from resources.postgres.cases.acting.work_store import lock_case
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.clients.audit import Doer, record
from resources.postgres.events.event_store import append_events


class NothingFrozen(PermanentError):
    """The case has no evidence in the chain to which a purchase could be added."""

    problem = ProblemKind(
        409,
        "nothing-frozen",
        "Nothing is frozen of the case",
        "Ask for a scan that finds it again.",
    )


def record_purchase(
    c: Connection, client_id: str, case_id: UUID, order: Order, by: Doer
) -> Purchase:
    """The purchase at the case, with an event and an audit entry; asked again it is the same.

    Raises UnknownCase, BadOrder, NothingFrozen, KnownOrder, NoMorePurchases.
    """
    if not lock_case(c, client_id, case_id):
        raise _unknown_case(client_id, case_id)
    wanted = clean_order(order, datetime.now(UTC).date())
    known = purchase_store.purchases_of(c, client_id, case_id)
    for purchase in known:
        if purchase.order.order_number == wanted.order_number:
            return _same(purchase, wanted)
    _check_room(c, client_id, case_id, len(known))
    purchase_id = purchase_store.add_purchase(c, client_id, case_id, wanted, by.principal)
    append_events(c, client_id, [new_event(PurchaseRecorded(case_id, purchase_id))])
    record(c, client_id, by, "purchase.recorded", str(purchase_id), case_id=str(case_id))
    return found_purchase(c, client_id, case_id, purchase_id)


def purchases_at(c: Connection, client_id: str, case_id: UUID) -> list[Purchase]:
    """All purchases at the case, the first one first; raises UnknownCase."""
    found_case(c, client_id, case_id)
    return purchase_store.purchases_of(c, client_id, case_id)


def found_purchase(c: Connection, client_id: str, case_id: UUID, purchase_id: UUID) -> Purchase:
    """The purchase; raises UnknownPurchase."""
    return told(purchase_store.get_purchase(c, client_id, case_id, purchase_id), purchase_id)


def locked_purchase(c: Connection, client_id: str, case_id: UUID, purchase_id: UUID) -> Purchase:
    """The same, which nobody else changes in this transaction; raises UnknownPurchase."""
    return told(purchase_store.lock_purchase(c, client_id, case_id, purchase_id), purchase_id)


def found_case(c: Connection, client_id: str, case_id: UUID) -> CaseSummaryRow:
    """The case at which it was bought; raises UnknownCase."""
    case = case_lists.get_case(c, client_id, case_id)
    if case is None:
        raise _unknown_case(client_id, case_id)
    return case


def told(purchase: Purchase | None, purchase_id: UUID) -> Purchase:
    """The purchase where there is one; raises UnknownPurchase."""
    if purchase is None:
        raise UnknownPurchase(f"the case has no test purchase {purchase_id}")
    return purchase


def _same(purchase: Purchase, wanted: Order) -> Purchase:
    if purchase.order != wanted:
        raise KnownOrder(
            f"order {wanted.order_number} is recorded as test purchase {purchase.purchase_id}, "
            "with another date, amount or note"
        )
    return purchase


def _check_room(c: Connection, client_id: str, case_id: UUID, known: int) -> None:
    if known >= PURCHASES_MAX:
        raise NoMorePurchases(f"case {case_id} has {PURCHASES_MAX} test purchases: the most")
    if not chain_store.links_of_case(c, client_id, case_id):
        raise NothingFrozen(
            f"client {client_id}: nothing is frozen of case {case_id} yet, to which a test "
            "purchase could be added"
        )


def _unknown_case(client_id: str, case_id: UUID) -> UnknownCase:
    return UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
