"""Logging in and out with a password, for the pages; programs use API keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.access import (
    SESSION_COOKIE,
    AnyCaller,
    Backed,
    Backend,
    Principal,
    backend_of,
    check_origin,
)
from api.http.problems import BAD_LOGIN, TOO_MANY, Problem, retry_after
from api.http.schemas import Document, NonEmptyText
from api.http.schemas import Request as Body
from infringement_dagster.domain.permissions import PERMISSIONS_OF, Role
from resources.credentials import (
    PASSWORD_CHARS_MAX,
    csrf_token,
    new_session_token,
    password_matches,
    token_hash,
)
from resources.postgres.clients import identity_store, throttle_store
from resources.postgres.clients.identity_store import Login

router = APIRouter(tags=["session"])
# argon2 takes 64 MiB and 60 ms of a core each.
PASSWORDS_CHECKED_AT_ONCE = 2


class LoginRequest(Body):
    """Who wants in; operators name no client."""

    client_id: NonEmptyText | None = Field(None, examples=["acme"])
    email: NonEmptyText = Field(examples=["ann@acme.example"])
    password: str = Field(max_length=PASSWORD_CHARS_MAX)


class SessionDocument(Document):
    """A session; its token is in the cookie alone."""

    actor: str
    client_id: str | None
    permissions: list[str]
    csrf_token: str | None = Field(description="To be sent as X-CSRF-Token with every change.")


def checked_login(request: Request, login: LoginRequest) -> Login:
    """The person whose password this is; raises Problem, after the same time for a stranger."""
    backend = backend_of(request)
    check_origin(request)
    subjects = _subjects(request, login)
    with backend.database.identity() as c:
        known = identity_store.login_of(c, login.client_id, login.email.lower())
        wait = max(throttle_store.blocked_seconds(c, subject) for subject in subjects)
    if wait:
        raise Problem(TOO_MANY, "too many failed logins", headers=retry_after(wait))
    matches = password_matches(known.password_hash if known else None, login.password)
    with backend.database.identity() as c:
        for subject in subjects:
            if matches:
                throttle_store.forget_failed_logins(c, subject)
            else:
                throttle_store.note_failed_login(c, subject)
    if known is None or not matches:
        raise Problem(BAD_LOGIN, "no user of this client has this address and password")
    return known


CheckedLogin = Annotated[Login, Depends(checked_login, max_concurrency=PASSWORDS_CHECKED_AT_ONCE)]


@router.post("/v1/session", status_code=201)
def log_in(
    login: LoginRequest, person: CheckedLogin, response: Response, backend: Backed
) -> SessionDocument:
    """Open a session; its cookie reaches no script and no other site."""
    token = new_session_token()
    hours = backend.settings.session_hours
    expires_at = datetime.now(UTC) + timedelta(hours=hours)
    with backend.database.identity() as c:
        identity_store.open_session(
            c, token_hash(token), login.client_id, person.user_id, expires_at
        )
        holder = identity_store.session_holder(c, token_hash(token))
    _set_cookie(response, token, int(hours * 3600))
    if holder is None:
        raise Problem(BAD_LOGIN, "the user was shut out meanwhile")
    return SessionDocument(
        actor=f"user:{holder.email}",
        client_id=holder.client_id,
        permissions=_permissions(holder.role),
        csrf_token=csrf_token(token),
    )


@router.get("/v1/session")
def who_am_i(request: Request, caller: AnyCaller) -> SessionDocument:
    """Say who the credential belongs to and what it may do."""
    token = request.cookies.get(SESSION_COOKIE) if caller.session_hash else None
    return SessionDocument(
        actor=caller.actor,
        client_id=caller.client_id,
        permissions=sorted(caller.permissions),
        csrf_token=csrf_token(token) if token else None,
    )


@router.delete("/v1/session", status_code=204)
def log_out(caller: AnyCaller, response: Response, backend: Backed) -> None:
    """End the session of the cookie, its open streams included."""
    _end(caller, backend)
    _set_cookie(response, "", 0)


def _end(caller: Principal, backend: Backend) -> None:
    if caller.session_hash is not None:
        with backend.database.identity() as c:
            identity_store.end_session(c, caller.session_hash)


def _set_cookie(response: Response, token: str, seconds: int) -> None:
    response.set_cookie(
        SESSION_COOKIE, token, max_age=seconds, secure=True, httponly=True, samesite="lax"
    )


def _subjects(request: Request, login: LoginRequest) -> tuple[str, str]:
    """What failures count against: the account, and the address that tries."""
    peer = request.client.host if request.client else "unknown"
    account = f"{login.client_id or 'operators'}/{login.email.lower()}"[:400]
    return f"login:{account}", f"peer:{peer}"


def _permissions(role: Role) -> list[str]:
    return sorted(PERMISSIONS_OF[role])
