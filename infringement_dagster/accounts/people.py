"""People of a client: added, given another role, shut out, let in again.

Who holds less than a person may do cannot let them in or change what they may do: it would be a way
to act as them. Shutting somebody out is open to whoever manages access.
"""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from infringement_dagster.accounts.keys import Granter
from infringement_dagster.domain.permissions import PERMISSIONS_OF, ClientRole, check_may_give
from resources.postgres.clients import (
    access_store,
    identity_store,
    known_devices,
    operator_store,
    password_resets,
)
from resources.postgres.clients.access_store import UserRow
from resources.postgres.clients.audit import Doer, record, record_of_operators


def add_person(
    c: Connection,
    client_id: str,
    by: Granter,
    address: str,
    role: ClientRole,
    password_hash: str | None,
) -> UserRow:
    """The new user; raises BadAddress, UserExists and NotYours."""
    check_may_give(by.held, PERMISSIONS_OF[role])
    row = access_store.add_user(c, client_id, address, role, password_hash)
    record(c, client_id, by.doer, "user.created", str(row.user_id), address=row.email, role=role)
    return row


def change_role(
    c: Connection, client_id: str, by: Granter, user_id: UUID, role: ClientRole
) -> UserRow:
    """The user with the role; raises UnknownUser and NotYours."""
    row = access_store.get_user(c, client_id, user_id)
    check_may_give(by.held, PERMISSIONS_OF[role] | PERMISSIONS_OF[row.role])
    access_store.set_role(c, client_id, user_id, role)
    record(c, client_id, by.doer, "user.role_changed", str(user_id), role=role, former=row.role)
    return access_store.get_user(c, client_id, user_id)


def enable_person(c: Connection, client_id: str, by: Granter, user_id: UUID) -> None:
    """Guarantees that the user may log in again; raises UnknownUser and NotYours."""
    row = access_store.get_user(c, client_id, user_id)
    check_may_give(by.held, PERMISSIONS_OF[row.role])
    access_store.enable_user(c, client_id, user_id)
    record(c, client_id, by.doer, "user.enabled", str(user_id))


def disable_person(c: Connection, client_id: str, by: Doer, user_id: UUID) -> None:
    """Guarantees that the user is shut out for good: sessions, links and devices are forgotten.

    In an identity transaction. Raises UnknownUser.
    """
    access_store.disable_user(c, client_id, user_id)
    _forget_credentials(c, user_id)
    record(c, client_id, by, "user.disabled", str(user_id))


def set_operator_disabled(c: Connection, by: Doer, user_id: UUID, *, disabled: bool) -> None:
    """Guarantees that the operator is shut out, likewise, or may log in again."""
    operator_store.set_operator_disabled(c, user_id, disabled=disabled)
    if disabled:
        _forget_credentials(c, user_id)
    action = "operator.disabled" if disabled else "operator.enabled"
    record_of_operators(c, by, action, str(user_id))


def _forget_credentials(c: Connection, user_id: UUID) -> None:
    identity_store.end_sessions(c, user_id)
    password_resets.forget_resets(c, user_id)
    known_devices.forget_devices(c, user_id)
