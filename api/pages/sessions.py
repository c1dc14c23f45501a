"""Logging in and out by form, and where people land."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import RedirectResponse, Response

from api.access import AnyCaller
from api.backend import Backed, Backend
from api.callers import check_origin
from api.http.operation_route import OperationRoute
from api.http.problems import Problem
from api.http.schemas import NonEmptyText, Text
from api.logins import (
    NetworkTurn,
    PasswordTurn,
    attempt_of,
    begin_login,
    begun_login,
    checked_login,
    end_begun_login,
    end_session,
    open_session,
    wait_for_turn,
)
from api.pages.problem_pages import LOG_IN_PATH
from api.pages.rendering import NOBODY, frame_of, render
from infringement_dagster.accounts.logging_in import Attempt, enter
from resources.identity.password_policy import PASSWORD_CHARS_MAX
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.operator_store import clients_after

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
CLIENTS_SHOWN_MAX = 1000
# A path of ours: "//host" and "/\host" are addresses of others to a browser.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*", re.ASCII)
_CLIENT_PATH = re.compile(r"/clients/(?P<client_id>[a-z0-9][a-z0-9-]*)(?:[/?]|$)", re.ASCII)
CHOICE_PATH = f"{LOG_IN_PATH}/client"
BackTo = Annotated[str, StringConstraints(max_length=2000)]


class LoginForm(BaseModel):
    """The log-in form as sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: NonEmptyText
    password: str = Field(max_length=PASSWORD_CHARS_MAX)
    back_to: BackTo = "/"


class ChoiceForm(BaseModel):
    """Which of the accounts that the password opens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: UUID
    back_to: BackTo = "/"


async def paced(request: Request, form: Annotated[LoginForm, Form()]) -> Attempt | Problem:
    """The attempt, once its password may be looked at, or why it may not."""
    wanted = client_of(form.back_to)
    attempt = attempt_of(request, None, form.email.strip(), prefers=wanted)
    try:
        await wait_for_turn(request, attempt)
    except Problem as problem:
        return problem
    return attempt


@router.get(LOG_IN_PATH)
def show_log_in(back_to: Annotated[BackTo, Query()] = "/") -> Response:
    """The log-in page."""
    return render("log_in.html", NOBODY, back_to=own_path(back_to), email="")


@router.post(LOG_IN_PATH)
def log_in_by_form(
    request: Request,
    form: Annotated[LoginForm, Form()],
    _network: NetworkTurn,
    attempt: Annotated[Attempt | Problem, Depends(paced)],
    _turn: PasswordTurn,
    backend: Backed,
) -> Response:
    """Opens a session, or asks for a client, and goes on to where the person wanted to be."""
    if isinstance(attempt, Problem):
        return _refusal(form, attempt)
    try:
        opened = checked_login(request, attempt, form.password)
    except Problem as problem:
        return _refusal(form, problem)
    wanted = client_of(form.back_to)
    meant = [person for person in opened if person.client_id == wanted] if wanted else []
    if len(meant or opened) == 1:
        return _entered(backend, attempt, (meant or opened)[0], form.back_to)
    response = RedirectResponse(f"{CHOICE_PATH}?back_to={quote(own_path(form.back_to))}", 303)
    begin_login(response, backend, opened)
    return response


@router.get(CHOICE_PATH)
def show_choice(request: Request, back_to: Annotated[BackTo, Query()] = "/") -> Response:
    """The clients that the password opens, for the person to choose one."""
    opened = begun_login(request)
    if not opened:
        return RedirectResponse(LOG_IN_PATH, 303)
    return render("choose_account.html", NOBODY, accounts=opened, back_to=own_path(back_to))


@router.post(CHOICE_PATH)
def choose_account(
    request: Request, form: Annotated[ChoiceForm, Form()], backend: Backed
) -> Response:
    """Opens a session of the account that was chosen, once."""
    check_origin(request)
    chosen = [person for person in begun_login(request) if person.user_id == form.user_id]
    if not end_begun_login(request) or not chosen:
        return RedirectResponse(LOG_IN_PATH, 303)
    attempt = attempt_of(request, None, chosen[0].email)
    return _entered(backend, attempt, chosen[0], form.back_to)


def _entered(backend: Backend, attempt: Attempt, person: Login, back_to: str) -> Response:
    """The way to where the person wanted to be, or to their start where that is not theirs."""
    is_theirs = person.client_id is None or client_of(back_to) in (None, person.client_id)
    response = RedirectResponse(own_path(back_to) if is_theirs else "/", 303)
    open_session(response, backend, enter(backend.database, attempt, person))
    return response


def _refusal(form: LoginForm, problem: Problem) -> Response:
    page = render(
        "log_in.html",
        NOBODY,
        status=problem.kind.status,
        back_to=own_path(form.back_to),
        email=form.email,
        refusal=problem,
    )
    page.headers.update(problem.headers or {})
    return page


@router.post("/log-out")
def log_out_by_form(caller: AnyCaller, backend: Backed) -> Response:
    """Ends the session; the page goes back to logging in."""
    response = Response(headers={"HX-Redirect": LOG_IN_PATH, "Clear-Site-Data": '"cache"'})
    end_session(response, backend, caller)
    return response


@router.get("/")
def show_home(caller: AnyCaller) -> Response:
    """The person's client, or the choice of clients for operators."""
    here = "/clients" if caller.client_id is None else f"/clients/{caller.client_id}/home"
    return RedirectResponse(here, 303)


@router.get("/clients")
def choose_client(
    request: Request, caller: AnyCaller, backend: Backed, name: Annotated[Text, Query()] = ""
) -> Response:
    """All clients whose name or id holds the text, for operators."""
    with backend.database.identity() as c:
        rows = clients_after(c, "", CLIENTS_SHOWN_MAX)
    wanted = name.strip().casefold()
    shown = [
        row for row in rows if wanted in row.client_id or wanted in row.display_name.casefold()
    ]
    return render("clients.html", frame_of(request, caller), clients=shown, name=name)


def client_of(path: str) -> str | None:
    """The client whose page the path leads to."""
    found = _CLIENT_PATH.match(path)
    return found["client_id"] if found else None


def own_path(path: str) -> str:
    """The path when it is one of ours, else the start page."""
    return path if _OWN_PATH.fullmatch(path) else "/"
