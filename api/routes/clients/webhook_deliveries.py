"""Deliveries to a web-hook: the log of how they went, test messages, sending again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.access import InClient
from api.http.cursors import bad_cursor, list_tag, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.http.schemas import EVENT_NO_MAX, Cursor, Document, EventNo, Limit, Page
from api.webhook_changes import changes_of
from resources.postgres.events import delivery_store
from resources.postgres.events.delivery_store import DeliveryState

router = APIRouter(tags=["webhooks"], route_class=OperationRoute)


class DeliveryDocument(Document):
    """One event on its way to one end point, or there, or given up."""

    event_no: int
    type: str
    state: DeliveryState = Field(description="`dead`: given up after all attempts.")
    attempts: int
    happened_at: datetime
    next_attempt_at: datetime | None = Field(description="null: it has ended.")
    last_attempt_at: datetime | None
    last_milliseconds: int | None = Field(description="So long the last attempt took.")
    last_status: int | None
    last_error: str | None
    ended_at: datetime | None


class DeadLetterDocument(Document):
    """An event that was given up, and why."""

    event_no: int
    type: str
    attempts: int
    last_status: int | None
    last_error: str | None
    ended_at: datetime


class WebhookTestDocument(Document):
    """A test message that was asked for; the log of deliveries says how it went."""

    event_no: int
    type: str = "webhook.tested"


@router.post("/v1/clients/{client_id}/webhooks/{webhook_id}/test", status_code=202)
def test_webhook(scope: InClient, webhook_id: UUID) -> WebhookTestDocument:
    """Send a `webhook.tested` event to this web-hook alone, signed and tried as any other."""
    return WebhookTestDocument(event_no=changes_of(scope).send_test(webhook_id))


@router.get("/v1/clients/{client_id}/webhooks/{webhook_id}/deliveries")
def list_deliveries(
    scope: InClient,
    webhook_id: UUID,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[DeliveryDocument]:
    """List what was sent or is to be sent there, newest event first, with how it went."""
    tag = list_tag(scope.client_id, "deliveries", webhook_id, state)
    before = _event_no(read_cursor(tag, cursor, 1)[0]) if cursor else EVENT_NO_MAX
    states = delivery_store.ANY if state is None else (state,)
    rows = delivery_store.deliveries(
        scope.connection, scope.client_id, webhook_id, limit, before=before, states=states
    )
    return Page(
        items=[DeliveryDocument.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, [str(rows[-1].event_no)]) if len(rows) == limit else None,
    )


@router.post(
    "/v1/clients/{client_id}/webhooks/{webhook_id}/deliveries/{event_no}/redeliver",
    status_code=202,
)
def redeliver_event(scope: InClient, webhook_id: UUID, event_no: EventNo) -> None:
    """Send an event there at once, whether it arrived, was given up or waits for its next try."""
    changes_of(scope).redeliver(webhook_id, event_no)


@router.get("/v1/clients/{client_id}/webhooks/{webhook_id}/dead-letters")
def list_dead_letters(
    scope: InClient, webhook_id: UUID, limit: Limit = 50
) -> Page[DeadLetterDocument]:
    """List the newest events that were given up after all attempts."""
    rows = delivery_store.deliveries(
        scope.connection,
        scope.client_id,
        webhook_id,
        limit,
        before=EVENT_NO_MAX,
        states=["dead"],
    )
    return Page(items=[DeadLetterDocument.model_validate(row) for row in rows], next_cursor=None)


@router.post(
    "/v1/clients/{client_id}/webhooks/{webhook_id}/dead-letters/{event_no}/redeliver",
    status_code=202,
)
def redeliver(scope: InClient, webhook_id: UUID, event_no: EventNo) -> None:
    """Try a dead letter again."""
    changes_of(scope).redeliver(webhook_id, event_no, ["dead"])


def _event_no(part: str) -> int:
    if not part.isascii() or not part.isdigit() or int(part[:17]) > EVENT_NO_MAX:
        raise bad_cursor()
    return int(part)
