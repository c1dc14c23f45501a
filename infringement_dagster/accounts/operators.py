"""Operators: added, invited by mail, shut out and let in again by one another.

In an identity transaction; each is an entry of the operators' own audit trail.
"""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from infringement_dagster.accounts.people import set_operator_disabled
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.clients import operator_store
from resources.postgres.clients.audit import Doer, record_of_operators
from resources.postgres.clients.operator_store import OperatorRow
from resources.postgres.statements import hold_lock

_LOCK = "operators"


class UnknownOperator(PermanentError):
    """There is no such operator."""

    problem = ProblemKind(404, "unknown-operator", "No such operator", "List the operators.")


class OperatorStays(PermanentError):
    """Somebody would shut out themselves, or the last operator."""

    problem = ProblemKind(
        409, "operator-stays", "This operator stays", "Ask another operator to do it."
    )


def add_operator(c: Connection, by: Doer, address: str, password_hash: str | None) -> OperatorRow:
    """The new operator; raises BadAddress and OperatorExists."""
    row = operator_store.add_operator(c, address, password_hash)
    record_of_operators(c, by, "operator.created", row.email)
    return row


def get_operator(c: Connection, user_id: UUID) -> OperatorRow:
    """The operator; raises UnknownOperator."""
    for row in operator_store.list_operators(c):
        if row.user_id == user_id:
            return row
    raise UnknownOperator(f"there is no operator {user_id}")


def shut_out(c: Connection, by: Doer, user_id: UUID) -> None:
    """Guarantees that the operator is shut out, sessions included.

    Raises UnknownOperator, and OperatorStays for oneself and for the last one.
    """
    hold_lock(c, _LOCK)  # else two could shut out one another
    row = get_operator(c, user_id)
    if by.principal == f"operator:{user_id}":
        raise OperatorStays("nobody shuts out themselves")
    others = [
        other
        for other in operator_store.list_operators(c)
        if other.disabled_at is None and other.user_id != user_id
    ]
    if not others:
        raise OperatorStays("without this operator there would be none")
    if row.disabled_at is None:
        set_operator_disabled(c, by, user_id, disabled=True)


def let_in(c: Connection, by: Doer, user_id: UUID) -> None:
    """Guarantees that the operator may log in again; raises UnknownOperator."""
    if get_operator(c, user_id).disabled_at is not None:
        set_operator_disabled(c, by, user_id, disabled=False)
