"""Web-hooks: where a client wants to be told of flagged cases and finished scans."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from api.access import ClientScope, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, FieldError, Problem
from api.http.schemas import Document, Limit, NonEmptyText, Page
from api.http.schemas import Request as Body
from api.webhook_targets import BadTarget, check_target
from resources.postgres.clients.audit import record
from resources.postgres.events import dead_letter_store, webhook_store

router = APIRouter(tags=["webhooks"], route_class=OperationRoute)
HookedType = Literal["case.flagged", "scan.finished"]


class NewWebhook(Body):
    """A web-hook to be."""

    url: NonEmptyText = Field(examples=["https://hooks.acme.example/infringement"])
    event_types: list[HookedType] = Field(
        ["case.flagged", "scan.finished"], min_length=1, max_length=10
    )


class WebhookDocument(Document):
    """An end point of the client."""

    webhook_id: UUID
    url: str
    event_types: list[str]
    created_at: datetime


class FreshWebhookDocument(WebhookDocument):
    """The same with the secret that signs what is sent, shown this once."""

    secret: str


class DeadLetterDocument(Document):
    """An event that was given up, and why."""

    event_no: int
    type: str
    attempts: int
    last_status: int | None
    last_error: str | None
    ended_at: datetime


@router.get("/v1/clients/{client_id}/webhooks")
def list_webhooks(scope: InClient) -> Page[WebhookDocument]:
    """List the client's web-hooks."""
    rows = webhook_store.list_webhooks(scope.connection, scope.client_id)
    return Page(items=[WebhookDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post("/v1/clients/{client_id}/webhooks", status_code=201)
def create_webhook(scope: InClient, backend: Backed, wanted: NewWebhook) -> FreshWebhookDocument:
    """Have events sent to a public https address, signed as Standard Webhooks."""
    _check_url(wanted.url, backend.settings.webhook_private_hosts)
    row = webhook_store.add_webhook(
        scope.connection, scope.client_id, wanted.url, wanted.event_types
    )
    _record(scope, "webhook.created", row.webhook_id, url=wanted.url)
    return FreshWebhookDocument.model_validate(row)


@router.delete("/v1/clients/{client_id}/webhooks/{webhook_id}", status_code=204)
def delete_webhook(scope: InClient, webhook_id: UUID) -> None:
    """Send nothing more there."""
    webhook_store.disable_webhook(scope.connection, scope.client_id, webhook_id)
    _record(scope, "webhook.deleted", webhook_id)


@router.get("/v1/clients/{client_id}/webhooks/{webhook_id}/dead-letters")
def list_dead_letters(
    scope: InClient, webhook_id: UUID, limit: Limit = 50
) -> Page[DeadLetterDocument]:
    """List the newest events that were given up after all attempts."""
    rows = dead_letter_store.dead_letters(scope.connection, scope.client_id, webhook_id, limit)
    return Page(items=[DeadLetterDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post(
    "/v1/clients/{client_id}/webhooks/{webhook_id}/dead-letters/{event_no}/redeliver",
    status_code=202,
)
def redeliver(
    scope: InClient, webhook_id: UUID, event_no: Annotated[int, Path(ge=1, le=2**53)]
) -> None:
    """Try a dead letter again."""
    dead_letter_store.redeliver(scope.connection, scope.client_id, webhook_id, event_no)
    _record(scope, "webhook.redelivered", webhook_id, event_no=event_no)


def _record(scope: ClientScope, action: str, webhook_id: UUID, **details: object) -> None:
    doer = scope.principal.doer
    record(scope.connection, scope.client_id, doer, action, str(webhook_id), **details)


def _check_url(url: str, private_hosts: tuple[str, ...]) -> None:
    try:
        check_target(url, private_hosts)
    except BadTarget as error:
        field = FieldError(pointer="/url", place="body", message=str(error))
        raise Problem(INVALID, str(error), errors=[field]) from None
