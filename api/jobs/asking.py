"""Asks for a job in the name of a caller, and waits for it where the caller does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import Field, TypeAdapter

from api.access import ClientAccess
from api.backend import Backend
from api.http.config_checks import check_config
from api.http.problems import UNAVAILABLE, Problem, retry_after
from api.http.schemas import Document
from api.jobs.orders import HistoryOrder, Order, PreviewOrder
from infringement_dagster.domain.errors import ProblemKind
from infringement_dagster.scoring.preview_result import HistoryPreview, ProviderPreview
from resources.postgres.clients import job_store
from resources.postgres.clients.job_store import JobKind, JobRow, JobState, UnknownJob

_PREVIEWS = TypeAdapter(list[ProviderPreview])
_HISTORIES = TypeAdapter(list[HistoryPreview])
TAKEN_BACK = "it was stopped before it was made"
WAITED_SECONDS_MAX = 100.0  # proxies give up after 100 to 120
JOB_FAILED = ProblemKind(
    422,
    "job-failed",
    "It could not be made",
    "Correct what is named above, or ask for less at once.",
)
Prefer = Annotated[
    str | None,
    Header(
        max_length=200,
        description="`respond-async`: answer 202 at once; the job is at `Location`.",
    ),
]


class JobDocument(Document):
    """An export, bundle or preview that was asked for; results are kept for a day."""

    job_id: UUID
    state: JobState
    requested_at: datetime
    ended_at: datetime | None
    problem: str | None = Field(description="Why there is no result.")


def wants_no_wait(prefer: str | None) -> bool:
    """True when the caller would rather fetch the result later (RFC 7240)."""
    named = [preference.strip().lower() for preference in (prefer or "").split(",")]
    return "respond-async" in named


def ask(backend: Backend, access: ClientAccess, order: Order) -> UUID:
    """The id of the job; raises TooManyJobs."""
    with backend.database.client(access.client_id) as c:
        job_id = job_store.add_job(
            c,
            access.client_id,
            order.kind,
            order.model_dump(mode="json"),
            access.principal.actor,
        )
    backend.jobs.tell()
    return job_id


def job_of(backend: Backend, client_id: str, job_id: UUID, *kinds: JobKind) -> JobRow:
    """The job of one of these kinds as it is; raises UnknownJob."""
    with backend.database.client(client_id) as c:
        job = job_store.get_job(c, client_id, job_id)
    if job.kind not in kinds:
        raise UnknownJob(client_id, job_id)
    return job


def waited_for(backend: Backend, client_id: str, job_id: UUID, location: str) -> str:
    """The key of the result, once it is made; raises Problem."""
    job = backend.jobs.wait_for(client_id, job_id, WAITED_SECONDS_MAX)
    return key_of(job, location)


def key_of(job: JobRow, location: str) -> str:
    """The key of the result; raises Problem where there is none, or none yet."""
    if job.problem is not None:
        raise Problem(JOB_FAILED, job.problem)
    if job.object_key is None:
        headers = retry_after(5) | {"Location": location}
        raise Problem(UNAVAILABLE, f"it is {job.state}; fetch it at {location}", headers=headers)
    return job.object_key


def previewed(
    backend: Backend, access: ClientAccess, document: dict[str, object]
) -> list[ProviderPreview]:
    """The changes that the draft would make, waited for; raises Problem."""
    job_id = ask_preview(backend, access, document)
    location = preview_location(access.client_id, job_id)
    return read_preview(backend, waited_for(backend, access.client_id, job_id, location))


def ask_preview(backend: Backend, access: ClientAccess, document: dict[str, object]) -> UUID:
    """The id of the job that tries the draft; raises Problem where it is not valid."""
    check_config(backend.config_checks, document)
    return ask(backend, access, PreviewOrder(draft=document))


def ask_history(
    backend: Backend, access: ClientAccess, document: dict[str, object], base_version: int
) -> UUID:
    """The id of the job that tries the draft over every stored listing; raises Problem."""
    check_config(backend.config_checks, document)
    return ask(backend, access, HistoryOrder(draft=document, base_version=base_version))


def take_back(backend: Backend, access: ClientAccess, job_id: UUID) -> JobRow:
    """The preview over every stored listing, as it ended or now ends; raises UnknownJob."""
    client_id = access.client_id
    job_of(backend, client_id, job_id, "history")
    with backend.database.client(client_id) as c:
        job_store.note_failed(c, client_id, job_id, TAKEN_BACK)
        return job_store.get_job(c, client_id, job_id)


def preview_location(client_id: str, job_id: UUID) -> str:
    """Where the preview is fetched."""
    return f"/v1/clients/{client_id}/previews/{job_id}"


def read_history(backend: Backend, key: str) -> list[HistoryPreview]:
    """A preview over every stored listing that is made."""
    return _HISTORIES.validate_json(backend.objects.get(key))


def read_preview(backend: Backend, key: str) -> list[ProviderPreview]:
    """A preview that is made."""
    return _PREVIEWS.validate_json(backend.objects.get(key))
