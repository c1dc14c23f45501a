"""Passwords that are forgotten or not set yet: a link asked for, and what it leads to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from api.backend import Backed, Backend
from api.callers import check_origin, network_of_caller
from api.http.operation_route import OperationRoute
from api.http.problems import Problem
from api.http.schemas import NonEmptyText, Text
from api.logins.own_account import mail_reset_link
from api.logins.turns import NetworkTurn, PasswordTurn
from api.pages.languages.words import marked
from api.pages.problem_pages import LOG_IN_PATH
from api.pages.rendering import NOBODY, render
from infringement_dagster.accounts.passwords import LINK_HOURS, LINK_PATH, reset_password
from resources.identity.password_policy import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, WeakPassword
from resources.postgres.clients.password_resets import SpentLink

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
FORGOTTEN_PATH = "/forgotten"
MISTYPED = marked("the two new passwords differ")
Typed = Annotated[str, Field(max_length=PASSWORD_CHARS_MAX)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ForgottenForm(_Form):
    """Whose password is forgotten."""

    email: NonEmptyText


class SetForm(_Form):
    """The token of a reset link, and the password to be, twice."""

    token: NonEmptyText
    new_password: Typed
    repeated: Typed


@router.get(FORGOTTEN_PATH)
def show_forgotten(backend: Backed, asked: bool = False) -> Response:
    """The form that asks for a link by mail, or that one is on its way."""
    return _forgotten_page(backend, asked=asked)


@router.post(FORGOTTEN_PATH)
def ask_by_form(
    request: Request, form: Annotated[ForgottenForm, Form()], backend: Backed
) -> Response:
    """Mails a link if the address is somebody's; the page says the same if it is not."""
    check_origin(request)
    try:
        mail_reset_link(request, form.email.strip())
    except Problem as problem:
        page = _forgotten_page(backend, refusal=problem)
        page.headers.update(problem.headers or {})
        return page
    return RedirectResponse(f"{FORGOTTEN_PATH}?asked=true", 303)


@router.get(LINK_PATH)
def show_set_password(token: Annotated[Text, Query()] = "") -> Response:
    """The form that a reset link leads to; looking at it uses nothing up."""
    return _set_page(token, None)


@router.post(LINK_PATH)
def set_password_by_form(
    request: Request,
    form: Annotated[SetForm, Form()],
    backend: Backed,
    _network: NetworkTurn,
    _turn: PasswordTurn,
) -> Response:
    """Sets the password of whoever the link was made for; then they log in with it."""
    check_origin(request)
    if form.new_password != form.repeated:
        return _set_page(form.token, MISTYPED)
    network = network_of_caller(request)
    try:
        reset_password(backend.database, form.token, network, form.new_password)
    except (WeakPassword, SpentLink) as error:
        return _set_page(form.token, str(error))
    return RedirectResponse(LOG_IN_PATH, 303)


def _forgotten_page(
    backend: Backend, *, asked: bool = False, refusal: Problem | None = None
) -> Response:
    return render(
        "forgotten.html",
        NOBODY,
        status=200 if refusal is None else refusal.kind.status,
        asked=asked,
        refusal=refusal,
        sends_mail=backend.sends_mail,
        hours=LINK_HOURS,
    )


def _set_page(token: str, refusal: str | None) -> Response:
    return render(
        "set_password.html",
        NOBODY,
        status=200 if refusal is None else 422,
        token=token,
        refusal=refusal,
        chars_min=PASSWORD_CHARS_MIN,
        chars_max=PASSWORD_CHARS_MAX,
    )
