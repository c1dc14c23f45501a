"""Test purchases as a part of the case's page: order, photos of what arrived, what came of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from api.access import Allowed, ClientAccess, ClientScope, InClient
from api.backend import Backed
from api.http.documents.purchases import OrderNumber
from api.http.operation_route import OperationRoute
from api.http.schemas import Note
from api.pages.cases.case_reading import found_case
from api.pages.rendering import client_frame, render
from infringement_dagster.clients.config_brands import Amount
from infringement_dagster.domain.acting.purchases import (
    NOTE_MAX_CHARS,
    ORDER_NUMBER_MAX_CHARS,
    PHOTOS_MAX,
    PURCHASES_MAX,
    Order,
    PurchaseOutcome,
)
from infringement_dagster.flagging.purchases.arrive import PurchasePhotos
from infringement_dagster.flagging.purchases.conclude import PurchaseConclusion
from infringement_dagster.flagging.purchases.record import purchases_at, record_purchase
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_AT: Final = "/clients/{client_id}/cases/{case_id}/purchases"
OUTCOMES: Final[dict[PurchaseOutcome, str]] = {
    "counterfeit": "Counterfeit",
    "genuine": "Genuine",
    "not_as_described": "Not as described",
    "not_delivered": "Nothing arrived",
}


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderForm(_Form):
    """An order at the case's listing."""

    order_number: OrderNumber
    ordered_on: date
    amount: Amount
    currency: Annotated[
        str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z]{3}$")
    ]
    note: Note = ""


class OutcomeForm(_Form):
    """The outcome of the purchase as it was read."""

    outcome: PurchaseOutcome
    finding: Note = ""
    version: int = Field(ge=1, le=2**31 - 2)


@router.get(_AT)
def show_purchases(request: Request, scope: InClient, case_id: UUID) -> Response:
    """The case's test purchases, as a part of the page."""
    return _part(request, scope, case_id)


@router.post(_AT)
def record_purchase_on_page(
    request: Request, scope: InClient, case_id: UUID, form: Annotated[OrderForm, Form()]
) -> Response:
    """Writes an order down."""
    doer, order = scope.principal.doer, Order(**form.model_dump())
    record_purchase(scope.connection, scope.client_id, case_id, order, doer)
    return _part(request, scope, case_id)


@router.post(_AT + "/{purchase_id}/photos")
def add_purchase_photos_on_page(
    request: Request,
    access: Allowed,
    backend: Backed,
    case_id: UUID,
    purchase_id: UUID,
    photos: Annotated[list[UploadFile], File(max_length=PHOTOS_MAX)],
) -> Response:
    """Adds photos of what arrived, each as it is, up to the first that cannot be used."""
    client_id, doer = access.client_id, access.principal.doer
    taking_in = PurchasePhotos(backend.database, backend.objects, backend.decoder, client_id, doer)
    for photo in photos:
        taking_in.add(case_id, purchase_id, photo.file.read())
    return _part_after(request, access, backend, case_id)


@router.post(_AT + "/{purchase_id}/outcome")
def conclude_purchase_on_page(
    request: Request,
    access: Allowed,
    backend: Backed,
    case_id: UUID,
    purchase_id: UUID,
    form: Annotated[OutcomeForm, Form()],
) -> Response:
    """Says what came of it, which freezes it."""
    client_id, doer = access.client_id, access.principal.doer
    concluding = PurchaseConclusion(backend.database, backend.objects, client_id, doer)
    concluding.conclude(case_id, purchase_id, form.outcome, form.finding, form.version)
    part = _part_after(request, access, backend, case_id)
    part.headers["HX-Trigger"] = "evidence-grew"  # so that the card of the evidence is read anew
    return part


def _part_after(request: Request, access: ClientAccess, backend: Backed, case_id: UUID) -> Response:
    with backend.database.client(access.client_id) as connection:
        scope = access.within(connection)
        return _part(request, scope, case_id)


def _part(request: Request, scope: ClientScope, case_id: UUID) -> Response:
    c, client_id = scope.connection, scope.client_id
    case = found_case(scope, case_id)
    purchases = purchases_at(c, client_id, case_id)
    signed = (principal for purchase in purchases for principal in purchase.signed_by)
    return render(
        "purchases.html",
        client_frame(request, scope, "cases"),
        case=case,
        purchases=purchases,
        names=principal_names(c, client_id, signed),
        outcomes=OUTCOMES,
        today=datetime.now(UTC).date(),
        has_room=len(purchases) < PURCHASES_MAX,
        photos_max=PHOTOS_MAX,
        order_number_max_chars=ORDER_NUMBER_MAX_CHARS,
        note_max_chars=NOTE_MAX_CHARS,
    )
