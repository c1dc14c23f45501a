"""A client's API keys and users, managed by its admins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field, StringConstraints

from api.access import InClient
from api.http.schemas import Document, Moment, Page, Text
from api.http.schemas import Request as Body
from api.routes.session import PASSWORDS_CHECKED_AT_ONCE
from infringement_dagster.domain.permissions import (
    PERMISSIONS_OF,
    ClientRole,
    Permission,
    check_scopes,
)
from resources.credentials import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, hash_password, new_api_key
from resources.postgres.clients import access_store

router = APIRouter(tags=["access"])
KeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,64}$")]


class NewKey(Body):
    """A key to be: everything its role may do, or only the scopes named."""

    name: Text = Field("", examples=["nightly export"])
    environment: Literal["live", "test"] = "live"
    role: ClientRole = "viewer"
    scopes: list[Permission] | None = Field(
        None, min_length=1, max_length=20, description="Instead of `role`."
    )
    expires_at: Moment | None = None


class KeyDocument(Document):
    """A key without its secret."""

    key_id: str
    environment: str
    name: str
    scopes: list[str]
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
    password: str = Field(min_length=PASSWORD_CHARS_MIN, max_length=PASSWORD_CHARS_MAX)


class UserDocument(Document):
    """A person of the client."""

    user_id: UUID
    email: str
    role: ClientRole
    created_at: datetime
    disabled_at: datetime | None


@router.get("/v1/clients/{client_id}/keys")
def list_keys(scope: InClient) -> Page[KeyDocument]:
    """List the client's keys, revoked ones too."""
    rows = access_store.list_keys(scope.connection, scope.client_id)
    return Page(items=[KeyDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post("/v1/clients/{client_id}/keys", status_code=201)
def create_key(scope: InClient, wanted: NewKey) -> FreshKeyDocument:
    """Make a key. A caller cannot give away more than a client's admin may do."""
    named = PERMISSIONS_OF[wanted.role] if wanted.scopes is None else wanted.scopes
    scopes = check_scopes(list(named))
    return _add(scope, wanted.environment, wanted.name, sorted(scopes), wanted.expires_at)


@router.post("/v1/clients/{client_id}/keys/{key_id}/rotate", status_code=201)
def rotate_key(
    scope: InClient, key_id: KeyId, overlap_hours: Annotated[float, Query(ge=0, le=168)] = 24
) -> FreshKeyDocument:
    """Make a key that may do the same; the old one ends after the overlap."""
    old = access_store.get_key(scope.connection, scope.client_id, key_id)
    until = datetime.now(UTC) + timedelta(hours=overlap_hours)
    access_store.expire_key(scope.connection, scope.client_id, key_id, until)
    expires_at = None if old.expires_at is None else max(old.expires_at, until)
    return _add(scope, old.environment, old.name, old.scopes, expires_at)


@router.delete("/v1/clients/{client_id}/keys/{key_id}", status_code=204)
def revoke_key(scope: InClient, key_id: KeyId) -> None:
    """End a key at once, its open streams included."""
    access_store.revoke_key(scope.connection, scope.client_id, key_id)


@router.get("/v1/clients/{client_id}/users")
def list_users(scope: InClient) -> Page[UserDocument]:
    """List the client's users, disabled ones too."""
    rows = access_store.list_users(scope.connection, scope.client_id)
    return Page(items=[UserDocument.model_validate(row) for row in rows], next_cursor=None)


def hashed(user: NewUser) -> str:
    """The hash of the new user's password, made outside of any transaction."""
    return hash_password(user.password)


HashedPassword = Annotated[str, Depends(hashed, max_concurrency=PASSWORDS_CHECKED_AT_ONCE)]


@router.post("/v1/clients/{client_id}/users", status_code=201)
def create_user(scope: InClient, user: NewUser, password_hash: HashedPassword) -> UserDocument:
    """Make a user."""
    row = access_store.add_user(
        scope.connection, scope.client_id, user.email, user.role, password_hash
    )
    return UserDocument.model_validate(row)


@router.post("/v1/clients/{client_id}/users/{user_id}/disable", status_code=204)
def disable_user(scope: InClient, user_id: UUID) -> None:
    """Shut a user out at once."""
    access_store.disable_user(scope.connection, scope.client_id, user_id)


def _add(
    scope: InClient, environment: str, name: str, scopes: list[str], expires_at: datetime | None
) -> FreshKeyDocument:
    key = new_api_key(environment)
    row = access_store.add_key(
        scope.connection, scope.client_id, key, name=name, scopes=scopes, expires_at=expires_at
    )
    document = KeyDocument.model_validate(row)
    return FreshKeyDocument(key=key.text, **document.model_dump())
