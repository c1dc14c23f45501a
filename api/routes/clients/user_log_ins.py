"""How a client's users log in: links to set a password, invitations, second factors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.access import Allowed
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, Flag
from api.http.schemas import Request as Body
from api.logins.own_account import check_mail
from infringement_dagster.accounts import mailing, passwords, second_factor
from resources.postgres.clients.logins import second_factors

router = APIRouter(tags=["access"], route_class=OperationRoute)


class ResetLinkDocument(Document):
    """A link for the user alone, shown this once."""

    path: str = Field(description="Below the address of this installation.")
    expires_at: datetime


class SecondFactorRule(Body):
    """Whether nobody of the client comes in without a second factor."""

    required: Flag


class SecondFactorDocument(Document):
    """Whether nobody of the client comes in without a second factor, and who has one."""

    required: bool
    user_ids: list[UUID] = Field(description="The users who have one.")


@router.post("/v1/clients/{client_id}/users/{user_id}/password-reset", status_code=201)
def make_reset_link(access: Allowed, backend: Backed, user_id: UUID) -> ResetLinkDocument:
    """Make a link with which the user sets a password, once and within a day."""
    granter = access.principal.granter
    with backend.database.identity() as c:
        link = passwords.make_reset_link(c, access.client_id, granter, user_id)
    return ResetLinkDocument(path=passwords.path_of(link), expires_at=link.expires_at)


@router.post("/v1/clients/{client_id}/users/{user_id}/invitation", status_code=202)
def invite_user(access: Allowed, backend: Backed, user_id: UUID) -> None:
    """Mail a user a link to set a password, once and within a week."""
    check_mail(backend)
    with backend.database.identity() as c:
        mailing.invite(c, access.client_id, access.principal.granter, user_id)


@router.delete("/v1/clients/{client_id}/users/{user_id}/second-factor", status_code=204)
def remove_second_factor(access: Allowed, backend: Backed, user_id: UUID) -> None:
    """Let a user in without the authenticator that they lost; their sessions end."""
    granter = access.principal.granter
    with backend.database.identity() as c:
        second_factor.remove_factor_of(c, access.client_id, granter, user_id)


@router.get("/v1/clients/{client_id}/second-factor")
def get_second_factor_rule(access: Allowed, backend: Backed) -> SecondFactorDocument:
    """Say whether the client asks everybody for a second factor, and who has one."""
    with backend.database.identity() as c:
        return SecondFactorDocument(
            required=second_factors.requires_factor(c, access.client_id),
            user_ids=second_factors.users_with_factor(c, access.client_id),
        )


@router.put("/v1/clients/{client_id}/second-factor", status_code=204)
def set_second_factor_rule(access: Allowed, backend: Backed, wanted: SecondFactorRule) -> None:
    """Ask everybody of the client for a second factor; sessions without one end at once."""
    doer = access.principal.doer
    with backend.database.identity() as c:
        second_factor.require_second_factor(c, access.client_id, doer, required=wanted.required)
