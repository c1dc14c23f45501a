"""Dependencies of routes: who calls, and one transaction in the name of the client in the path.

Checks come in one order, so that no answer tells a stranger whether a client exists: credential
(401), pace (429), permission (403), client (404).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from anyio import CapacityLimiter
from fastapi import Depends, Path, Request
from psycopg import Connection
from starlette.types import Scope

from api.http.problems import (
    CROSS_SITE,
    FORBIDDEN,
    SUSPENDED,
    TOO_MANY,
    UNAUTHENTICATED,
    Problem,
    retry_after,
)
from api.http.quotas import Quota, tell_quota
from api.http.request_notes import notes_of
from api.jobs.runner import JobRunner
from api.permissions import need_of
from api.settings import ApiSettings
from api.stream.feed import EventFeed
from infringement_dagster.accounts.keys import Granter
from infringement_dagster.accounts.logging_in import network_of
from infringement_dagster.clients.config_checks import ConfigChecks
from infringement_dagster.domain.permissions import PERMISSIONS_OF, Permission
from infringement_dagster.photos.previews import PhotoPreviews
from resources.credentials import csrf_token, read_api_key, token_hash
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.clients import identity_store, throttle_store
from resources.postgres.clients.audit import Doer, record_for
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.clients.throttle_store import Allowance
from resources.postgres.database import Database
from resources.postgres.statements import fetch_count

SESSION_COOKIE = "__Host-session"
REFUSALS_KEPT_A_MINUTE = 10
_PRINCIPAL = "infringement.principal"
CSRF_HEADER = "x-csrf-token"
_CLIENT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Backend:
    """The database, object store and settings that the app was built over."""

    database: Database
    objects: ObjectStore
    settings: ApiSettings
    feed: EventFeed
    decoder: BlockingDecoder
    config_checks: ConfigChecks
    jobs: JobRunner
    # Threads of their own: those of the operations may all wait for what a caller holds.
    admissions: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))

    @property
    def photos(self) -> PhotoPreviews:
        """Pictures as people see them."""
        return PhotoPreviews(self.database, self.objects, self.decoder)


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

    @property
    def doer(self) -> Doer:
        """Who does it, for the audit trail."""
        return Doer(self.actor, self.network)

    @property
    def granter(self) -> Granter:
        """The same with what they may hand on."""
        return Granter(self.doer, self.permissions)


@dataclass(frozen=True, slots=True)
class ClientAccess:
    """A caller who may do this operation for this client."""

    client_id: str
    principal: Principal


@dataclass(frozen=True, slots=True)
class ClientScope:
    """The same, within the request's transaction; it commits before the answer is sent."""

    client_id: str
    principal: Principal
    connection: Connection


def network_of_caller(request: Request) -> str:
    """The network that the request comes from, as the server or a proxy that it trusts saw it."""
    return network_of(request.client.host if request.client else "unknown")


def backend_of(request: Request) -> Backend:
    """The database, object store and settings that the app was built over."""
    backend = request.app.state.backend
    assert isinstance(backend, Backend)
    return backend


def admit(request: Request) -> None:
    """Guarantees that the caller may do the operation, for the client in the path if it names one.

    The route asks before it reads the body; raises Problem and UnknownClient.
    """
    backend = backend_of(request)
    client_id: str | None = request.path_params.get("client_id")
    with backend.database.identity() as c:
        principal = _identified(request, c)
        left = _take_turn(backend, c, principal)
        is_there = client_id is None or _sees_client(c, principal, client_id)
    _check_pace(request, left)
    _check_permission(backend, request, principal)
    if client_id is not None:
        if not is_there:
            raise UnknownClient(client_id)
        notes_of(request.scope).client_id = client_id
    request.scope[_PRINCIPAL] = principal


async def any_caller(request: Request) -> Principal:
    """The caller, whom the route has admitted."""
    principal = request.scope[_PRINCIPAL]
    assert isinstance(principal, Principal)
    return principal


ClientId = Annotated[str, Path(description="The client's id, such as `acme`.", examples=["acme"])]


async def client_access(request: Request, client_id: ClientId) -> ClientAccess:
    """The caller, admitted for the client; the operation opens transactions itself."""
    return ClientAccess(client_id, await any_caller(request))


Allowed = Annotated[ClientAccess, Depends(client_access)]


def client_scope(request: Request, access: Allowed) -> Iterator[ClientScope]:
    """The caller and the request's one transaction, rolled back on any error."""
    with backend_of(request).database.client(access.client_id) as connection:
        yield ClientScope(access.client_id, access.principal, connection)


def operator_connection(request: Request) -> Iterator[Connection]:
    """One identity transaction for operations on clients themselves."""
    with backend_of(request).database.identity() as connection:
        yield connection


# A dependency that keeps a connection needs a worker thread again to give it back. Were all threads
# (40) to wait for connections (8), none could: so who may keep one waits without a thread.
AnyCaller = Annotated[Principal, Depends(any_caller)]
InClient = Annotated[ClientScope, Depends(client_scope, scope="function", max_concurrency=6)]
IdentityConnection = Annotated[
    Connection, Depends(operator_connection, scope="function", max_concurrency=2)
]
Backed = Annotated[Backend, Depends(backend_of)]


def operation_of(scope: Scope) -> str:
    """The name of the operation that serves the request."""
    return str(getattr(scope.get("route"), "name", ""))


def _identified(request: Request, c: Connection) -> Principal:
    principal = _by_key(request, c) or _by_session(request, c)
    if principal is None:
        raise Problem(
            UNAUTHENTICATED,
            "the request carries no live API key or session",
            headers={"WWW-Authenticate": 'Bearer realm="infringement"'},
        )
    notes = notes_of(request.scope)
    notes.actor = principal.actor
    notes.tenant = principal.client_id or principal.actor
    return principal


def _by_key(request: Request, c: Connection) -> Principal | None:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    key = read_api_key(text.strip()) if scheme.lower() == "bearer" else None
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
    _check_active(holder.client_state)
    return Principal(
        holder.principal,
        holder.email,
        network_of_caller(request),
        holder.client_id,
        PERMISSIONS_OF[holder.role],
        session_hash=token_hash(token),
    )


def check_origin(request: Request) -> None:
    """Returns when the request comes from our own pages or from no page; raises Problem."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Problem(CROSS_SITE, "the Origin of the request is another site")


def _check_same_site(request: Request, token: str) -> None:
    check_origin(request)
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(token).encode()):
        raise Problem(CROSS_SITE, "the X-CSRF-Token does not belong to this session")


def _check_active(client_state: str | None) -> None:
    if client_state == "suspended":
        raise Problem(SUSPENDED, "the client that this credential belongs to is suspended")


def _take_turn(backend: Backend, c: Connection, principal: Principal) -> Allowance:
    """Counts the request; answers are given outside the transaction, so that refusals count too."""
    quota = backend.settings.requests_per_minute
    return throttle_store.take_allowance(c, principal.actor, quota, 60.0)


def _check_pace(request: Request, left: Allowance) -> None:
    quota = backend_of(request).settings.requests_per_minute
    tell_quota(request, Quota("requests", quota, left.remaining, 60, int(left.reset_seconds)))
    if left.retry_seconds:
        detail = f"more than {quota} requests in a minute"
        raise Problem(TOO_MANY, detail, headers=retry_after(left.retry_seconds))


def _check_permission(backend: Backend, request: Request, principal: Principal) -> None:
    operation = operation_of(request.scope)
    need = need_of(operation)
    if need not in ("nobody", "anybody") and need not in principal.permissions:
        _keep_refusal(backend, principal, operation)
        raise Problem(FORBIDDEN, f"{operation} needs the permission {need}")


def _keep_refusal(backend: Backend, principal: Principal, operation: str) -> None:
    """Puts it on the caller's own trail; a few a minute, so that nobody fills it up."""
    with backend.database.identity() as c:
        subject = f"{principal.actor}:refusals"
        left = throttle_store.take_allowance(c, subject, REFUSALS_KEPT_A_MINUTE, 60.0)
        if not left.retry_seconds:
            record_for(c, principal.client_id, principal.doer, "request.refused", operation)


def _sees_client(c: Connection, principal: Principal, client_id: str) -> bool:
    """False for a client of somebody else as for one that does not exist."""
    if principal.client_id is not None:
        return principal.client_id == client_id
    query = "SELECT count(*) FROM clients WHERE client_id = %(client_id)s"
    return bool(_CLIENT_ID.fullmatch(client_id) and fetch_count(c, query, client_id=client_id))
