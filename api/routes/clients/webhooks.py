"""Web-hooks: where a client wants to be told of what happens, and by which secret."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.access import InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, NonEmptyText, Page
from api.http.schemas import Request as Body
from api.webhook_changes import add_webhook, changes_of
from infringement_dagster.clients.webhooks.changes import (
    DEFAULT_TYPES,
    HOOKED_TYPES,
    OVERLAP_HOURS_MAX,
    HookedType,
)
from resources.postgres.events import webhook_store
from resources.postgres.events.webhook_store import WebhookKind

router = APIRouter(tags=["webhooks"], route_class=OperationRoute)
OverlapHours = Annotated[
    float,
    Query(ge=0, le=OVERLAP_HOURS_MAX, description="So long the secret before signs too."),
]


class NewWebhook(Body):
    """A web-hook to be."""

    url: NonEmptyText = Field(
        examples=["https://hooks.acme.example/infringement"],
        description="The https address of a server that the public internet reaches.",
    )
    kind: WebhookKind = Field(
        "standard",
        examples=["standard"],
        description="`standard`: signed JSON for a program. `slack`, `teams`: words for people, at "
        "the address of an incoming web-hook there, which is shown to nobody again.",
    )
    event_types: list[HookedType] = Field(
        list(DEFAULT_TYPES),
        min_length=1,
        max_length=len(HOOKED_TYPES),
        description="What it is told of.",
        examples=[list(DEFAULT_TYPES)],
    )


class WebhookDocument(Document):
    """An end point of the client."""

    webhook_id: UUID
    url: str = Field(
        validation_alias="shown_url", description="Of a chat only its host: the rest is a secret."
    )
    kind: WebhookKind = Field(examples=["standard"], description="For a program, or which chat.")
    event_types: list[str]
    created_at: datetime
    previous_secret_until: datetime | None = Field(
        description="So long the secret before the present one signs too; null: it does not."
    )


class FreshWebhookDocument(WebhookDocument):
    """The same with the secret that signs what is sent, shown this once."""

    secret: str


@router.get("/v1/clients/{client_id}/webhooks")
def list_webhooks(scope: InClient) -> Page[WebhookDocument]:
    """List the client's web-hooks, without their secrets."""
    rows = webhook_store.list_webhooks(scope.connection, scope.client_id)
    return Page(items=[WebhookDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post("/v1/clients/{client_id}/webhooks", status_code=201)
def create_webhook(scope: InClient, backend: Backed, wanted: NewWebhook) -> FreshWebhookDocument:
    """Have events sent to a public https address, signed as Standard Webhooks."""
    hosts = backend.settings.webhook_private_hosts
    row = add_webhook(scope, wanted.url, wanted.event_types, hosts, wanted.kind)
    return FreshWebhookDocument.model_validate(row)


@router.delete("/v1/clients/{client_id}/webhooks/{webhook_id}", status_code=204)
def delete_webhook(scope: InClient, webhook_id: UUID) -> None:
    """Send nothing more there."""
    changes_of(scope).remove(webhook_id)


@router.post("/v1/clients/{client_id}/webhooks/{webhook_id}/rotate", status_code=201)
def rotate_webhook_secret(
    scope: InClient, webhook_id: UUID, overlap_hours: OverlapHours = 24
) -> FreshWebhookDocument:
    """Make a new secret. Messages carry the signatures of both until the overlap ends."""
    row = changes_of(scope).rotate_secret(webhook_id, overlap_hours)
    return FreshWebhookDocument.model_validate(row)
