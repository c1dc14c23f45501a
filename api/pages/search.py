"""The page of what a search finds; the box in the head of each page shows the same while typing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.access import InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import Text
from api.pages.rendering import client_frame, render
from infringement_dagster.domain.search.sought import read_sought
from infringement_dagster.notices.channels import RULES
from infringement_dagster.reviewing.search import find, kinds_for

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SHOWN_OF_EACH = 6
_KEYS = [
    ("/", "search"),
    ("↓ ↑", "next / previous thing found"),
    ("Enter", "open it; in the box: all that is found, as a page"),
    ("Esc", "leave the box"),
    ("?", "show and hide this list"),
]


@router.get("/clients/{client_id}/search")
def show_search(request: Request, scope: InClient, text: Annotated[Text, Query()] = "") -> Response:
    """The first few things of each kind that the text finds."""
    sought = read_sought(text)
    kinds = kinds_for(scope.principal.permissions)
    return render(
        "search.html",
        client_frame(request, scope, "search"),
        sought=sought,
        found=find(scope.connection, scope.client_id, sought, kinds, SHOWN_OF_EACH),
        rules=RULES,
        shown_of_each=SHOWN_OF_EACH,
        keys=_KEYS,
    )
