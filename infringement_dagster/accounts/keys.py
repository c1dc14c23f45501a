"""API keys of a client: made, rotated, revoked."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.permissions import Permission, check_may_give, check_scopes
from resources.identity.credentials import new_api_key
from resources.postgres.clients import access_store
from resources.postgres.clients.access_store import ApiKeyRow
from resources.postgres.clients.audit import Doer, record


class ExpiryInThePast(PermanentError):
    """A key was to end before it began."""

    problem = ProblemKind(422, "past-expiry", "That time is past", "Name a time to come.")


class EndedKey(PermanentError):
    """An expired or revoked key was to be rotated."""

    problem = ProblemKind(409, "ended-key", "The key has ended", "Make a new key.")


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key with its text, which is shown this once."""

    row: ApiKeyRow
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Granter:
    """Who hands access on, and what they may do themselves."""

    doer: Doer
    held: Set[Permission]


def create_key(
    c: Connection,
    client_id: str,
    by: Granter,
    *,
    name: str,
    scopes: list[str],
    expires_at: datetime | None = None,
) -> FreshKey:
    """The new key; raises UnknownScope, NotYours and ExpiryInThePast."""
    wanted = check_scopes(scopes)
    check_may_give(by.held, wanted)
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise ExpiryInThePast(
            f"client {client_id}: a key that ends at {expires_at:%Y-%m-%d %H:%M} UTC would open "
            "nothing; name a time to come"
        )
    fresh = _add(c, client_id, name, sorted(wanted), by.doer.principal, expires_at)
    record(c, client_id, by.doer, "key.created", fresh.row.key_id, scopes=sorted(wanted))
    return fresh


def rotate_key(
    c: Connection, client_id: str, by: Granter, key_id: str, overlap: timedelta
) -> FreshKey:
    """A key with the scopes, expiry and owner of the old one, which ends after the overlap.

    Raises UnknownKey, EndedKey and NotYours.
    """
    old = access_store.get_key(c, client_id, key_id)
    now = datetime.now(UTC)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
        raise EndedKey(f"client {client_id}: key {key_id} has ended; make a new one")
    check_may_give(by.held, old.scopes)
    access_store.expire_key(c, client_id, key_id, now + overlap)
    fresh = _add(c, client_id, old.name, old.scopes, old.owner, old.expires_at)
    record(c, client_id, by.doer, "key.rotated", key_id, successor=fresh.row.key_id)
    return fresh


def revoke_key(c: Connection, client_id: str, by: Doer, key_id: str) -> None:
    """Guarantees that the key opens nothing any more; raises UnknownKey."""
    access_store.revoke_key(c, client_id, key_id)
    record(c, client_id, by, "key.revoked", key_id)


def _add(
    c: Connection,
    client_id: str,
    name: str,
    scopes: list[str],
    owner: str | None,
    expires_at: datetime | None,
) -> FreshKey:
    key = new_api_key()
    row = access_store.add_key(
        c, client_id, key, name=name, scopes=scopes, owner=owner, expires_at=expires_at
    )
    return FreshKey(row, key.text)
