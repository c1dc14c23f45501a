"""Logging in at an OpenID Connect provider: to it, and back with its word."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.backend import Backed, Backend, backend_of
from api.http.operation_route import OperationRoute
from api.http.problems import NO_PATH, Problem
from api.logins.entering import attempt_of
from api.logins.turns import refusals_as_problems
from api.pages.begun_logins import after_proof
from api.pages.log_in_page import log_in_page
from api.pages.problem_pages import LOG_IN_PATH
from api.pages.ways_back import BackTo, client_of, meant_of, own_path
from api.settings import OPEN_ID_BACK_PATH
from infringement_dagster.accounts.logging_in import vouched
from resources.identity.openid import (
    NotVouched,
    OpenIdProvider,
    ProviderDown,
    Visit,
    is_same,
    new_visit,
)

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
# Not in a table: whoever has no account could fill it. `__Host-` keeps other hosts from setting it,
# so that nobody can be sent back into a visit that is somebody else's.
VISIT_COOKIE = "__Host-openid"
VISIT_SECONDS = 600
Given = Annotated[str, StringConstraints(max_length=4000), Query()]


@router.get(f"{LOG_IN_PATH}/openid")
async def begin_openid(backend: Backed, back_to: Annotated[BackTo, Query()] = "/") -> Response:
    """Sends the person to the provider."""
    provider, visit = _provider(backend), new_visit()
    try:
        address = await provider.address_for(visit)
    except (NotVouched, ProviderDown) as error:
        return log_in_page(backend, back_to, refusal=_problem(error))
    response = RedirectResponse(address, 303)
    kept = json.dumps(asdict(visit) | {"back_to": own_path(back_to)}).encode()
    response.set_cookie(
        VISIT_COOKIE,
        base64.urlsafe_b64encode(kept).decode(),
        max_age=VISIT_SECONDS,
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(OPEN_ID_BACK_PATH)
async def finish_openid(
    request: Request, backend: Backed, state: Given = "", code: Given = "", error: Given = ""
) -> Response:
    """Opens a session for whom the provider vouches, or asks for what is missing."""
    provider = _provider(backend)
    visit, back_to = _begun(request)
    try:
        address = await provider.vouched_address(_returned(visit, state, code, error), code)
        response = await run_in_threadpool(_entered, request, address, back_to)
    except (NotVouched, ProviderDown) as refused:
        response = log_in_page(backend, back_to, refusal=_problem(refused))
    except Problem as problem:
        response = log_in_page(backend, back_to, refusal=problem)
    response.delete_cookie(VISIT_COOKIE, secure=True, httponly=True, samesite="lax")
    return response


def _entered(request: Request, address: str, back_to: str) -> Response:
    wanted = client_of(back_to)
    attempt = attempt_of(request, None, address, prefers=wanted)
    with refusals_as_problems():
        opened = vouched(backend_of(request).database, attempt)
    return after_proof(request, attempt, meant_of(opened, wanted), back_to)


def _provider(backend: Backend) -> OpenIdProvider:
    if backend.open_id is None:
        raise Problem(NO_PATH, "people log in with their password here")
    return backend.open_id


def _begun(request: Request) -> tuple[Visit | None, str]:
    """The visit that the browser has begun, and where it leads; None for anything else."""
    try:
        kept = json.loads(base64.urlsafe_b64decode(request.cookies.get(VISIT_COOKIE, "")))
        back_to = own_path(str(kept.pop("back_to")))
        visit = Visit(**{name: str(value) for name, value in kept.items()})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None, "/"
    return visit, back_to


def _returned(visit: Visit | None, state: str, code: str, error: str) -> Visit:
    """The visit, which the provider ends with a code; raises NotVouched."""
    if visit is None or not is_same(visit.state, state):
        raise NotVouched("this log-in was not begun in this browser, or took too long")
    if error or not code:
        raise NotVouched(f"the provider said {error[:100] or 'nothing'}")
    return visit


def _problem(error: NotVouched | ProviderDown) -> Problem:
    return Problem(error.problem, str(error))
