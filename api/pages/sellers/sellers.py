"""A page for each seller, and who sells a case's listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import NonEmptyText, ProviderName
from api.pages.rendering import client_frame, render, render_part
from api.pages.sellers.weeks_plot import HEIGHT, WIDTH, weeks_plot
from infringement_dagster.domain.actors.sellers import KEY_CHARS_MAX, SellerKey
from infringement_dagster.reviewing import actors
from resources.postgres.actors import seller_lists
from resources.postgres.actors.seller_lists import SellerSummaryRow, UnknownSeller
from resources.postgres.cases import review_query
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
KEYS = [
    ("j / k", "next / previous row"),
    ("q", "back to the actors"),
    ("?", "show and hide this list"),
]
Key = Annotated[str, Path(min_length=1, max_length=KEY_CHARS_MAX, pattern=r"^[^\x00]+$")]


@router.get("/clients/{client_id}/sellers/named")
def find_seller(
    scope: InClient,
    provider: Annotated[ProviderName, Query()],
    name: Annotated[NonEmptyText, Query()],
) -> Response:
    """Leads to the page of the seller of this name; raises UnknownSeller."""
    found = seller_lists.key_of_name(scope.connection, scope.client_id, provider, name)
    if found is None:
        raise UnknownSeller(scope.client_id, SellerKey(provider, name))
    return RedirectResponse(seller_address(scope.client_id, found), 303)


@router.get("/clients/{client_id}/sellers/{provider}/{seller_key:path}")
def show_seller(
    request: Request, scope: InClient, provider: ProviderName, seller_key: Key
) -> Response:
    """The seller: the actor behind it, its links, its listings over time, its risk, its cases."""
    found = actors.read_seller(scope.connection, scope.client_id, SellerKey(provider, seller_key))
    return render(
        "seller.html",
        client_frame(request, scope, "cases"),
        seller=found,
        rows={found.row.seller: found.row} | dict(found.others),
        names=names_signed(scope, [found.row]),
        thumbnails=thumbnails_of_cases(scope, found.cases),
        width=WIDTH,
        height=HEIGHT,
        keys=KEYS,
        plot=weeks_plot(found.weeks),
    )


@router.get("/clients/{client_id}/cases/{case_id}/sold-by")
def show_case_seller(scope: InClient, case_id: UUID) -> Response:
    """Who sells a case's listing and who is behind it, as a part of its page."""
    found = seller_lists.sellers_of_cases(scope.connection, scope.client_id, [case_id])
    return render_part("case_seller.html", client_id=scope.client_id, seller=found.get(case_id))


def seller_address(client_id: str, seller: SellerKey) -> str:
    """Where the seller's page is."""
    return f"/clients/{client_id}/sellers/{seller.provider}/{quote(seller.key, safe='')}"


def names_signed(scope: ClientScope, rows: Sequence[SellerSummaryRow]) -> Mapping[str, str]:
    """The people who have put these sellers where they are, by their ids."""
    signed = [row.pinned_by for row in rows if row.pinned_by is not None]
    return principal_names(scope.connection, scope.client_id, signed)


def thumbnails_of_cases(scope: ClientScope, cases: Sequence[CaseSummaryRow]) -> Mapping[UUID, str]:
    """The photo by which each of these cases is shown."""
    case_ids = [case.case_id for case in cases]
    return review_query.thumbnails(scope.connection, scope.client_id, case_ids)
