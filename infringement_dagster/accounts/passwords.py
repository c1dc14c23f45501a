"""The life of a password: changed by its owner, set anew by a link that an admin hands out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from psycopg import Connection

from infringement_dagster.accounts.keys import Granter
from infringement_dagster.accounts.logging_in import Attempt, check_own_password, forget_failures
from infringement_dagster.domain.permissions import PERMISSIONS_OF, check_may_give
from resources.identity.credentials import hash_password, new_token, token_hash
from resources.postgres.clients import (
    access_store,
    identity_store,
    known_devices,
    password_resets,
)
from resources.postgres.clients.audit import Doer, record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.password_resets import ResettingPerson
from resources.postgres.database import Database

LINK_HOURS = 24
INVITATION_DAYS = 7
LINK_PATH = "/set-password"


@dataclass(frozen=True, slots=True)
class ResetLink:
    """A link by which a person sets a password once."""

    token: str = field(repr=False)
    expires_at: datetime


def change_password(
    database: Database,
    attempt: Attempt,
    user_id: UUID,
    session_hash: bytes,
    current: str,
    new: str,
) -> None:
    """Guarantees the new password and that no other session of the person is open.

    It counts for all accounts of which a mailed link has set the password together with this one.
    Raises WrongLogin, TooManyFailures and WeakPassword.
    """
    person = check_own_password(database, attempt, user_id, current)
    password_hash = hash_password(new, known_about(person.client_id, person.email))
    with database.identity() as c:
        for account in identity_store.logins_of(c, person.email):
            if account.password_hash == person.password_hash:
                _set_changed(c, account, password_hash, session_hash, attempt.network)


def make_reset_link(c: Connection, client_id: str, by: Granter, user_id: UUID) -> ResetLink:
    """The link, in place of any before it; in an identity transaction.

    Raises UnknownUser and NotYours: who sets a person's password may act as that person.
    """
    row = access_store.get_user(c, client_id, user_id)
    check_may_give(by.held, PERMISSIONS_OF[row.role])
    return _make_link(c, client_id, by.doer, user_id)


def make_operator_reset_link(c: Connection, by: Doer, user_id: UUID) -> ResetLink:
    """The link of an operator, in an identity transaction."""
    return _make_link(c, None, by, user_id)


def path_of(link: ResetLink) -> str:
    """Where the link leads, below the address of the installation."""
    return f"{LINK_PATH}?token={link.token}"


def reset_password(
    database: Database, token: str, network: str, password: str
) -> list[ResettingPerson]:
    """The accounts whose password this is now; sessions end, devices are forgotten.

    Raises SpentLink and WeakPassword, after which the link still works.
    """
    digest = token_hash(token)
    with database.identity() as c:
        people = password_resets.people_of_reset(c, digest)
    about = {fact for person in people for fact in known_about(person.client_id, person.email)}
    password_hash = hash_password(password, about)
    with database.identity() as c:
        password_resets.use_reset(c, digest)
        for person in people:
            _set_anew(c, person, password_hash, network)
    return people


def unlock(c: Connection, client_id: str | None, by: Doer, address: str) -> int:
    """How many counts of failed log-ins at the account were cleared; in an identity transaction."""
    cleared = forget_failures(c, client_id, address)
    record_for(c, client_id, by, "user.unlocked", address)
    return cleared


def known_about(client_id: str | None, address: str) -> Iterable[str]:
    """Facts that somebody who guesses at the password knows of its owner."""
    return [address, client_id or "operator", "infringement"]


def _set_changed(
    c: Connection, account: Login, password_hash: str, session_hash: bytes, network: str
) -> None:
    password_resets.set_password(c, account.client_id, account.user_id, password_hash)
    password_resets.forget_resets(c, account.user_id)
    identity_store.end_sessions(c, account.user_id, but=session_hash)
    doer = Doer(account.principal, network)
    record_for(c, account.client_id, doer, "user.password_changed", str(account.user_id))


def _set_anew(c: Connection, person: ResettingPerson, password_hash: str, network: str) -> None:
    client_id, user_id = person.client_id, person.user_id
    password_resets.set_password(c, client_id, user_id, password_hash)
    identity_store.end_sessions(c, user_id)
    known_devices.forget_devices(c, user_id)
    forget_failures(c, client_id, person.email)
    doer = Doer(identity_store.person_principal(client_id, user_id), network)
    record_for(c, client_id, doer, "user.password_reset", str(user_id))


def _make_link(c: Connection, client_id: str | None, by: Doer, user_id: UUID) -> ResetLink:
    link = ResetLink(new_token(), datetime.now(UTC) + timedelta(hours=LINK_HOURS))
    password_resets.put_reset(c, token_hash(link.token), client_id, user_id, link.expires_at)
    record_for(c, client_id, by, "user.reset_link_made", str(user_id))
    return link
