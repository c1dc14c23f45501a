"""The pages of a client's web-hooks: where events go, how each delivery went, sending again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.access import InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import EVENT_NO_MAX, EventNo, NonEmptyText
from api.pages.rendering import client_frame, go_to, render, render_part
from api.webhook_changes import add_webhook, changes_of
from infringement_dagster.clients.webhooks.changes import DEFAULT_TYPES, HOOKED_TYPES, HookedType
from resources.postgres.events import delivery_store, webhook_store
from resources.postgres.events.webhook_store import WebhookKind

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SHOWN = 50
OVERLAP_HOURS = 24
KINDS = {"standard": "A program", "slack": "Slack", "teams": "Microsoft Teams"}
TONES = {"delivered": "good", "pending": "warn", "dead": "bad"}
STATES = {"delivered": "Delivered", "pending": "To be sent", "dead": "Given up"}


class WebhookForm(BaseModel):
    """Where events shall be sent, and which."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: NonEmptyText
    kind: WebhookKind = "standard"
    event_types: list[HookedType]


@router.get("/clients/{client_id}/webhooks")
def show_webhooks(request: Request, scope: InClient) -> Response:
    """All web-hooks in use, and a form for another."""
    return render(
        "webhooks.html",
        client_frame(request, scope, "webhooks"),
        webhooks=webhook_store.list_webhooks(scope.connection, scope.client_id),
        event_types=HOOKED_TYPES,
        chosen=DEFAULT_TYPES,
        webhook_kinds=KINDS,
    )


@router.post("/clients/{client_id}/webhooks")
def add_webhook_on_page(
    scope: InClient, backend: Backed, form: Annotated[WebhookForm, Form()]
) -> Response:
    """Shows the secret of the new web-hook, this once."""
    hosts = backend.settings.webhook_private_hosts
    row = add_webhook(scope, form.url, form.event_types, hosts, form.kind)
    if row.kind != "standard":  # whose address is the secret, which people have
        return go_to(f"/clients/{scope.client_id}/webhooks")
    return _secret(scope.client_id, row.secret, overlap_hours=0)


@router.post("/clients/{client_id}/webhooks/{webhook_id}/rotate")
def rotate_webhook_on_page(scope: InClient, webhook_id: UUID) -> Response:
    """Shows the new secret, this once; the one before signs too for a day."""
    row = changes_of(scope).rotate_secret(webhook_id, OVERLAP_HOURS)
    return _secret(scope.client_id, row.secret, overlap_hours=OVERLAP_HOURS)


@router.post("/clients/{client_id}/webhooks/{webhook_id}/remove")
def delete_webhook_on_page(scope: InClient, webhook_id: UUID) -> Response:
    """Sends nothing more there."""
    changes_of(scope).remove(webhook_id)
    return go_to(f"/clients/{scope.client_id}/webhooks")


@router.post("/clients/{client_id}/webhooks/{webhook_id}/test")
def test_webhook_on_page(scope: InClient, webhook_id: UUID) -> Response:
    """Sends a test message and shows the log in which its outcome appears."""
    changes_of(scope).send_test(webhook_id)
    return _to_log(scope.client_id, webhook_id)


@router.get("/clients/{client_id}/webhooks/{webhook_id}")
def show_deliveries(
    request: Request,
    scope: InClient,
    webhook_id: UUID,
    before: Annotated[int, Query(ge=1, le=EVENT_NO_MAX)] = EVENT_NO_MAX,
) -> Response:
    """The log of one web-hook's deliveries, newest event first."""
    c, client_id = scope.connection, scope.client_id
    rows = delivery_store.deliveries(c, client_id, webhook_id, SHOWN, before=before)
    return render(
        "deliveries.html",
        client_frame(request, scope, "webhooks"),
        webhook=webhook_store.get_webhook(c, client_id, webhook_id),
        deliveries=rows,
        older=rows[-1].event_no if len(rows) == SHOWN else None,
        is_newest=before == EVENT_NO_MAX,
        delivery_tones=TONES,
        delivery_states=STATES,
    )


@router.post("/clients/{client_id}/webhooks/{webhook_id}/deliveries/{event_no}/redeliver")
def redeliver_on_page(scope: InClient, webhook_id: UUID, event_no: EventNo) -> Response:
    """Sends an event once more, whether it arrived or was given up."""
    changes_of(scope).redeliver(webhook_id, event_no)
    return _to_log(scope.client_id, webhook_id)


def _secret(client_id: str, secret: str, *, overlap_hours: int) -> Response:
    return render_part(
        "webhook_secret.html", client_id=client_id, secret=secret, overlap_hours=overlap_hours
    )


def _to_log(client_id: str, webhook_id: UUID) -> Response:
    return go_to(f"/clients/{client_id}/webhooks/{webhook_id}")
