"""The admitted caller of a route, and one transaction in the name of the client in its path.

Checks come in one order, so that no answer tells a stranger whether a client exists: credential
(401), pace (429), permission (403), client (404).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from psycopg import Connection
from starlette.types import Scope

from api.backend import Backend, backend_of
from api.callers import Principal, identified, key_of, network_of_caller
from api.http.problems import FORBIDDEN, TOO_MANY, UNAUTHENTICATED, Problem, retry_after
from api.http.quotas import Quota, tell_quota
from api.http.request_notes import notes_of
from api.permissions import need_of
from infringement_dagster.domain.client import is_client_id
from resources.postgres.clients import identity_store, throttle_store
from resources.postgres.clients.audit import Doer, record_for
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.clients.throttle_store import Allowance
from resources.postgres.statements import fetch_count

REFUSALS_KEPT_A_MINUTE = 10
_PRINCIPAL = "infringement.principal"


@dataclass(frozen=True, slots=True)
class ClientAccess:
    """A caller who may do this operation for this client."""

    client_id: str
    principal: Principal

    def within(self, connection: Connection) -> ClientScope:
        """The same within a transaction of the client's."""
        return ClientScope(self.client_id, self.principal, connection)


@dataclass(frozen=True, slots=True)
class ClientScope:
    """The same, within the request's transaction; it commits before the answer is sent."""

    client_id: str
    principal: Principal
    connection: Connection


def admit(request: Request) -> None:
    """Guarantees that the caller may do the operation, for the client in the path if it names one.

    The route asks before it reads the body; raises Problem and UnknownClient.
    """
    backend = backend_of(request)
    client_id: str | None = request.path_params.get("client_id")
    try:
        with backend.database.identity() as c:
            principal = identified(request, c)
            left = _take_turn(backend, c, principal)
            is_there = client_id is None or _sees_client(c, principal, client_id)
    except Problem as problem:
        if problem.kind is UNAUTHENTICATED:
            _keep_refused_key(backend, request)
        raise
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
        yield access.within(connection)


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


def operation_of(scope: Scope) -> str:
    """The name of the operation that serves the request."""
    return str(getattr(scope.get("route"), "name", ""))


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
        if _is_kept(c, principal.actor):
            record_for(c, principal.client_id, principal.doer, "request.refused", operation)


def _keep_refused_key(backend: Backend, request: Request) -> None:
    """Puts it on the trail of whoever has the key: a wrong secret, or one that opens no more."""
    key = key_of(request)
    if key is None:
        return
    with backend.database.identity() as c:
        known = identity_store.known_key(c, key)
        if known is not None and _is_kept(c, f"key:{key.key_id}"):
            doer = Doer("nobody", network_of_caller(request))
            record_for(
                c, known.client_id, doer, "key.refused", key.key_id, reason=known.refused_for
            )


def _is_kept(c: Connection, actor: str) -> bool:
    subject = f"{actor}:refusals"
    left = throttle_store.take_allowance(c, subject, REFUSALS_KEPT_A_MINUTE, 60.0)
    return not left.retry_seconds


def _sees_client(c: Connection, principal: Principal, client_id: str) -> bool:
    """False for a client of somebody else as for one that does not exist."""
    if principal.client_id is not None:
        return principal.client_id == client_id
    query = "SELECT count(*) FROM clients WHERE client_id = %(client_id)s"
    return bool(is_client_id(client_id) and fetch_count(c, query, client_id=client_id))
