"""The page of a client's people: who may log in as what, and links to set a password."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.logins.own_account import check_mail
from api.pages.rendering import client_frame, go_to, render, render_part
from infringement_dagster.accounts import people
from infringement_dagster.accounts.mailing import invite
from infringement_dagster.accounts.passwords import (
    INVITATION_DAYS,
    LINK_HOURS,
    make_reset_link,
    path_of,
)
from infringement_dagster.accounts.second_factor import remove_factor_of, require_second_factor
from infringement_dagster.domain.permissions import CLIENT_ROLES, ClientRole
from resources.identity.email_addresses import ADDRESS_CHARS_MAX
from resources.postgres.alerts import preference_store
from resources.postgres.clients import access_store
from resources.postgres.clients.logins import second_factors

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonForm(_Form):
    """Who shall be able to log in, and as what."""

    address: Annotated[str, StringConstraints(min_length=3, max_length=ADDRESS_CHARS_MAX)]
    role: ClientRole


class RuleForm(_Form):
    """Whether nobody comes in without a second factor."""

    required: bool


class RoleForm(_Form):
    """The person's role and access from now on."""

    role: ClientRole


@router.get("/clients/{client_id}/people")
def show_people(request: Request, scope: InClient, backend: Backed) -> Response:
    """Everybody of the client, and what can be done about them."""
    rows = access_store.list_users(scope.connection, scope.client_id)
    refused = preference_store.refused_addresses(scope.connection, scope.client_id)
    with backend.database.identity() as c:
        with_factor = second_factors.users_with_factor(c, scope.client_id)
        is_required = second_factors.requires_factor(c, scope.client_id)
    return render(
        "people.html",
        client_frame(request, scope, "people"),
        people=rows,
        roles=CLIENT_ROLES,
        sends_mail=backend.sends_mail,
        refused={row.principal: row for row in refused},
        with_factor=with_factor,
        is_required=is_required,
    )


@router.post("/clients/{client_id}/people")
def add_person_on_page(
    access: Allowed, backend: Backed, form: Annotated[PersonForm, Form()]
) -> Response:
    """Adds a person, who sets a password by a link: a mailed one where mail is sent."""
    client_id, granter = access.client_id, access.principal.granter
    with backend.database.client(client_id) as c:
        row = people.add_person(c, client_id, granter, form.address.strip(), form.role, None)
    if backend.sends_mail:
        with backend.database.identity() as c:
            invite(c, client_id, granter, row.user_id)
    return _back(client_id)


@router.post("/clients/{client_id}/people/{user_id}/invitation")
def invite_on_page(access: Allowed, backend: Backed, user_id: UUID) -> Response:
    """Mails the person another link to set a password."""
    check_mail(backend)
    with backend.database.identity() as c:
        invite(c, access.client_id, access.principal.granter, user_id)
    return render_part("invited.html", days=INVITATION_DAYS)


@router.post("/clients/{client_id}/people/{user_id}/role")
def change_role_on_page(
    scope: InClient, user_id: UUID, form: Annotated[RoleForm, Form()]
) -> Response:
    """Gives the person another role."""
    granter = scope.principal.granter
    people.change_role(scope.connection, scope.client_id, granter, user_id, form.role)
    return _back(scope.client_id)


@router.post("/clients/{client_id}/people/{user_id}/disable")
def disable_on_page(access: Allowed, backend: Backed, user_id: UUID) -> Response:
    """Shuts the person out at once."""
    with backend.database.identity() as c:
        people.disable_person(c, access.client_id, access.principal.doer, user_id)
    return _back(access.client_id)


@router.post("/clients/{client_id}/people/{user_id}/enable")
def enable_on_page(scope: InClient, user_id: UUID) -> Response:
    """Lets the person in again."""
    people.enable_person(scope.connection, scope.client_id, scope.principal.granter, user_id)
    return _back(scope.client_id)


@router.post("/clients/{client_id}/people/{user_id}/password-reset")
def make_reset_link_on_page(access: Allowed, backend: Backed, user_id: UUID) -> Response:
    """Shows a link, this once, with which the person sets a password."""
    with backend.database.identity() as c:
        link = make_reset_link(c, access.client_id, access.principal.granter, user_id)
    return render_part("reset_link.html", path=path_of(link), hours=LINK_HOURS)


@router.post("/clients/{client_id}/people/{user_id}/second-factor/remove")
def remove_factor_on_page(access: Allowed, backend: Backed, user_id: UUID) -> Response:
    """Lets the person in without the authenticator that they lost."""
    with backend.database.identity() as c:
        remove_factor_of(c, access.client_id, access.principal.granter, user_id)
    return _back(access.client_id)


@router.post("/clients/{client_id}/people/second-factor")
def set_factor_rule_on_page(
    access: Allowed, backend: Backed, form: Annotated[RuleForm, Form()]
) -> Response:
    """Asks everybody of the client for a second factor, or nobody any more."""
    with backend.database.identity() as c:
        doer = access.principal.doer
        require_second_factor(c, access.client_id, doer, required=form.required)
    return _back(access.client_id)


def _back(client_id: str) -> Response:
    return go_to(f"/clients/{client_id}/people")
