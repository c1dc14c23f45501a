"""The page of operators: who they are, and adding, inviting and shutting out each other."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from api.access import AnyCaller
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.logins.own_account import check_mail
from api.pages.rendering import frame_of, go_to, render, render_part
from infringement_dagster.accounts import operators
from infringement_dagster.accounts.mailing import invite_operator
from infringement_dagster.accounts.passwords import (
    INVITATION_DAYS,
    LINK_HOURS,
    make_operator_reset_link,
    path_of,
)
from resources.identity.email_addresses import ADDRESS_CHARS_MAX
from resources.postgres.clients.operator_store import operator_accounts

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
HERE = "/operators"


class OperatorForm(BaseModel):
    """Who shall be an operator."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Annotated[str, StringConstraints(min_length=3, max_length=ADDRESS_CHARS_MAX)]


@router.get("/operators")
def show_operators(request: Request, caller: AnyCaller, backend: Backed) -> Response:
    """Every operator, and what can be done about each."""
    with backend.database.identity() as c:
        rows = operator_accounts(c)
    return render(
        "operators.html",
        frame_of(request, caller),
        operators=rows,
        own_id=caller.user_id,
        sends_mail=backend.sends_mail,
    )


@router.post("/operators")
def add_operator_on_page(
    caller: AnyCaller, backend: Backed, form: Annotated[OperatorForm, Form()]
) -> Response:
    """Adds an operator, who sets a password by a link: a mailed one where mail is sent."""
    with backend.database.identity() as c:
        row = operators.add_operator(c, caller.doer, form.address.strip(), None)
        if backend.sends_mail:
            invite_operator(c, caller.doer, row.user_id, row.email)
    return go_to(HERE)


@router.post("/operators/{user_id}/invitation")
def invite_operator_on_page(caller: AnyCaller, backend: Backed, user_id: UUID) -> Response:
    """Mails the operator another link to set a password."""
    check_mail(backend)
    with backend.database.identity() as c:
        row = operators.get_operator(c, user_id)
        invite_operator(c, caller.doer, row.user_id, row.email)
    return render_part("invited.html", days=INVITATION_DAYS)


@router.post("/operators/{user_id}/password-reset")
def make_operator_link_on_page(caller: AnyCaller, backend: Backed, user_id: UUID) -> Response:
    """Shows a link, this once, with which the operator sets a password."""
    with backend.database.identity() as c:
        row = operators.get_operator(c, user_id)
        link = make_operator_reset_link(c, caller.doer, row.user_id)
    return render_part("reset_link.html", path=path_of(link), hours=LINK_HOURS)


@router.post("/operators/{user_id}/disable")
def shut_operator_out_on_page(caller: AnyCaller, backend: Backed, user_id: UUID) -> Response:
    """Shuts the operator out at once; nobody does so to themselves or to the last one."""
    with backend.database.identity() as c:
        operators.shut_out(c, caller.doer, user_id)
    return go_to(HERE)


@router.post("/operators/{user_id}/enable")
def let_operator_in_on_page(caller: AnyCaller, backend: Backed, user_id: UUID) -> Response:
    """Lets the operator in again."""
    with backend.database.identity() as c:
        operators.let_in(c, caller.doer, user_id)
    return go_to(HERE)
