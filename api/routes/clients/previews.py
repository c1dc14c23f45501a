"""Previews of draft configs: asked for, made beside the requests, fetched for a day."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.access import Allowed
from api.backend import Backed
from api.http.config_checks import ConfigBody
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, ProviderName
from api.jobs.asking import (
    JobDocument,
    Prefer,
    ask_preview,
    job_of,
    preview_location,
    read_preview,
    waited_for,
    wants_no_wait,
)
from infringement_dagster.scoring.preview_result import ProviderPreview

router = APIRouter(tags=["config"], route_class=OperationRoute)
_MADE: dict[int | str, dict[str, Any]] = {
    202: {"model": JobDocument, "description": "It is being made."}
}


class ChangeDocument(Document):
    """A listing that the draft would flag or drop."""

    provider: ProviderName
    listing_id: str
    title: str
    before: float
    after: float


class PagePlanDocument(Document):
    """The cost of the next scan, as far as the last one lets foresee it."""

    listing_pages: int = Field(
        description="Listings whose own pages would be read: those that may turn a decision.",
        examples=[10],
    )
    credits_for_them: int = Field(description="The credits for those pages.", examples=[100])
    credits_expected: int = Field(
        description="The credits for them and for the pages of results.", examples=[130]
    )
    credits_at_most: int = Field(
        description="The credits that a scan may never exceed.", examples=[145]
    )


class PreviewDocument(Document):
    """Changes that a draft would make at one provider, on the listings of its last scan."""

    provider: ProviderName
    listings: int
    truncated: bool = Field(description="Only the first listings were compared.")
    flagged_before: int
    flagged_after: int
    flagged_a_week: int = Field(description="Flagged ones that were first seen in seven days.")
    newly_flagged: list[ChangeDocument]
    dropped: list[ChangeDocument]
    plan: PagePlanDocument | None = Field(
        None,
        description="What the next scan would cost; null: the preview is of before, or the "
        "provider was taken away.",
    )


class PreviewJobDocument(JobDocument):
    """A preview that was asked for, with what it says once it is made."""

    previews: list[PreviewDocument] | None


@router.post(
    "/v1/clients/{client_id}/config/preview",
    response_model=list[PreviewDocument],
    responses=_MADE,
)
def preview_config(
    access: Allowed, backend: Backed, document: ConfigBody, prefer: Prefer = None
) -> list[PreviewDocument] | Response:
    """Say what a draft would flag and drop, on what the last scans saw; nothing is saved."""
    job_id = ask_preview(backend, access, document)
    location = preview_location(access.client_id, job_id)
    if wants_no_wait(prefer):
        job = JobDocument.model_validate(job_of(backend, access.client_id, job_id, "preview"))
        return JSONResponse(job.model_dump(mode="json"), 202, {"Location": location})
    key = waited_for(backend, access.client_id, job_id, location)
    return _shown(read_preview(backend, key))


@router.get("/v1/clients/{client_id}/previews/{job_id}")
def get_preview(access: Allowed, backend: Backed, job_id: UUID) -> PreviewJobDocument:
    """Say whether a preview is made, and what it says."""
    job = job_of(backend, access.client_id, job_id, "preview")
    asked = JobDocument.model_validate(job).model_dump()
    previews = None if job.object_key is None else _shown(read_preview(backend, job.object_key))
    return PreviewJobDocument(**asked, previews=previews)


def _shown(found: list[ProviderPreview]) -> list[PreviewDocument]:
    return [PreviewDocument.model_validate(asdict(preview)) for preview in found]
