"""A client's API keys and users, managed by its admins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field, StringConstraints

from api.access import Allowed, InClient
from api.backend import Backed
from api.http import cursors
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, Moment, Page, Text
from api.http.schemas import Request as Body
from api.logins.turns import NetworkTurn, PasswordTurn
from infringement_dagster.accounts import keys, passwords, people
from infringement_dagster.domain.permissions import PERMISSIONS_OF, ClientRole, Permission
from resources.identity.credentials import hash_password
from resources.identity.password_policy import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN
from resources.postgres.clients import access_store, audit

router = APIRouter(tags=["access"], route_class=OperationRoute)
KeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,64}$")]


class NewKey(Body):
    """A key to be: everything its role may do, or only the scopes named."""

    name: Text = Field("", examples=["nightly export"])
    role: ClientRole = "viewer"
    scopes: list[Permission] | None = Field(
        None, min_length=1, max_length=20, description="Instead of `role`."
    )
    expires_at: Moment | None = None


class KeyDocument(Document):
    """A key without its secret."""

    key_id: str
    name: str
    scopes: list[str]
    owner: str | None = Field(description="Whose it is; null: made before that was kept.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class FreshKeyDocument(KeyDocument):
    """A key with its secret, which is shown this once."""

    key: str = Field(description="Keep it now; only its hash is stored.")


class NewUser(Body):
    """A user to be."""

    email: Annotated[
        str, StringConstraints(max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")
    ] = Field(examples=["ann@acme.example"])
    role: ClientRole = "reviewer"
    password: str | None = Field(
        None,
        min_length=PASSWORD_CHARS_MIN,
        max_length=PASSWORD_CHARS_MAX,
        description="Better none, and a reset link: then nobody else knows it.",
    )


class NewRole(Body):
    """The user's role from now on."""

    role: ClientRole


class UserDocument(Document):
    """A person of the client."""

    user_id: UUID
    email: str
    role: ClientRole
    created_at: datetime
    disabled_at: datetime | None


class AuditDocument(Document):
    """One thing that was done or refused; nobody can change it."""

    entry_id: UUID
    recorded_at: datetime
    principal: str = Field(description="Who, by an id that stays.")
    principal_name: str
    network: str | None = Field(description="Where from; null: on the machine itself.")
    action: str = Field(examples=["key.created"])
    subject: str | None = Field(description="What it was done to, if to something.")
    details: dict[str, object]


@router.get("/v1/clients/{client_id}/keys")
def list_keys(scope: InClient) -> Page[KeyDocument]:
    """List the client's keys, revoked ones too."""
    rows = access_store.list_keys(scope.connection, scope.client_id)
    return Page(items=[KeyDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post("/v1/clients/{client_id}/keys", status_code=201)
def create_key(scope: InClient, wanted: NewKey) -> FreshKeyDocument:
    """Make a key that may do at most what you may."""
    named = PERMISSIONS_OF[wanted.role] if wanted.scopes is None else wanted.scopes
    fresh = keys.create_key(
        scope.connection,
        scope.client_id,
        scope.principal.granter,
        name=wanted.name,
        scopes=list(named),
        expires_at=wanted.expires_at,
    )
    return _document(fresh)


@router.post("/v1/clients/{client_id}/keys/{key_id}/rotate", status_code=201)
def rotate_key(
    scope: InClient, key_id: KeyId, overlap_hours: Annotated[float, Query(ge=0, le=168)] = 24
) -> FreshKeyDocument:
    """Make a key with the same scopes, end and owner; the old one ends after the overlap."""
    overlap = timedelta(hours=overlap_hours)
    granter = scope.principal.granter
    return _document(keys.rotate_key(scope.connection, scope.client_id, granter, key_id, overlap))


@router.delete("/v1/clients/{client_id}/keys/{key_id}", status_code=204)
def revoke_key(scope: InClient, key_id: KeyId) -> None:
    """End a key at once, its open streams included."""
    keys.revoke_key(scope.connection, scope.client_id, scope.principal.doer, key_id)


@router.get("/v1/clients/{client_id}/users")
def list_users(scope: InClient) -> Page[UserDocument]:
    """List the client's users, disabled ones too."""
    rows = access_store.list_users(scope.connection, scope.client_id)
    return Page(items=[UserDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post("/v1/clients/{client_id}/users", status_code=201)
def create_user(
    access: Allowed, user: NewUser, _network: NetworkTurn, _turn: PasswordTurn, backend: Backed
) -> UserDocument:
    """Make a user, who without a password needs a reset link to log in."""
    about = passwords.known_about(access.client_id, user.email)
    password_hash = None if user.password is None else hash_password(user.password, about)
    granter = access.principal.granter
    with backend.database.client(access.client_id) as c:
        row = people.add_person(c, access.client_id, granter, user.email, user.role, password_hash)
    return UserDocument.model_validate(row)


@router.post("/v1/clients/{client_id}/users/{user_id}/disable", status_code=204)
def disable_user(access: Allowed, backend: Backed, user_id: UUID) -> None:
    """Shut a user out at once."""
    with backend.database.identity() as c:
        people.disable_person(c, access.client_id, access.principal.doer, user_id)


@router.post("/v1/clients/{client_id}/users/{user_id}/enable", status_code=204)
def enable_user(scope: InClient, user_id: UUID) -> None:
    """Let a user in again; sessions that ended stay ended."""
    people.enable_person(scope.connection, scope.client_id, scope.principal.granter, user_id)


@router.put("/v1/clients/{client_id}/users/{user_id}/role")
def change_role(scope: InClient, user_id: UUID, wanted: NewRole) -> UserDocument:
    """Give a user another role from the next request on."""
    granter = scope.principal.granter
    row = people.change_role(scope.connection, scope.client_id, granter, user_id, wanted.role)
    return UserDocument.model_validate(row)


@router.get("/v1/clients/{client_id}/audit")
def list_audit_entries(
    scope: InClient, limit: Limit = 50, cursor: Cursor = None
) -> Page[AuditDocument]:
    """List who changed access, hooks or limits, took files along, came in or was refused."""
    tag = cursors.list_tag(scope.client_id, "audit")
    before = cursors.audit_position(tag, cursor)
    rows = audit.entries_before(scope.connection, scope.client_id, limit, before)
    parts = cursors.audit_position_parts(rows[-1]) if rows else []
    return Page(
        items=[AuditDocument.model_validate(row) for row in rows],
        next_cursor=cursors.write_cursor(tag, parts) if len(rows) == limit else None,
    )


def _document(fresh: keys.FreshKey) -> FreshKeyDocument:
    return FreshKeyDocument(key=fresh.text, **KeyDocument.model_validate(fresh.row).model_dump())
