"""A person's own account: password, second factor, and the sessions that are open."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.access import AnyCaller
from api.backend import Backed
from api.callers import Principal, network_of_caller
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, Problem
from api.http.schemas import NonEmptyText
from api.logins import own_account
from api.logins.own_alerts import operator_choice
from api.logins.turns import NetworkTurn, PasswordTurn, refusals_as_problems
from api.pages.password_links import MISTYPED, Typed
from api.pages.rendering import frame_of, go_to, render, render_part
from infringement_dagster.accounts.second_factor import confirm_enrolment
from resources.identity.one_time_codes import drawn
from resources.identity.password_policy import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN
from resources.postgres.clients.logins import second_factors, sessions

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChangeForm(_Form):
    """The password that is, and the one to be, twice."""

    current_password: Typed
    new_password: Typed
    repeated: Typed


class ProofForm(_Form):
    """The password that is, before a second factor is set up."""

    current_password: Typed


class CodeForm(_Form):
    """The code that the authenticator shows."""

    code: NonEmptyText


class OffForm(_Form):
    """Both factors, before one is turned off."""

    current_password: Typed
    code: NonEmptyText


@router.get("/account")
def show_account(
    request: Request, caller: AnyCaller, backend: Backed, changed: bool = False
) -> Response:
    """Who the person is here, how they log in, and where they are logged in."""
    return render(
        "account.html",
        frame_of(request, caller),
        caller=caller,
        changed=changed,
        chars_min=PASSWORD_CHARS_MIN,
        chars_max=PASSWORD_CHARS_MAX,
        log_ins=_log_ins(backend, caller),
        operator_alerts=operator_choice(backend, caller)
        if caller.client_id is None and caller.user_id is not None
        else None,
    )


@router.post("/account/password")
def change_password_on_page(
    request: Request,
    caller: AnyCaller,
    form: Annotated[ChangeForm, Form()],
    _network: NetworkTurn,
    _turn: PasswordTurn,
) -> Response:
    """Sets the new password; the person's other sessions end."""
    if form.new_password != form.repeated:
        raise Problem(INVALID, MISTYPED)
    own_account.change_own_password(request, caller, form.current_password, form.new_password)
    return go_to("/account?changed=true")


@router.post("/account/second-factor")
def begin_factor_on_page(
    request: Request,
    caller: AnyCaller,
    form: Annotated[ProofForm, Form()],
    _network: NetworkTurn,
    _turn: PasswordTurn,
) -> Response:
    """Shows the code that an authenticator reads, once the password is right."""
    begun = own_account.begin_own_factor(request, caller, form.current_password)
    return render_part("set_up_factor.html", secret=begun.secret, drawn=drawn(begun.uri))


@router.post("/account/second-factor/confirm")
def confirm_factor_on_page(
    request: Request, caller: AnyCaller, backend: Backed, form: Annotated[CodeForm, Form()]
) -> Response:
    """Turns the second factor on and shows the recovery codes, this once."""
    person, _ = own_account.person_of(request, caller)
    with refusals_as_problems():
        codes = confirm_enrolment(backend.database, person, network_of_caller(request), form.code)
    return render_part("recovery_code_list.html", codes=codes)


@router.post("/account/second-factor/off")
def turn_factor_off_on_page(
    request: Request,
    caller: AnyCaller,
    form: Annotated[OffForm, Form()],
    _network: NetworkTurn,
    _turn: PasswordTurn,
) -> Response:
    """Turns the second factor off, once password and code are right."""
    own_account.turn_own_factor_off(request, caller, form.current_password, form.code)
    return go_to("/account")


@router.post("/account/sessions/{session_id}/end")
def end_session_on_page(caller: AnyCaller, backend: Backed, session_id: UUID) -> Response:
    """Ends another session of the person."""
    own_account.end_own_session(backend, caller, session_id)
    return go_to("/account")


@router.post("/account/sessions/end")
def end_other_sessions_on_page(caller: AnyCaller, backend: Backed) -> Response:
    """Ends all sessions of the person but this one."""
    own_account.end_other_sessions(backend, caller)
    return go_to("/account")


def _log_ins(backend: Backed, caller: Principal) -> dict[str, object]:
    if caller.session_hash is None or caller.user_id is None:
        return {"factor": None, "codes_left": 0, "sessions": [], "is_required": False}
    with backend.database.identity() as c:
        factor = second_factors.factor_of(c, caller.user_id)
        return {
            "factor": factor if factor and factor.confirmed_at else None,
            "codes_left": second_factors.recovery_codes_left(c, caller.user_id),
            "is_required": second_factors.requires_factor(c, caller.client_id),
            "sessions": sessions.sessions_of(c, caller.user_id),
        }
