"""Previews of draft configs: asked for, made beside the requests, fetched for a day."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from api.access import Allowed
from api.backend import Backed, Backend
from api.http.config_checks import ConfigBody
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, ProviderName
from api.jobs.asking import (
    JobDocument,
    Prefer,
    ask_history,
    ask_preview,
    job_of,
    preview_location,
    read_history,
    read_preview,
    take_back,
    waited_for,
    wants_no_wait,
)
from infringement_dagster.domain.scan import Over
from infringement_dagster.scoring.preview_result import ProviderPreview
from resources.postgres.clients.job_store import JobRow

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


class NotComparedDocument(Document):
    """Listings that could not be scored, for one reason."""

    reason: str
    detail: str = Field(description="That of the first of them.")
    listings: int


class HistoryDocument(Document):
    """Changes that a draft would make at one provider, over every stored listing.

    `stored` is the sum of `newly_flagged`, `dropped`, `unchanged` and those not compared.
    """

    provider: ProviderName
    stored: int
    newly_flagged: int
    dropped: int
    unchanged: int
    not_compared: list[NotComparedDocument]
    flagged_before: int
    flagged_after: int
    scored_anew: int = Field(description="Those that the change may touch; others' scores stand.")
    from_snapshots: int = Field(description="The others' snapshots are kept no longer.")
    strongest_newly_flagged: list[ChangeDocument] = Field(
        description="Those whose probability changes most, at most 24."
    )
    strongest_dropped: list[ChangeDocument]


class PreviewJobDocument(JobDocument):
    """A preview that was asked for, with what it says once it is made."""

    previews: list[PreviewDocument] | None = Field(description="Over the last scans.")
    history: list[HistoryDocument] | None = Field(
        None, description="Over every stored listing, if that was asked for."
    )
    done: int = Field(0, description="Listings compared so far, over every stored one.")
    found: int | None = Field(None, description="Of how many; null before they are counted.")


@router.post(
    "/v1/clients/{client_id}/config/preview",
    response_model=list[PreviewDocument],
    responses=_MADE,
)
def preview_config(
    access: Allowed,
    backend: Backed,
    document: ConfigBody,
    prefer: Prefer = None,
    over: Annotated[Over, Query(description="`all_history` is always answered by 202.")] = (
        "last_scans"
    ),
) -> list[PreviewDocument] | Response:
    """Say what a draft would flag and drop; nothing is saved.

    On what the last scans saw, or in minutes on every stored listing.
    """
    if over == "all_history":
        return _asked(backend, access.client_id, ask_history(backend, access, document, 0))
    job_id = ask_preview(backend, access, document)
    location = preview_location(access.client_id, job_id)
    if wants_no_wait(prefer):
        return _asked(backend, access.client_id, job_id)
    key = waited_for(backend, access.client_id, job_id, location)
    return _shown(read_preview(backend, key))


@router.get("/v1/clients/{client_id}/previews/{job_id}")
def get_preview(access: Allowed, backend: Backed, job_id: UUID) -> PreviewJobDocument:
    """Say whether a preview is made or how far it is, and what it says."""
    return _told(backend, job_of(backend, access.client_id, job_id, "preview", "history"))


@router.delete("/v1/clients/{client_id}/previews/{job_id}")
def stop_preview(access: Allowed, backend: Backed, job_id: UUID) -> PreviewJobDocument:
    """Stop a preview over every stored listing; one that has ended stays as it is."""
    return _told(backend, take_back(backend, access, job_id))


def _asked(backend: Backend, client_id: str, job_id: UUID) -> Response:
    job = JobDocument.model_validate(job_of(backend, client_id, job_id, "preview", "history"))
    headers = {"Location": preview_location(client_id, job_id)}
    return JSONResponse(job.model_dump(mode="json"), 202, headers)


def _told(backend: Backend, job: JobRow) -> PreviewJobDocument:
    asked, key = JobDocument.model_validate(job).model_dump(), job.object_key
    previews = history = None
    if key is not None and job.kind == "history":
        found = read_history(backend, key)
        history = [HistoryDocument.model_validate(asdict(preview)) for preview in found]
    elif key is not None:
        previews = _shown(read_preview(backend, key))
    return PreviewJobDocument(
        **asked, previews=previews, history=history, done=job.done, found=job.found
    )


def _shown(found: list[ProviderPreview]) -> list[PreviewDocument]:
    return [PreviewDocument.model_validate(asdict(preview)) for preview in found]
