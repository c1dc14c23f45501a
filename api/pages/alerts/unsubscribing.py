"""The link of a mail that ends mails of its kind, without logging in.

Looking at it changes nothing, since mail servers look at links; one POST does, from wherever it
comes (RFC 8058): mail programs send it for their readers.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.backend import Backed
from api.callers import network_of_caller
from api.http.operation_route import OperationRoute
from api.pages.rendering import NOBODY, render
from infringement_dagster.reporting.alerts.unsubscribing import (
    LINK_CHARS_MAX,
    UNSUBSCRIBE_PATH,
    Subscription,
    look_up,
    unsubscribe,
)

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
Token = Annotated[str, Path(max_length=LINK_CHARS_MAX)]


@router.get(f"{UNSUBSCRIBE_PATH}/{{token}}")
def show_unsubscribe(backend: Backed, token: Token) -> Response:
    """Which mails the link ends, and the button that does."""
    return _page(look_up(backend.database, token), token, is_done=False)


@router.post(f"{UNSUBSCRIBE_PATH}/{{token}}")
def unsubscribe_at_once(request: Request, backend: Backed, token: Token) -> Response:
    """Ends the mails; a second time changes nothing."""
    found = unsubscribe(backend.database, token, network_of_caller(request))
    return _page(found, token, is_done=True)


def _page(found: Subscription, token: str, *, is_done: bool) -> Response:
    return render("unsubscribe.html", NOBODY, said=found.said, token=token, is_done=is_done)
