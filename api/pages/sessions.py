"""Logging in and out by form, and where people land."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from api.access import AnyCaller
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.problems import Problem
from api.http.schemas import NonEmptyText
from api.logins.entering import attempt_of, checked_login, end_session
from api.logins.turns import NetworkTurn, PasswordTurn, wait_for_turn
from api.pages.begun_logins import after_proof
from api.pages.log_in_page import log_in_page
from api.pages.problem_pages import LOG_IN_PATH
from api.pages.ways_back import BackTo, client_of, meant_of
from infringement_dagster.accounts.logging_in import Attempt
from resources.identity.password_policy import PASSWORD_CHARS_MAX

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


class LoginForm(BaseModel):
    """The log-in form as sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: NonEmptyText
    password: str = Field(max_length=PASSWORD_CHARS_MAX)
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
def show_log_in(backend: Backed, back_to: Annotated[BackTo, Query()] = "/") -> Response:
    """The log-in page."""
    return log_in_page(backend, back_to)


@router.post(LOG_IN_PATH)
def log_in_by_form(
    request: Request,
    backend: Backed,
    form: Annotated[LoginForm, Form()],
    _network: NetworkTurn,
    attempt: Annotated[Attempt | Problem, Depends(paced)],
    _turn: PasswordTurn,
) -> Response:
    """Opens a session, or asks for what is missing, on the way to where the person wanted."""
    if isinstance(attempt, Problem):
        return log_in_page(backend, form.back_to, form.email, attempt)
    try:
        opened = checked_login(request, attempt, form.password)
    except Problem as problem:
        return log_in_page(backend, form.back_to, form.email, problem)
    wanted = client_of(form.back_to)
    return after_proof(request, attempt, meant_of(opened, wanted), form.back_to)


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
