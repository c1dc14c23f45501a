"""The reference of the API: its document in a viewer that asks nobody else for anything."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from api.http.operation_route import OperationRoute
from api.openapi.typescript import typescript
from api.pages.rendering import NOBODY, render

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
# As that of every page, and `data:` for the arrows that the viewer's own style sheet holds.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/docs")
def show_docs() -> Response:
    """The viewer, which reads `/openapi.json`."""
    page = render("docs.html", NOBODY)
    page.headers["Content-Security-Policy"] = _POLICY
    return page


@router.get("/docs/types.ts")
def get_types(request: Request) -> Response:
    """All documents and events as TypeScript types, always those of this installation."""
    text = typescript(request.app.openapi())
    return PlainTextResponse(text, headers={"Content-Disposition": 'inline; filename="types.ts"'})
