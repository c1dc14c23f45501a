"""Who calls: proved by an API key, or by a session and, for changes, its CSRF token."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request
from psycopg import Connection

from api.http.problems import CROSS_SITE, SUSPENDED, UNAUTHENTICATED, Problem
from api.http.request_notes import notes_of
from infringement_dagster.accounts.keys import Granter
from infringement_dagster.accounts.logging_in import network_of
from infringement_dagster.domain.permissions import PERMISSIONS_OF, Permission
from resources.identity.credentials import ApiKey, csrf_token, read_api_key, token_hash
from resources.postgres.clients import identity_store
from resources.postgres.clients.audit import Doer
from resources.postgres.clients.logins.sessions import note_session_use

SESSION_COOKIE = "__Host-session"
CSRF_HEADER = "x-csrf-token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls; `client_id` is None for operators, who may act for every client."""

    actor: str  # as history names them: "key:", "user:" or "operator:" and an id
    name: str  # as people see it: the address, or the actor of a key
    network: str
    client_id: str | None
    permissions: frozenset[Permission]
    key_id: str | None = None
    session_hash: bytes | None = None
    session_id: UUID | None = None
    user_id: UUID | None = None  # None for a key

    @property
    def doer(self) -> Doer:
        """Who does it, for the audit trail."""
        return Doer(self.actor, self.network)

    @property
    def granter(self) -> Granter:
        """The same with what they may hand on."""
        return Granter(self.doer, self.permissions)


def network_of_caller(request: Request) -> str:
    """The network that the request comes from, as the server or a proxy that it trusts saw it."""
    return network_of(request.client.host if request.client else "unknown")


def identified(request: Request, c: Connection) -> Principal:
    """The caller by the key or session that the request carries; raises Problem."""
    principal = _by_key(request, c) or _by_session(request, c)
    if principal is None:
        notes_of(request.scope).is_refused = True
        raise Problem(
            UNAUTHENTICATED,
            "the request carries no live API key or session",
            headers={"WWW-Authenticate": 'Bearer realm="infringement"'},
        )
    notes = notes_of(request.scope)
    notes.actor = principal.actor
    notes.tenant = principal.client_id or principal.actor
    return principal


def check_origin(request: Request) -> None:
    """Returns when the request comes from our own pages or from no page; raises Problem."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Problem(CROSS_SITE, "the Origin of the request is another site")


def key_of(request: Request) -> ApiKey | None:
    """The key that the request carries, proved or not; None for what is no key of ours."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return read_api_key(text.strip()) if scheme.lower() == "bearer" else None


def _by_key(request: Request, c: Connection) -> Principal | None:
    key = key_of(request)
    holder = identity_store.key_holder(c, key) if key else None
    if key is None or holder is None:
        return None
    if not hmac.compare_digest(bytes(holder.secret_hash), key.secret_hash):
        return None
    if holder.is_stale:
        identity_store.note_key_use(c, key.key_id, is_operator=holder.client_id is None)
    _check_active(holder.client_state)
    operator = holder.client_id is None
    scopes = frozenset(p for p in PERMISSIONS_OF["admin"] if p in holder.scopes)
    permissions = PERMISSIONS_OF["operator"] if operator else scopes
    return Principal(
        f"key:{key.key_id}",
        f"key {key.key_id}",
        network_of_caller(request),
        holder.client_id,
        permissions,
        key_id=key.key_id,
    )


def _by_session(request: Request, c: Connection) -> Principal | None:
    token = request.cookies.get(SESSION_COOKIE)
    if not token or "authorization" in request.headers:
        return None
    holder = identity_store.session_holder(c, token_hash(token))
    if holder is None:
        return None
    if request.method not in _SAFE_METHODS:
        _check_same_site(request, token)
    if holder.is_stale:
        note_session_use(c, holder.session_id)
    _check_active(holder.client_state)
    return Principal(
        holder.principal,
        holder.email,
        network_of_caller(request),
        holder.client_id,
        PERMISSIONS_OF[holder.role],
        session_hash=token_hash(token),
        session_id=holder.session_id,
        user_id=holder.user_id,
    )


def _check_same_site(request: Request, token: str) -> None:
    check_origin(request)
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(token).encode()):
        raise Problem(CROSS_SITE, "the X-CSRF-Token does not belong to this session")


def _check_active(client_state: str | None) -> None:
    if client_state == "suspended":
        raise Problem(SUSPENDED, "the client that this credential belongs to is suspended")
