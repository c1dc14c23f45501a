"""Orders of jobs, as they are kept in rows and handed to workers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from infringement_dagster.evidence.stamp_outcome import StampOutcome
from resources.postgres.cases.case_lists import CaseFilter

ExportFormat = Literal["csv", "parquet"]
MEDIA_TYPES: dict[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
DRAFT_VERSION = 2**31 - 1  # of a config that nobody saved yet


class ExportOrder(BaseModel):
    """Cases as a file."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["export"] = "export"
    format: ExportFormat
    wanted: CaseFilter


class BundleOrder(BaseModel):
    """All frozen evidence of a case as one signed file."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["bundle"] = "bundle"
    case_id: UUID


class PreviewOrder(BaseModel):
    """The order for a preview of a draft beside the saved config."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["preview"] = "preview"
    draft: dict[str, object]


class HistoryOrder(BaseModel):
    """The order for a preview over every stored listing, of a draft made from this version."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["history"] = "history"
    draft: dict[str, object]
    base_version: int


class ImportOrder(BaseModel):
    """A file of listings that was uploaded, to be imported in the name of who did it."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["import"] = "import"
    upload_key: str
    file_name: str
    name: str | None
    principal: str
    network: str | None


class TrialOrder(BaseModel):
    """One page of one query at a provider, at no more than the price that was named."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["trial"] = "trial"
    provider: str
    search: dict[str, object]  # a config's search of one query and one page
    credits_most: int


class ScreenshotOrder(BaseModel):
    """A screenshot of the page of a case's listing, at no more than the config allows."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["screenshot"] = "screenshot"
    case_id: UUID


PaidOrder = ScreenshotOrder | TrialOrder
DraftOrder = HistoryOrder | PreviewOrder
MadeOrder = DraftOrder | ImportOrder | PaidOrder  # the result is a few bytes
Order = BundleOrder | ExportOrder | HistoryOrder | ImportOrder | PreviewOrder | PaidOrder


class WorkOrder(BaseModel):
    """One job for a worker."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    job_id: UUID
    order: Order = Field(discriminator="kind")


class WorkerSettings(BaseModel):
    """A worker's first message; it has the URLs of databases, so it goes by pipe alone."""

    model_config = ConfigDict(frozen=True)

    database_urls: dict[str, str] = Field(repr=False)
    object_store: str
    copy_descriptor_model: Path | None = None


class Progress(BaseModel):
    """How far a job is that takes minutes: a line before its answer."""

    model_config = ConfigDict(frozen=True)

    said: Literal["progress"] = "progress"
    done: int
    found: int


class Answer(BaseModel):
    """The result of a job: a key, or why there is none."""

    model_config = ConfigDict(frozen=True)

    said: Literal["answer"] = "answer"
    object_key: str | None = None
    problem: str | None = None
    stamp: StampOutcome | None = None  # of a bundle


SAID: Final[TypeAdapter[Progress | Answer]] = TypeAdapter(
    Annotated[Progress | Answer, Field(discriminator="said")]
)


def result_key(client_id: str, job_id: UUID) -> str:
    """Where the result of the job is kept."""
    return f"clients/{client_id}/jobs/{job_id}"
