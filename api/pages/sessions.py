"""Logging in and out by form, and where people land."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import RedirectResponse, Response

from api.access import AnyCaller, Backed
from api.http.problems import Problem
from api.http.schemas import NonEmptyText, Text
from api.pages.problem_pages import LOG_IN_PATH
from api.pages.rendering import NOBODY, frame_of, render
from api.routes.session import (
    PASSWORDS_CHECKED_AT_ONCE,
    LoginRequest,
    checked_login,
    log_in,
    log_out,
)
from resources.credentials import PASSWORD_CHARS_MAX
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.operator_store import clients_after

router = APIRouter(include_in_schema=False)
CLIENTS_SHOWN_MAX = 1000
# A path of ours: "//host" and "/\host" are addresses of others to a browser.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*", re.ASCII)
BackTo = Annotated[str, StringConstraints(max_length=2000)]


class LoginForm(BaseModel):
    """The log-in form as sent; operators leave the client empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Text = ""
    email: NonEmptyText
    password: str = Field(max_length=PASSWORD_CHARS_MAX)
    back_to: BackTo = "/"

    @property
    def request(self) -> LoginRequest:
        """The same as the API takes it."""
        client_id = self.client_id.strip().lower() or None
        return LoginRequest(client_id=client_id, email=self.email.strip(), password=self.password)


def person_or_refusal(request: Request, form: Annotated[LoginForm, Form()]) -> Login | Problem:
    """Whose password this is, or why nobody comes in."""
    try:
        return checked_login(request, form.request)
    except Problem as problem:
        return problem


Checked = Annotated[
    Login | Problem, Depends(person_or_refusal, max_concurrency=PASSWORDS_CHECKED_AT_ONCE)
]


@router.get(LOG_IN_PATH)
def show_log_in(back_to: Annotated[BackTo, Query()] = "/") -> Response:
    """The log-in page."""
    return render("log_in.html", NOBODY, back_to=own_path(back_to), client_id="", email="")


@router.post(LOG_IN_PATH)
def log_in_by_form(
    form: Annotated[LoginForm, Form()], checked: Checked, backend: Backed
) -> Response:
    """Opens a session and goes on to where the person wanted to be."""
    if isinstance(checked, Problem):
        page = render(
            "log_in.html",
            NOBODY,
            status=checked.kind.status,
            back_to=own_path(form.back_to),
            client_id=form.client_id,
            email=form.email,
            refusal=checked,
        )
        page.headers.update(checked.headers)
        return page
    response = RedirectResponse(own_path(form.back_to), 303)
    log_in(form.request, checked, response, backend)
    return response


@router.post("/log-out")
def log_out_by_form(caller: AnyCaller, backend: Backed) -> Response:
    """Ends the session; the page goes back to logging in."""
    response = Response(headers={"HX-Redirect": LOG_IN_PATH, "Clear-Site-Data": '"cache"'})
    log_out(caller, response, backend)
    return response


@router.get("/")
def show_home(caller: AnyCaller) -> Response:
    """The person's client, or the choice of clients for operators."""
    here = "/clients" if caller.client_id is None else f"/clients/{caller.client_id}/cases"
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


def own_path(path: str) -> str:
    """The path when it is one of ours, else the start page."""
    return path if _OWN_PATH.fullmatch(path) else "/"
