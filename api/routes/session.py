"""Logging in and out with a password, and the life of that password; programs use API keys."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.access import AnyCaller
from api.backend import Backed
from api.callers import SESSION_COOKIE, network_of_caller
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, NonEmptyText, Page
from api.http.schemas import Request as Body
from api.logins import entering, own_account
from api.logins.turns import NetworkTurn, PasswordTurn, wait_for_turn
from infringement_dagster.accounts.logging_in import Attempt
from infringement_dagster.accounts.passwords import reset_password as reset
from infringement_dagster.domain.permissions import PERMISSIONS_OF
from resources.identity.credentials import csrf_token
from resources.identity.password_policy import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN

router = APIRouter(tags=["session"], route_class=OperationRoute)
GivenPassword = Annotated[str, Field(max_length=PASSWORD_CHARS_MAX)]
NewPassword = Annotated[str, Field(min_length=PASSWORD_CHARS_MIN, max_length=PASSWORD_CHARS_MAX)]


class LoginRequest(Body):
    """Who wants in."""

    client_id: NonEmptyText | None = Field(
        None,
        examples=["acme"],
        description="Needed only where the password opens several clients. Operators name none.",
    )
    email: NonEmptyText = Field(examples=["ann@acme.example"])
    password: GivenPassword
    code: NonEmptyText | None = Field(
        None,
        examples=["492039"],
        description="The authenticator's, or a recovery code; needed with a second factor.",
    )


class PasswordChange(Body):
    """The password that is, and the one to be."""

    current_password: GivenPassword
    new_password: NewPassword


class ResetRequest(Body):
    """Whose password is forgotten."""

    email: NonEmptyText = Field(examples=["ann@acme.example"])


class PasswordReset(Body):
    """The token of a reset link, and the password to be."""

    token: NonEmptyText
    new_password: NewPassword


class OpenSessionDocument(Document):
    """One of your open sessions."""

    session_id: UUID
    created_at: datetime
    last_used_at: datetime = Field(description="When it was used last, to a minute.")
    expires_at: datetime
    network: str | None = Field(description="From which it was opened; null: not known.")
    user_agent: str | None = Field(description="As the browser names itself.")
    is_this: bool = Field(description="True: the one that asks.")


class SessionDocument(Document):
    """A session; its token is in the cookie alone."""

    actor: str = Field(description="As history names you; an id that is yours alone.")
    name: str = Field(description="As people see you.")
    client_id: str | None
    permissions: list[str]
    csrf_token: str | None = Field(description="To be sent as X-CSRF-Token with every change.")


async def paced(request: Request, login: LoginRequest) -> Attempt:
    """The attempt, once its password may be looked at."""
    attempt = entering.attempt_of(request, login.client_id, login.email)
    await wait_for_turn(request, attempt)
    return attempt


@router.post("/v1/session", status_code=201)
def log_in(
    request: Request,
    login: LoginRequest,
    _network: NetworkTurn,
    attempt: Annotated[Attempt, Depends(paced)],
    _turn: PasswordTurn,
    response: Response,
) -> SessionDocument:
    """Open a session; its cookie reaches no script and no other site."""
    opened = entering.checked_login(request, attempt, login.password)
    person = entering.account_for_program(opened)
    inside = entering.entered(request, attempt, person, login.code)
    return SessionDocument(
        actor=person.principal,
        name=person.email,
        client_id=person.client_id,
        permissions=sorted(PERMISSIONS_OF[person.role]),
        csrf_token=csrf_token(entering.open_session(request, response, inside)),
    )


@router.get("/v1/session")
def who_am_i(request: Request, caller: AnyCaller) -> SessionDocument:
    """Say who the credential belongs to and what it may do."""
    token = request.cookies.get(SESSION_COOKIE) if caller.session_hash else None
    return SessionDocument(
        actor=caller.actor,
        name=caller.name,
        client_id=caller.client_id,
        permissions=sorted(caller.permissions),
        csrf_token=csrf_token(token) if token else None,
    )


@router.delete("/v1/session", status_code=204)
def log_out(caller: AnyCaller, response: Response, backend: Backed) -> None:
    """End the session of the cookie, its open streams included."""
    entering.end_session(response, backend, caller)


@router.get("/v1/sessions")
def list_sessions(caller: AnyCaller, backend: Backed) -> Page[OpenSessionDocument]:
    """List your open sessions, the one used last first."""
    rows = own_account.own_sessions(backend, caller)
    items = [
        OpenSessionDocument(**asdict(row), is_this=row.session_id == caller.session_id)
        for row in rows
    ]
    return Page(items=items, next_cursor=None)


@router.delete("/v1/sessions/{session_id}", status_code=204)
def end_other_session(caller: AnyCaller, backend: Backed, session_id: UUID) -> None:
    """End a session of yours, its open streams included."""
    own_account.end_own_session(backend, caller, session_id)


@router.post("/v1/session/password", status_code=204)
def change_password(
    request: Request,
    caller: AnyCaller,
    wanted: PasswordChange,
    _network: NetworkTurn,
    _turn: PasswordTurn,
) -> None:
    """Change your password; your other sessions end."""
    own_account.change_own_password(request, caller, wanted.current_password, wanted.new_password)


@router.post("/v1/password-reset-mails", status_code=202)
def ask_for_reset_link(request: Request, wanted: ResetRequest) -> None:
    """Mail a link that sets a password, if the address is somebody's; the answer is the same."""
    own_account.mail_reset_link(request, wanted.email)


@router.post("/v1/password-resets", status_code=204)
def reset_password(
    request: Request,
    wanted: PasswordReset,
    backend: Backed,
    _network: NetworkTurn,
    _turn: PasswordTurn,
) -> None:
    """Set the password of every account that a reset link was made for; it works once."""
    reset(backend.database, wanted.token, network_of_caller(request), wanted.new_password)
