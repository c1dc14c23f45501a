"""A draft of a config over every stored listing: asked for, watched, stopped, and then saved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import Allowed, ClientAccess
from api.backend import Backed, Backend
from api.http.operation_route import OperationRoute
from api.jobs.asking import TAKEN_BACK, ask_history, job_of, read_history, take_back
from api.jobs.orders import HistoryOrder
from api.pages.clients.config_changes import ConfigChange, changes_in_words
from api.pages.clients.config_drafts import Tile, base_of, tiles_of
from api.pages.clients.config_input import Saved
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.scoring.preview_result import HistoryPreview
from resources.postgres.clients.job_store import JobRow

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


@dataclass(frozen=True, slots=True)
class ShownHistory:
    """Changes at one provider, the strongest with their photos."""

    found: HistoryPreview
    newly_flagged: list[Tile]
    dropped: list[Tile]


@dataclass(frozen=True, slots=True)
class HistoryDraft:
    """The draft that is tried: the version that it was made from, and what differs."""

    version: int
    document: str
    changes: list[ConfigChange]


@router.post("/clients/{client_id}/config/history")
def preview_history_on_page(access: Allowed, backend: Backed, saved_form: Saved) -> Response:
    """Begins the preview; its page has an address of its own, so it can be come back to."""
    form, document = saved_form
    job_id = ask_history(backend, access, document, form.version)
    return go_to(_address(access.client_id, job_id))


@router.get("/clients/{client_id}/config/history/{job_id}")
def show_history_preview(
    request: Request, access: Allowed, backend: Backed, job_id: UUID
) -> Response:
    """How far the preview is, or what the draft would change; kept for a day."""
    job = job_of(backend, access.client_id, job_id, "history")
    with backend.database.client(access.client_id) as c:
        scope = access.within(c)
        frame = client_frame(request, scope, "config")
        order = HistoryOrder.model_validate(job.request)
        version, base = base_of(c, access.client_id, str(order.base_version))
    draft = HistoryDraft(
        version, json.dumps(order.draft, sort_keys=True), changes_in_words(base, order.draft)
    )
    shown = _shown(access, backend, job)
    return render(
        "config_history.html",
        frame,
        job=job,
        taken_back=TAKEN_BACK,
        draft=draft,
        histories=shown,
        here=_address(access.client_id, job_id),
    )


@router.post("/clients/{client_id}/config/history/{job_id}/stop")
def stop_history_preview_on_page(access: Allowed, backend: Backed, job_id: UUID) -> Response:
    """Stops the preview; one that has ended stays as it is."""
    take_back(backend, access, job_id)
    return go_to(_address(access.client_id, job_id))


def _shown(access: ClientAccess, backend: Backend, job: JobRow) -> list[ShownHistory]:
    if job.object_key is None:
        return []
    return [
        ShownHistory(
            found,
            tiles_of(access, backend, found.provider, found.strongest_newly_flagged),
            tiles_of(access, backend, found.provider, found.strongest_dropped),
        )
        for found in read_history(backend, job.object_key)
    ]


def _address(client_id: str, job_id: UUID) -> str:
    return f"/clients/{client_id}/config/history/{job_id}"
