"""The log-ins and the API key that the demo makes, so that its cases can be looked at."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from infringement_dagster.accounts import keys, people
from infringement_dagster.cli.accounts.keys import OPERATOR
from infringement_dagster.domain.permissions import CLIENT_ROLES, PERMISSIONS_OF, ClientRole
from resources.identity.credentials import hash_password
from resources.postgres.clients import access_store, operator_store, password_resets
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.database import Database

KEY_NAME: Final = "demo"
KEY_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who can log in; an operator is of no client."""

    address: str
    role: ClientRole | Literal["operator"]
    client_id: str | None


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """Everything with which the demo lets people and programs in, shown once."""

    people: tuple[DemoPerson, ...]
    password: str = field(repr=False)
    key_client_id: str
    key: str = field(repr=False)


def grant_demo_access(database: Database, client_id: str) -> DemoAccess:
    """A person of each role under a password made now, and a key of the client for a week.

    The key of an earlier demo is revoked, its people get the new password.
    """
    password = secrets.token_urlsafe(12)
    password_hash = hash_password(password)
    found = [DemoPerson(f"{role}@demo.example", role, client_id) for role in CLIENT_ROLES]
    found.append(DemoPerson("operator@demo.example", "operator", None))
    for person in found:
        _let_in(database, person, password_hash)
    return DemoAccess(tuple(found), password, client_id, _fresh_key(database, client_id))


def _let_in(database: Database, person: DemoPerson, password_hash: str) -> None:
    client_id, role = person.client_id, person.role
    try:
        if client_id is None or role == "operator":
            with database.identity() as c:
                operator_store.add_operator(c, person.address, password_hash)
        else:
            with database.client(client_id) as c:
                people.add_person(c, client_id, OPERATOR, person.address, role, password_hash)
    except (access_store.UserExists, operator_store.OperatorExists):
        _set_password(database, person, password_hash)


def _set_password(database: Database, person: DemoPerson, password_hash: str) -> None:
    user_id = _user_ids(database, person.client_id)[person.address]
    with database.identity() as c:
        password_resets.set_password(c, person.client_id, user_id, password_hash)


def _user_ids(database: Database, client_id: str | None) -> dict[str, UUID]:
    if client_id is None:
        with database.identity() as c:
            return {row.email: row.user_id for row in operator_store.list_operators(c)}
    with database.client(client_id) as c:
        return {row.email: row.user_id for row in access_store.list_users(c, client_id)}


def _fresh_key(database: Database, client_id: str) -> str:
    expires_at = datetime.now(UTC) + timedelta(days=KEY_DAYS)
    with database.client(client_id) as c:
        for row in access_store.list_keys(c, client_id):
            if row.name == KEY_NAME and row.revoked_at is None:
                keys.revoke_key(c, client_id, COMMAND_LINE, row.key_id)
        scopes = sorted(PERMISSIONS_OF["admin"])
        return keys.create_key(
            c, client_id, OPERATOR, name=KEY_NAME, scopes=list(scopes), expires_at=expires_at
        ).text
