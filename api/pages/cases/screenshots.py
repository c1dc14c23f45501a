"""Screenshots of a listing's page on the page of its case: the price first, then the screenshot."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.photo_headers import PHOTO_HEADERS
from api.http.problems import UNKNOWN_ITEM, Problem
from api.jobs.orders import ScreenshotOrder
from api.jobs.screenshots import screenshot_taken
from api.pages.cases.evidence import evidence_part
from api.pages.rendering import render_part
from api.pages.scans.scan_question import credits_left
from infringement_dagster.evidence.screenshot import SHOWN_SIDE_PX
from infringement_dagster.flagging.screenshots.plan import plan_screenshot
from infringement_dagster.photos.previews import MEDIA_TYPE
from resources.postgres.cases import evidence_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


@router.get("/clients/{client_id}/cases/{case_id}/screenshot-question")
def ask_screenshot_on_page(scope: InClient, case_id: UUID) -> Response:
    """The question before a screenshot is taken: what it costs at most and what is left."""
    plan = plan_screenshot(scope.connection, scope.client_id, case_id)
    return render_part(
        "screenshot_question.html",
        client_id=scope.client_id,
        case=plan.case,
        credits=plan.credits_most,
        left=credits_left(scope.connection, scope.client_id),
    )


@router.post("/clients/{client_id}/cases/{case_id}/screenshots")
def take_screenshot_on_page(
    request: Request, access: Allowed, backend: Backed, case_id: UUID
) -> Response:
    """The case's evidence with the screenshot, or with the reason why there is none."""
    screenshot_taken(backend, access, ScreenshotOrder(case_id=case_id))
    with backend.database.client(access.client_id) as connection:
        scope = access.within(connection)
        return evidence_part(request, backend, scope, case_id)


@router.get("/clients/{client_id}/cases/{case_id}/screenshots/{sha256}")
def get_screenshot(
    access: Allowed,
    backend: Backed,
    case_id: UUID,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
) -> Response:
    """The screenshot as a JPEG of our own making."""
    client_id = access.client_id
    with backend.database.client(client_id) as c:
        copies = evidence_store.evidence_of(c, client_id, case_id)
    for copy in copies:
        if copy.kind == "screenshot" and copy.sha256 == sha256:
            made = backend.photos.preview_of(client_id, sha256, copy.object_key, SHOWN_SIDE_PX)
            return Response(made, media_type=MEDIA_TYPE, headers=PHOTO_HEADERS)
    raise Problem(UNKNOWN_ITEM, f"case {case_id} has no screenshot {sha256}")
