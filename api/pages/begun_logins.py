"""The steps between a first proof and a session: a client chosen, a code given or set up."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import RedirectResponse, Response

from api.backend import backend_of
from api.callers import check_origin, network_of_caller
from api.http.operation_route import OperationRoute
from api.http.problems import Problem
from api.http.schemas import NonEmptyText
from api.logins import entering
from api.pages.problem_pages import LOG_IN_PATH
from api.pages.rendering import NOBODY, render
from api.pages.ways_back import BackTo, own_path, way_of
from infringement_dagster.accounts.logging_in import Attempt, LoggedIn, enter
from infringement_dagster.accounts.second_factor import (
    WrongCode,
    begin_enrolment,
    begun_enrolment,
    confirm_enrolment,
    missing_of,
)
from resources.identity.one_time_codes import drawn
from resources.postgres.clients.identity_store import Login

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
NEXT_PATH = f"{LOG_IN_PATH}/next"


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChoiceForm(_Form):
    """Which of the accounts that the password opens."""

    user_id: UUID
    back_to: BackTo = "/"


class CodeForm(_Form):
    """The code that the authenticator shows, or a recovery code."""

    code: NonEmptyText
    back_to: BackTo = "/"


def after_proof(request: Request, attempt: Attempt, opened: list[Login], back_to: str) -> Response:
    """The way into the one account that nothing is missing for, else to the step that is next."""
    if len(opened) == 1 and _missing(request, opened[0]) == "nothing":
        return _inside(request, enter(backend_of(request).database, attempt, opened[0]), back_to)
    response = _to_next(back_to)
    entering.begin_login(response, backend_of(request), opened)
    return response


@router.get(NEXT_PATH)
def show_next_step(request: Request, back_to: Annotated[BackTo, Query()] = "/") -> Response:
    """The clients to choose among, or the form for the code, or the way to set one up."""
    accounts = entering.begun_login(request)
    if not accounts:
        return RedirectResponse(LOG_IN_PATH, 303)
    if len(accounts) > 1:
        way = own_path(back_to)
        return render("choose_account.html", NOBODY, accounts=accounts, back_to=way)
    if _missing(request, accounts[0]) == "set_up":
        return _set_up_page(request, accounts[0], back_to, is_new=True)
    return _code_page(accounts[0], back_to)


@router.post(f"{LOG_IN_PATH}/client")
def choose_account(request: Request, form: Annotated[ChoiceForm, Form()]) -> Response:
    """Goes on with the account that was chosen."""
    check_origin(request)
    chosen = [each for each in entering.begun_login(request) if each.user_id == form.user_id]
    if not chosen:
        return RedirectResponse(LOG_IN_PATH, 303)
    if _missing(request, chosen[0]) != "nothing":
        entering.choose_begun_login(request, chosen[0])
        return _to_next(form.back_to)
    return _finished(request, chosen[0], form.back_to)


@router.post(f"{LOG_IN_PATH}/code")
def give_code(request: Request, form: Annotated[CodeForm, Form()]) -> Response:
    """Opens the session once the code is right."""
    check_origin(request)
    accounts = entering.begun_login(request)
    if len(accounts) != 1:
        return _to_next(form.back_to)
    try:
        inside = entering.entered(request, _attempt(request, accounts[0]), accounts[0], form.code)
    except Problem as problem:
        return _code_page(accounts[0], form.back_to, problem)
    entering.end_begun_login(request)
    return _inside(request, inside, form.back_to)


@router.post(f"{LOG_IN_PATH}/set-up")
def set_up_at_log_in(request: Request, form: Annotated[CodeForm, Form()]) -> Response:
    """Opens the session once the authenticator's first code is right; shows recovery codes."""
    check_origin(request)
    accounts = entering.begun_login(request)
    if len(accounts) != 1 or _missing(request, accounts[0]) != "set_up":
        return _to_next(form.back_to)
    person, database = accounts[0], backend_of(request).database
    try:
        codes = confirm_enrolment(database, person, network_of_caller(request), form.code)
    except WrongCode as error:
        return _set_up_page(request, person, form.back_to, is_new=False, refusal=str(error))
    entering.end_begun_login(request)
    page = render("recovery_codes.html", NOBODY, codes=codes, go_on=way_of(person, form.back_to))
    entering.open_session(request, page, enter(database, _attempt(request, person), person))
    return page


def _code_page(person: Login, back_to: str, refusal: Problem | None = None) -> Response:
    page = render(
        "log_in_code.html",
        NOBODY,
        status=200 if refusal is None else refusal.kind.status,
        person=person,
        back_to=own_path(back_to),
        refusal=refusal,
    )
    page.headers.update((refusal.headers if refusal else None) or {})
    return page


def _set_up_page(
    request: Request, person: Login, back_to: str, *, is_new: bool, refusal: str | None = None
) -> Response:
    database = backend_of(request).database
    begun = begin_enrolment(database, person) if is_new else begun_enrolment(database, person)
    return render(
        "log_in_set_up.html",
        NOBODY,
        status=200 if refusal is None else 422,
        person=person,
        secret=begun.secret,
        drawn=drawn(begun.uri),
        back_to=own_path(back_to),
        refusal=refusal,
    )


def _finished(request: Request, person: Login, back_to: str) -> Response:
    """The session of an account that nothing is missing for, once."""
    if not entering.end_begun_login(request):
        return RedirectResponse(LOG_IN_PATH, 303)
    inside = entering.entered(request, _attempt(request, person), person)
    return _inside(request, inside, back_to)


def _inside(request: Request, inside: LoggedIn, back_to: str) -> Response:
    response = RedirectResponse(way_of(inside.person, back_to), 303)
    entering.open_session(request, response, inside)
    return response


def _attempt(request: Request, person: Login) -> Attempt:
    return entering.attempt_of(request, None, person.email)


def _missing(request: Request, person: Login) -> str:
    with backend_of(request).database.identity() as c:
        return missing_of(c, person)


def _to_next(back_to: str) -> Response:
    return RedirectResponse(f"{NEXT_PATH}?back_to={quote(own_path(back_to))}", 303)
