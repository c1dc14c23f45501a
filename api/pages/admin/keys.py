"""The page of a client's API keys: made, shown once, rotated, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import NonEmptyText
from api.pages.admin.key_reading import (
    LABELS,
    STATES,
    TONES,
    ShownKey,
    permissions_to_give,
    roles_to_give,
    shown_key,
)
from api.pages.rendering import client_frame, go_to, render, render_part
from infringement_dagster.accounts.keys import FreshKey, create_key, revoke_key, rotate_key
from infringement_dagster.domain.permissions import PERMISSIONS_OF, ClientRole, Permission
from resources.postgres.clients.access_store import list_keys
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
OVERLAP_HOURS: Final = 24
DAYS: Final = (30, 90, 365)
KeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,64}$")]


class KeyForm(BaseModel):
    """A key to be; single permissions count instead of the role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: NonEmptyText
    role: ClientRole = "viewer"
    scopes: list[Permission] = Field(default_factory=list, max_length=20)
    days: Annotated[int, Field(ge=0, le=3650)] = 90  # 0: until it is revoked


@router.get("/clients/{client_id}/keys")
def show_keys(request: Request, scope: InClient) -> Response:
    """All keys, those that open something first, and a form for another."""
    keys = _shown_keys(scope)
    held = scope.principal.permissions
    return render(
        "keys.html",
        client_frame(request, scope, "keys"),
        live=[key for key in keys if key.state == "live"],
        ended=[key for key in keys if key.state != "live"],
        key_states=STATES,
        key_tones=TONES,
        permission_words=LABELS,
        roles=roles_to_give(held),
        permissions=permissions_to_give(held),
        lifetimes=DAYS,
        overlap_hours=OVERLAP_HOURS,
    )


@router.post("/clients/{client_id}/keys")
def add_key_on_page(scope: InClient, form: Annotated[KeyForm, Form()]) -> Response:
    """Shows the new key, this once."""
    until = datetime.now(UTC) + timedelta(days=form.days) if form.days else None
    fresh = create_key(
        scope.connection,
        scope.client_id,
        scope.principal.granter,
        name=form.name.strip(),
        scopes=list(form.scopes or PERMISSIONS_OF[form.role]),
        expires_at=until,
    )
    return _told(scope.client_id, fresh, overlap_hours=0)


@router.post("/clients/{client_id}/keys/{key_id}/rotate")
def rotate_key_on_page(scope: InClient, key_id: KeyId) -> Response:
    """Shows the key that follows, this once; the one before works for a day more."""
    c, client_id, granter = scope.connection, scope.client_id, scope.principal.granter
    fresh = rotate_key(c, client_id, granter, key_id, timedelta(hours=OVERLAP_HOURS))
    return _told(client_id, fresh, overlap_hours=OVERLAP_HOURS)


@router.post("/clients/{client_id}/keys/{key_id}/revoke")
def revoke_key_on_page(scope: InClient, key_id: KeyId) -> Response:
    """Ends the key at once."""
    revoke_key(scope.connection, scope.client_id, scope.principal.doer, key_id)
    return go_to(f"/clients/{scope.client_id}/keys")


def _shown_keys(scope: ClientScope) -> list[ShownKey]:
    rows = list_keys(scope.connection, scope.client_id)
    owners = {row.owner for row in rows if row.owner is not None}
    names = principal_names(scope.connection, scope.client_id, owners)
    now = datetime.now(UTC)
    return [shown_key(row, names.get(row.owner or "", ""), now) for row in rows]


def _told(client_id: str, fresh: FreshKey, *, overlap_hours: int) -> Response:
    return render_part(
        "fresh_key.html", client_id=client_id, text=fresh.text, overlap_hours=overlap_hours
    )
